#pragma once
// Policy and audit as tests want them: permits are set by hand, records are kept to be looked at.

#include "core/ports.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace musubi::test {

/// Nobody may anything until told. Thread-safe once set up.
class FakePolicy final : public core::PolicyPort {
public:
    std::map<std::string, bool> everything;                       ///< member -> exempt
    std::map<std::string, std::vector<domain::ScopeRule>> rules;  ///< member -> for every patient
    domain::ConsentRules consent;                                 ///< of every patient

    Result<domain::Member> member_of(core::PeerCertificate const& certificate) const override;
    bool may_call(domain::Member const& member, std::string_view transaction_id) const override;
    Result<core::Decision> decide(domain::Subject const& subject, core::TransactionSpec const& spec,
                                  core::PolicyQuery const& query) const override;
    std::string source_name() const override { return "test"; }

    core::PolicyQuery last_query() const;

private:
    mutable std::mutex mutex_;
    mutable core::PolicyQuery last_query_;
};

class FakeAudit final : public core::AuditPort {
public:
    Status record(std::vector<domain::AuditEvent> events) override;
    Status record_in(pg::Tx& tx, std::vector<domain::AuditEvent> events) override;
    std::vector<domain::AuditEvent> take();

private:
    std::mutex mutex_;
    std::vector<domain::AuditEvent> events_;
};

}  // namespace musubi::test
