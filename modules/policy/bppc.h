#pragma once
// Consent by document: a privacy policy acknowledgement (BPPC, ITI TF-3 5.1), registered like any
// other document, is evaluated from its metadata alone. Its policies are the codes of the event
// code list, its validity the service start and stop time; what each policy means is the
// agreement's word. The words are entered in the registration's own transaction, each with its
// audit record; a form that is replaced takes its words with it.
//
// A consent in a policy language (appc.h) is refused where the agreement does not take such forms:
// it is not read, and nobody shall believe that it was.
//
// Thread-safe. Refusals: kInvalidContent for a policy that the agreement does not know, kDenied for
// a form of somebody whose forms do not count, where the agreement wants that told.

#include "policy/appc.h"
#include "policy/policy.h"

#include <functional>

namespace musubi::policy {

class FormWatcher final : public core::DocumentWatcherPort {
public:
    using Current = std::function<std::shared_ptr<Agreement const>()>;
    FormWatcher(Current agreement, AdvancedForms const& advanced, pg::Pool& pool,
                core::AuditPort& audit, Clock const& clock, IdSource& ids,
                std::string audit_source_id)
        : agreement_(std::move(agreement)),
          advanced_(advanced),
          pool_(pool),
          audit_(audit),
          clock_(clock),
          ids_(ids),
          audit_source_id_(std::move(audit_source_id)) {}

    Status document_registered(core::CallContext const& call,
                               core::RegisteredDocument const& document) override;
    Status documents_deprecated(core::CallContext const& call,
                                std::vector<std::string> const& keys) override;

private:
    Result<std::vector<std::pair<ConsentChange, bool>>> advanced_words(
        Agreement const& agreement, core::CallContext const& call,
        core::RegisteredDocument const& document) const;

    Current agreement_;
    AdvancedForms const& advanced_;
    pg::Pool& pool_;
    core::AuditPort& audit_;
    Clock const& clock_;
    IdSource& ids_;
    std::string audit_source_id_;
};

/// Whether the format code is that of an acknowledgement, with or without a scanned form.
bool is_acknowledgement(domain::DocumentEntry const& entry);

/// The words of a form: pairs of change and granted. Pure. kInvalidContent as above.
Result<std::vector<std::pair<ConsentChange, bool>>> words_of(ConsentTerms const& terms,
                                                             domain::Subject const& subject,
                                                             core::RegisteredDocument const& form);

}  // namespace musubi::policy
