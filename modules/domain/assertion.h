#pragma once
// The user on whose behalf a message is sent, as an assertion provider vouched for him (XUA, ITI
// TF-2 3.40), and what the agreement demands of such assertions. Plain values: the claims were
// copied out of what the provider signed, and nothing here points into a message.
//
// Personal data: names and ids of users. They go to the audit trail, never to a log or an error.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"

#include <chrono>
#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

/// With kUnauthenticated: the assertion names another organisation than the one that sends it.
inline constexpr Reason kReasonOtherOrganisation{0xFB21};

/// The role of a user to whom the agreement gives none: nothing is permitted in it.
inline constexpr char const* kNoRole = "no-role";

/// A role or purpose of use as asserted: hl7:CE, or plain text with neither system nor names.
struct ClaimCode {
    std::string code;
    std::string system;  ///< OID; empty when not told
    std::string system_name;
    std::string display;
    auto operator<=>(ClaimCode const&) const = default;
};

/// Only what codec/saml verified. Lists keep the order of the assertion.
struct UserAssertion {
    std::string id;
    std::string issuer;  ///< entity id of the assertion provider
    std::string name_id;
    std::string name_id_format;
    std::string alias;  ///< Subject/NameID/@SPProvidedID
    std::string subject_name;
    std::string organisation;
    std::vector<std::string> organisation_ids;  ///< urn:oid:... or a URL
    std::string home_community;                 ///< urn:oid:...
    std::vector<std::string> provider_ids;      ///< national ones plain, others as CX
    std::vector<ClaimCode> roles;
    std::vector<ClaimCode> purposes;
    std::string patient;  ///< CX; empty: the assertion names none
    std::vector<std::string> authn_classes;
    std::vector<std::string> consent_documents;  ///< unique ids (Authz-Consent option)
    std::vector<std::string> policies;           ///< likewise, OIDs
    WallTime issued{}, not_before{}, not_on_or_after{};
    /// The assertion as received, with the namespaces that stood above it: for the audit trail and
    /// for calls made in the user's name. Never null once verified.
    std::shared_ptr<std::string const> octets;

    /// `alias<user@issuer>`, the name under which records know the user (ITI TF-2 3.40.4.2).
    std::string user_name() const;
};

/// Somebody whose assertions the agreement believes. Its keys are pinned here: what a message says
/// about keys only helps to choose among them.
struct AssertionProvider {
    std::string issuer;
    std::string issuer_format;              ///< must stand at the Issuer; empty: not demanded
    std::vector<Bytes> certificates;        ///< X.509, DER
    std::vector<std::string> fingerprints;  ///< of certificates that the assertion brings along
    std::vector<std::string> audiences;     ///< instead of the region's; empty: the region's
    bool rsa_sha1 = false;                  ///< old signatures are taken from this one
    bool key_info = true;                   ///< a signature has to say which key it is of
    bool once = false;                      ///< each assertion of this one serves one message
};

struct AssertionTrust {
    std::vector<AssertionProvider> providers;
    std::vector<std::string> audiences;
    std::vector<std::string> authn_classes;  ///< acceptable ones; empty: any
    std::chrono::seconds skew{60};           ///< between our clock and a provider's
};

enum class AssertionUse : std::uint8_t {
    kOff,       ///< not looked at
    kOptional,  ///< without one, the member's default role acts
    kRequired,
};

/// What is asked of one member's messages. `trust` is the same object for as long as the same
/// agreement is in force, and not null unless `use` is kOff.
struct AssertionRules {
    AssertionUse use = AssertionUse::kOff;
    std::shared_ptr<AssertionTrust const> trust;
};

}  // namespace musubi::domain
