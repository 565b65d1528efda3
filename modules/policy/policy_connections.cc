// What AgreementPolicy says about calls before they are looked at, and under which version.

#include "core/admission.h"
#include "policy/policy.h"
#include "policy/users.h"

namespace musubi::policy {
namespace {

/// No request runs longer (node.request_deadline).
constexpr std::chrono::minutes kLongestRequest{5};

/// Verified with this message or, where an answer was deferred, with the question.
bool has_user(domain::Subject const& subject) {
    return subject.assertion || !subject.user_id.empty();
}

/// Feeds in HL7 v2 have no place for a user and tell the sender nothing: they are refused only
/// where the connection itself demands users.
bool is_plain_feed(std::string_view transaction) {
    return transaction == "ITI-8" || transaction == "ITI-30" || transaction == "ITI-64";
}

/// What the connection says, else what the member's row or that of all says: at doors that can
/// carry no assertion too (HL7 v2, images over HTTP, ITI-81), or these would be the way around it.
bool demands_user(Agreement const& agreement, Connection const* line, domain::Member const& member,
                  std::string_view transaction) {
    if (line && line->users) return *line->users == domain::AssertionUse::kRequired;
    return assertion_rules(agreement.users.get(), member).use == domain::AssertionUse::kRequired &&
           !is_plain_feed(transaction);
}

}  // namespace

std::shared_ptr<Agreement const> AgreementPolicy::terms_of(domain::Member const& member) const {
    std::lock_guard const lock(mutex_);
    // Whoever kept a member for longer than a request asks about the present.
    bool const begun_before = member.terms && member.terms == replaced_ &&
                              clock_.monotonic() - replaced_at_ < kLongestRequest;
    return begun_before ? replaced_ : agreement_;
}

WallTime AgreementPolicy::time_under(Agreement const& agreement) const {
    auto const now = clock_.now();
    std::lock_guard const lock(mutex_);
    return &agreement == replaced_.get()
               ? std::min(now, agreement.region.ends - std::chrono::microseconds(1))
               : now;
}

Status AgreementPolicy::admit(domain::Subject const& subject,
                              std::string_view transaction_id) const {
    auto const now = terms_of(subject.member);
    std::string const& sender = subject.via.empty() ? subject.member.code : subject.via;
    // Who speaks for another may do there what both may.
    if (!may_call(subject.member, transaction_id) ||
        (!subject.via.empty() && !may_call(*now, sender, transaction_id))) {
        return Error(Code::kDenied, "member " + sender + " may not call this transaction");
    }
    auto const* line = now->connection(sender, transaction_id);
    auto const& account = subject.member.emergency_account;
    if (!account && !has_user(subject) &&
        demands_user(*now, line, subject.member, transaction_id)) {
        return Error(Code::kUnauthenticated, core::kReasonAssertionMissing,
                     "the agreement demands a user's assertion of " + sender);
    }
    if (!line) return {};
    if (account) {
        // Its seal says who holds it, and what it may call. How often is the connection's word, for
        // the account by itself: whoever uses up the house's calls does not lock it out.
        return take_call(*now, *line, sender, "emergency " + account->code);
    }
    if (subject.assertion && level_of(*now->users, *subject.assertion) < line->minimum_level) {
        return Error(Code::kUnauthenticated, core::kReasonWeakLogin,
                     "authenticated too weakly for the connection of " + sender);
    }
    return take_call(*now, *line, sender, sender);
}

Status AgreementPolicy::take_call(Agreement const& agreement, Connection const& line,
                                  std::string const& sender, std::string const& caller) const {
    auto const place = static_cast<std::size_t>(&line - agreement.connections.data());
    if (line.rate.calls == 0 ||
        meter_.take(caller + " " + std::to_string(place), line.rate, clock_.monotonic()))
        return {};
    return Error(Code::kBusy, core::kReasonTooOften,
                 "member " + sender + " calls more often than was agreed");
}

bool AgreementPolicy::may_send(std::string_view member_code,
                               std::string_view transaction_id) const {
    return agreement()->may_send(member_code, transaction_id);
}

}  // namespace musubi::policy
