#include "binding/soap_http/assertion_gate.h"

#include "codec/saml/claims.h"
#include "codec/saml/faults.h"
#include "codec/saml/header.h"
#include "platform/base/digest.h"
#include "platform/base/metrics.h"

#include <unistd.h>

namespace musubi::binding {
namespace {

/// Fixed places of a hash, so that neither part can reach into the other.
std::string key_of(std::string_view octets, core::PeerConnection const& peer,
                   std::string const& endpoint) {
    Bytes key = sha256(as_bytes(octets));
    // Holder-of-key and recipient depend on who sends and where to.
    Bytes const sender = sha256(as_bytes(peer.certificate.fingerprint_sha256 + " " + endpoint));
    key.insert(key.end(), sender.begin(), sender.end());
    return std::string(as_text(key));
}

}  // namespace

bool AssertionGate::understands(domain::Member const& member, std::string_view transaction) const {
    return policy_.assertion_rules_for(member, transaction).use != domain::AssertionUse::kOff;
}

Result<domain::Subject> AssertionGate::identify(domain::Subject subject,
                                                core::PeerConnection const& peer,
                                                AssertedMessage const& message) {
    auto const rules = policy_.assertion_rules_for(subject.member, message.transaction);
    if (rules.use == domain::AssertionUse::kOff || !rules.trust) return subject;
    soap::Envelope const& envelope = message.incoming.envelope;
    auto found =
        TRY(saml::find_assertion(message.octets, message.incoming.document, envelope.security));
    if (!found) {
        // A header that must be understood and holds nothing that we could understand is no better
        // than a missing one.
        if (rules.use == domain::AssertionUse::kRequired || envelope.security_must_understand)
            return saml::refused(saml::kInvalidSecurity, "no assertion");
        return subject;
    }
    auto assertion = TRY(verified(std::move(*found), rules, peer, message.endpoint));
    return policy_.with_user(std::move(subject), std::move(assertion));
}

Result<AssertionGate::Verified> AssertionGate::verified(std::string octets,
                                                        domain::AssertionRules const& rules,
                                                        core::PeerConnection const& peer,
                                                        std::string const& endpoint) {
    static auto& kept = counter("musubi_assertions_total", "found=\"kept\"");
    static auto& fresh = counter("musubi_assertions_total", "found=\"new\"");
    std::string key = key_of(octets, peer, endpoint);
    Verified const known = recall(key, rules.trust.get());
    // Where its time is over the whole check says so, or finds that it still holds otherwise.
    if (known && saml::check_time(*known, rules.trust->skew, clock_.now())) {
        kept.add();
        return known;
    }
    fresh.add();
    auto const issuers = TRY(issuers_for(rules.trust));
    Verified assertion =
        TRY(saml::verify_assertion(std::move(octets), *issuers,
                                   {clock_.now(), endpoint, peer.certificate.fingerprint_sha256}));
    keep(std::move(key), assertion, rules.trust.get());
    return assertion;
}

Result<std::shared_ptr<saml::TrustedIssuers const>> AssertionGate::issuers_for(
    std::shared_ptr<domain::AssertionTrust const> const& trust) {
    std::lock_guard const lock(mutex_);
    if (issuers_ && &issuers_->trust() == trust.get()) return issuers_;
    auto made = saml::TrustedIssuers::make(trust);
    if (!made) return Error(Code::kInternal, "agreement: " + made.error().detail);
    issuers_ = std::make_shared<saml::TrustedIssuers const>(std::move(*made));
    // What another agreement believed counts no longer.
    kept_.clear();
    order_.clear();
    kept_bytes_ = 0;
    return issuers_;
}

AssertionGate::Verified AssertionGate::recall(std::string const& key,
                                              domain::AssertionTrust const* trust) {
    std::lock_guard const lock(mutex_);
    if (!issuers_ || &issuers_->trust() != trust) return nullptr;
    auto const found = kept_.find(key);
    if (found == kept_.end() || clock_.monotonic() - found->second.since > kBelievedFor)
        return nullptr;
    return found->second.assertion;
}

void AssertionGate::keep(std::string key, Verified assertion, domain::AssertionTrust const* trust) {
    std::lock_guard const lock(mutex_);
    if (!issuers_ || &issuers_->trust() != trust) return;  // the agreement changed meanwhile
    std::size_t const size = assertion->octets->size();
    auto const [at, is_new] =
        kept_.insert_or_assign(key, Kept{std::move(assertion), clock_.monotonic()});
    if (!is_new) return;
    kept_bytes_ += size;
    order_.push_back(std::move(key));
    while (order_.size() > kMaxKept || kept_bytes_ > kMaxKeptBytes) {
        auto const oldest = kept_.find(order_.front());
        kept_bytes_ -= oldest->second.assertion->octets->size();
        kept_.erase(oldest);
        order_.pop_front();
    }
}

std::vector<domain::AuditEvent> refusal_events(RefusedUser const& refused, Error const& why) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110114", "User Authentication");
    event.event_types = {domain::dcm("110122", "Login")};
    // Out of date happens; everything else should not.
    event.outcome = why.reason == saml::kMessageExpired ? domain::AuditOutcome::kMinorFailure
                                                        : domain::AuditOutcome::kSeriousFailure;
    event.outcome_description = why.code == Code::kUnauthenticated
                                    ? "wsse:" + std::string(saml::fault_name(why.reason))
                                    : std::string(to_string(why.code));
    domain::AuditParticipant user;
    user.user_name = saml::claimed_user(saml::any_assertion(refused.incoming.envelope.security));
    user.user_id = user.user_name.empty() ? refused.peer.certificate.subject : user.user_name;
    user.is_requestor = true;
    user.network_address = refused.peer.remote_address;
    domain::AuditParticipant node;
    node.user_id = refused.endpoint;
    node.alternative_user_id = std::to_string(::getpid());
    node.network_address = refused.peer.local_address;
    event.participants = {std::move(user), std::move(node)};
    event.transaction = "authentication";
    event.organisation = refused.subject.member.code;
    event.rule = "authentication";
    event.trace = refused.trace;
    std::vector<domain::AuditEvent> events = {event};
    if (why.reason == domain::kReasonOtherOrganisation) {
        event.event_id = domain::dcm("110113", "Security Alert");
        event.event_types = {domain::dcm("110132", "Use of Restricted Function")};
        event.outcome_description = "the assertion names another organisation than the sender's";
        events.push_back(std::move(event));
    }
    return events;
}

}  // namespace musubi::binding
