#pragma once
// Ports as tests of the cross-reference manager want them, and both kinds of queries over the
// pipeline without a database.

#include "codec/hl7v2/answer.h"
#include "codec/hl7v2/parse.h"
#include "core/patient_ports.h"
#include "domain/reason.h"
#include "pix/iti45.h"
#include "pix/iti9.h"
#include "platform/base/log.h"
#include "unit/core/toy.h"

#include <gtest/gtest.h>

#include <map>

namespace musubi::test {

inline constexpr char const* kRegion = "1.2.392.1";
inline constexpr char const* kKita = "1.2.392.10";
inline constexpr char const* kOther = "1.2.392.20";
inline constexpr char const* kThird = "1.2.392.30";

/// KITA (also KITA-OLD), OTHER, THIRD and the region itself.
class FakeAuthorities final : public core::AuthorityPort {
public:
    Result<core::AssigningAuthority const*> resolve(
        domain::SentAuthority const& sent) const override {
        auto const* by_name = sent.namespace_id.empty() ? nullptr : find(sent.namespace_id);
        if (sent.universal_id.empty()) return by_name;
        auto const* by_oid = find(sent.universal_id);
        if (by_name && by_name != by_oid)
            return Error(Code::kInvalidContent,
                         {{Severity::kError, Reason::kUnknownKeyIdentifier, "contradiction", ""}});
        return by_oid;
    }
    std::vector<core::AssigningAuthority> authorities() const override { return all_; }

private:
    core::AssigningAuthority const* find(std::string const& word) const {
        for (auto const& each : all_) {
            if (each.oid == word || each.namespace_id == word) return &each;
            for (auto const& alias : each.aliases) {
                if (alias == word) return &each;
            }
        }
        return nullptr;
    }
    std::vector<core::AssigningAuthority> const all_{{kRegion, "REGION", {}, false, true},
                                                     {kKita, "KITA", {"KITA-OLD"}},
                                                     {kOther, "OTHER", {}},
                                                     {kThird, "THIRD", {}, true}};
};

class FakeIndex final : public core::CrossReferencePort {
public:
    std::map<domain::PatientId, Found> persons;
    mutable int asked = 0;
    bool broken = false;

    /// One person under all these ids.
    void put(std::string const& regional, std::vector<domain::LocalId> const& ids) {
        for (auto const& id : ids)
            persons[id.id] = {domain::PatientId{regional, kRegion}.to_cx(), ids};
    }
    Result<Found> cross_references(domain::PatientId const& id) const override {
        ++asked;
        if (broken) return Error(Code::kStorageUnavailable, "no database");
        auto const found = persons.find(id);
        if (found == persons.end())
            return Error(Code::kNotFound, Reason::kUnknownKeyIdentifier, "not known");
        return found->second;
    }
};

inline domain::LocalId id_of(std::string id, std::string authority) {
    return {{std::move(id), std::move(authority)}, "PI"};
}

/// Asks through the pipeline; the region lets the asker see `visible`.
class QueryTest : public ::testing::Test {
protected:
    QueryTest()
        : pool_(pg::PoolConfig{.conninfo = "host=/nonexistent", .size = 1}),
          deps_{authorities_, index_, kRegion, {system_clock(), system_ids(), "1.2.392.99"}},
          pipeline_((ports_.provide<core::PolicyPort>(gate_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}) {
        set_log_sink([](LogLevel, std::string const&) {});
        index_.put("R1", {id_of("K1", kKita), id_of("O1", kOther), id_of("T1", kThird),
                          id_of("T2", kThird)});
        index_.put("R2", {id_of("K2", kKita)});
        gate_.answer = [this] {
            core::Decision decision;
            decision.permitted = true;
            decision.rule_id = "K1";
            for (char const* regional : {"R1", "R2"}) {
                domain::Scope scope;
                scope.identities.authorities = visible_;
                decision.scopes.emplace_back(domain::PatientId{regional, kRegion}.to_cx(), scope);
            }
            return decision;
        };
    }
    ~QueryTest() override { set_log_sink({}); }

    core::Outbound run(core::Definition const& definition, core::WireRef wire,
                       std::vector<Issue> payload_issues = {}) {
        domain::Subject subject;
        subject.member = toy_member();
        core::Inbound inbound{subject, &peer_, "REGION|MUSUBI", "KITA|APP", "M1", "trace-1",
                              wire,    {}};
        inbound.payload_issues = std::move(payload_issues);
        return pipeline_.run(definition, inbound);
    }

    std::vector<std::string> visible_{kKita, kOther, kThird};
    FakeAuthorities authorities_;
    FakeIndex index_;
    core::Ports ports_;
    pg::Pool pool_;
    pix::QueryDeps deps_;
    Gate gate_;
    Ledger ledger_;
    core::Pipeline pipeline_;
    core::PeerConnection const peer_ = toy_peer();
};

}  // namespace musubi::test
