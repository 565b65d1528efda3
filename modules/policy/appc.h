#pragma once
// Consent in a policy language (IHE ITI APPC): a XACML policy set, provided like any other
// document. Nothing evaluates it: it is translated, once, into the words of a patient that consent
// is made of, where these say exactly the same, and refused where they do not. So queries stay as
// fast, and a form is explained, replaced and withdrawn like every other.
//
// The document must be provided here (ITI-41): a registration alone (ITI-42) does not bring its
// octets, and is refused.
//
// Thread-safe.

#include "codec/xacml/policy_set.h"
#include "core/document_ports.h"
#include "policy/agreement.h"
#include "policy/consent.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace musubi::policy {

/// By its format code.
bool is_advanced_consent(domain::DocumentEntry const& entry);

/// Reads what is provided, and keeps it until it is registered, or is not.
class AdvancedForms final : public core::DocumentInspectorPort {
public:
    using Current = std::function<std::shared_ptr<Agreement const>()>;
    explicit AdvancedForms(Current agreement) : agreement_(std::move(agreement)) {}

    static constexpr std::size_t kMaxOctets = 1U << 20;

    /// What it finds wrong is an error in the words of ITI-41, where the agreement takes such
    /// forms.
    Result<Inspection> inspect(domain::DocumentEntry& entry, Content const& content) const override;
    Status registered(core::CallContext const&, std::string const&,
                      std::shared_ptr<void const> const&) override {
        return {};
    }
    /// Of the submission that is on its way; null: its octets were not provided here.
    std::shared_ptr<xacml::Node const> of(domain::DocumentEntry const& entry) const;

private:
    Current agreement_;
    mutable std::mutex mutex_;
    /// By SHA-1, which is the entry's hash. Guarded by mutex_.
    mutable std::map<std::string, std::weak_ptr<xacml::Node const>> read_;
};

/// The words of a form: pairs of change and granted, in the order in which they must be entered.
/// Pure. kInvalidContent (XDSRegistryMetadataError) for whatever they cannot say.
Result<std::vector<std::pair<ConsentChange, bool>>> words_of(xacml::Node const& policies,
                                                             Agreement const& agreement,
                                                             domain::Subject const& subject,
                                                             core::RegisteredDocument const& form);

}  // namespace musubi::policy
