#pragma once
// The user of a SOAP message (XUA, ITI TF-2 3.40): finds the assertion, has it verified, asks the
// agreement whether this member may speak for this user, and phrases the record of a refusal.
//
// Verified assertions are kept by the SHA-256 of their octets together with the sender's
// certificate, as long as the same agreement is in force and they are valid, for kBelievedFor: of
// what is asked per message only time and agreement remain; then all of it is asked again, since
// keys end too. Bounded in number and octets, oldest out first.
// Thread-safe.

#include "codec/saml/verify.h"
#include "codec/soap/exchange.h"
#include "core/ports.h"
#include "platform/base/clock.h"

#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace musubi::binding {

/// One opened message.
struct AssertedMessage {
    ByteView octets;  ///< of the envelope, as received
    soap::Incoming const& incoming;
    std::string const& endpoint;   ///< our URL
    std::string_view transaction;  ///< empty: none that we know
};

class AssertionGate {
public:
    static constexpr std::size_t kMaxKept = 4096;
    static constexpr std::size_t kMaxKeptBytes = 32U << 20;
    static constexpr std::chrono::minutes kBelievedFor{5};

    AssertionGate(core::PolicyPort const& policy, Clock const& clock)
        : policy_(policy), clock_(clock) {}

    /// Whether wsse:Security of this member's messages is processed at all; where it is not, a
    /// sender who insists on it has to be told so.
    bool understands(domain::Member const& member, std::string_view transaction) const;

    /// Fills the user into `subject` if there is one. Errors: as saml::verify_assertion() and
    /// PolicyPort::with_user(); InvalidSecurity where an assertion is required and absent.
    Result<domain::Subject> identify(domain::Subject subject, core::PeerConnection const& peer,
                                     AssertedMessage const& message);

private:
    using Verified = std::shared_ptr<domain::UserAssertion const>;
    Result<Verified> verified(std::string octets, domain::AssertionRules const& rules,
                              core::PeerConnection const& peer, std::string const& endpoint);
    Result<std::shared_ptr<saml::TrustedIssuers const>> issuers_for(
        std::shared_ptr<domain::AssertionTrust const> const& trust);
    Verified recall(std::string const& key, domain::AssertionTrust const* trust);
    void keep(std::string key, Verified assertion, domain::AssertionTrust const* trust);

    core::PolicyPort const& policy_;
    Clock const& clock_;
    std::mutex mutex_;
    std::shared_ptr<saml::TrustedIssuers const> issuers_;  ///< of the agreement seen last
    struct Kept {
        Verified assertion;
        std::chrono::steady_clock::time_point since;  ///< checked wholly
    };
    std::unordered_map<std::string, Kept> kept_;  ///< only what these issuers vouch for
    std::deque<std::string> order_;               ///< keys, oldest first
    std::size_t kept_bytes_ = 0;
};

/// Whose refusal is recorded, and why.
struct RefusedUser {
    domain::Subject const& subject;
    core::PeerConnection const& peer;
    soap::Incoming const& incoming;
    std::string const& endpoint;
    std::string const& trace;
};

/// The records of a refused assertion (ITI TF-2 3.40.4.2): a failed login of the claimed user, if
/// he can be read, with the fault's code; and an alert where a member spoke for another
/// organisation.
std::vector<domain::AuditEvent> refusal_events(RefusedUser const& refused, Error const& why);

}  // namespace musubi::binding
