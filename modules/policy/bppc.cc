#include "policy/bppc.h"

#include "domain/reason.h"
#include "platform/base/log.h"
#include "policy/consent_form.h"
#include "policy/consent_store.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr std::string_view kFormatScheme = "1.3.6.1.4.1.19376.1.2.3";
constexpr std::string_view kFormats[] = {"urn:ihe:iti:bppc:2007", "urn:ihe:iti:bppc-sd:2007"};

bool counts(Agreement const& agreement, domain::Subject const& subject) {
    auto const* member = agreement.member(subject.member.code);
    if (!member) return false;
    auto const& role = subject.role.empty() ? member->member.default_role : subject.role;
    return member->roles.contains(role) && agreement.consent.form_roles.contains(role);
}

}  // namespace

bool is_acknowledgement(domain::DocumentEntry const& entry) {
    return std::any_of(entry.format_codes.begin(), entry.format_codes.end(), [](auto const& code) {
        return code.scheme == kFormatScheme &&
               std::find(std::begin(kFormats), std::end(kFormats), code.code) != std::end(kFormats);
    });
}

Result<std::vector<std::pair<ConsentChange, bool>>> words_of(ConsentTerms const& terms,
                                                             domain::Subject const& subject,
                                                             core::RegisteredDocument const& form) {
    ConsentChange const base = TRY(change_by_form(terms, subject, form));
    if (form.entry.event_codes.empty())
        return form_refused("the acknowledgement names no privacy policy in its eventCodeList");
    std::vector<std::pair<ConsentChange, bool>> out;
    for (auto const& code : form.entry.event_codes) {
        auto const* policy = terms.policy(code.code);
        if (!policy)
            return form_refused("eventCodeList: " + code.code +
                                " is no privacy policy of this region");
        for (auto const& word : policy->words) {
            ConsentChange change = base;
            change.about = word.publish ? ConsentAbout::kPublish : ConsentAbout::kView;
            change.scope.owner = word.of_publisher ? subject.member.code : word.owner;
            change.scope.reader = word.reader;
            change.scope.department = word.department;
            change.scope.code = word.code;
            change.scope.purpose = word.purpose;
            out.emplace_back(std::move(change), word.granted);
        }
    }
    return out;
}

Result<std::vector<std::pair<ConsentChange, bool>>> FormWatcher::advanced_words(
    Agreement const& agreement, core::CallContext const& call,
    core::RegisteredDocument const& document) const {
    // Kept without being acted on, it would be a promise to the patient that nobody keeps.
    if (!agreement.consent.takes_advanced_forms)
        return form_refused(
            "formatCode: advanced consents (APPC) are not evaluated by this region: register an "
            "acknowledgement (BPPC) of one of its policies");
    auto const policies = advanced_.of(document.entry);
    if (!policies)
        return form_refused(
            "formatCode: an advanced consent (APPC) is read only where it is provided: send it to "
            "the repository of this region (ITI-41)");
    return words_of(*policies, agreement, call.subject, document);
}

Status FormWatcher::document_registered(core::CallContext const& call,
                                        core::RegisteredDocument const& document) {
    bool const advanced = is_advanced_consent(document.entry);
    if (!advanced && !is_acknowledgement(document.entry)) return {};
    auto const agreement = agreement_();
    ConsentTerms const& terms = agreement->consent;
    // This region keeps forms as mere documents.
    if (terms.policies.empty() && !(advanced && terms.takes_advanced_forms)) return {};
    if (!counts(*agreement, call.subject)) {
        log_info("policy.form_of_somebody_else", {{"member", call.subject.member.code}});
        if (!terms.refuses_foreign_forms) return {};
        return Error(Code::kDenied, Reason::kGeneral, "consent forms of this role do not count");
    }
    ConsentDeps const deps{pool_, audit_, clock_, ids_, &terms};
    auto words = TRY(advanced ? advanced_words(*agreement, call, document)
                              : words_of(terms, call.subject, document));
    for (auto& [change, granted] : words) {
        change.audit_source_id = audit_source_id_;
        TRY(record_in(deps, call.tx->tx(), change, granted));
    }
    return {};
}

Status FormWatcher::documents_deprecated(core::CallContext const& call,
                                         std::vector<std::string> const& keys) {
    store::end(call.tx->tx(), keys, clock_.now());
    return {};
}

}  // namespace musubi::policy
