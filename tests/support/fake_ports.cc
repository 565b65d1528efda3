#include "support/fake_ports.h"

#include <utility>

namespace musubi::test {

Result<domain::Member> FakePolicy::member_of(core::PeerCertificate const&) const {
    return Error(Code::kDenied, "no members here");
}

bool FakePolicy::may_call(domain::Member const&, std::string_view) const { return true; }

Result<core::Decision> FakePolicy::decide(domain::Subject const& subject,
                                          core::TransactionSpec const&,
                                          core::PolicyQuery const& query) const {
    {
        std::lock_guard const lock(mutex_);
        last_query_ = query;
    }
    core::Decision decision;
    decision.permitted = true;
    decision.rule_id = "test";
    auto const exempt = everything.find(subject.member.code);
    decision.everything = exempt != everything.end() && exempt->second;
    auto const granted = rules.find(subject.member.code);
    for (auto const& patient : query.patients) {
        domain::Scope scope;
        if (granted != rules.end()) scope.rules = granted->second;
        scope.consent = consent;
        decision.scopes.emplace_back(patient, scope);
    }
    return decision;
}

core::PolicyQuery FakePolicy::last_query() const {
    std::lock_guard const lock(mutex_);
    return last_query_;
}

Status FakeAudit::record(std::vector<domain::AuditEvent> events) {
    std::lock_guard const lock(mutex_);
    for (auto& event : events) events_.push_back(std::move(event));
    return {};
}

Status FakeAudit::record_in(pg::Tx&, std::vector<domain::AuditEvent> events) {
    return record(std::move(events));
}

std::vector<domain::AuditEvent> FakeAudit::take() {
    std::lock_guard const lock(mutex_);
    return std::exchange(events_, {});
}

}  // namespace musubi::test
