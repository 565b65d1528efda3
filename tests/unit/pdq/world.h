#pragma once
// A region of made-up people behind the pipeline: index, authorities, agreement and clock that do
// what a test says. For the doors that answer questions by demographics.

#include "core/patient_finder.h"
#include "core/pipeline.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "unit/core/toy.h"

#include <algorithm>

namespace musubi::test {

inline constexpr char kRegion[] = "2.999.1.1.1";
inline constexpr char kKita[] = "1.2.392.10";
inline constexpr char kClinic[] = "1.2.392.20";
inline constexpr char kHome[] = "2.999.1.1";

inline std::string region_cx(std::string const& id) {
    return domain::PatientId{id, kRegion}.to_cx();
}

inline domain::Demographics person(std::string family, std::string given) {
    domain::Demographics p;
    domain::PersonName name;
    name.family = std::move(family);
    name.given = std::move(given);
    name.type_code = "L";
    p.names = {name};
    p.birth_time = "19600102";
    p.sex = "M";
    return p;
}

inline core::DemographicsPort::Record record(std::string id, std::string authority,
                                             domain::Demographics p, int degree = 100) {
    return {{{std::move(id), std::move(authority)}, "PI"}, std::move(p), degree};
}

class People final : public core::DemographicsPort {
public:
    std::vector<Candidate> all;
    std::optional<Error> fails;
    mutable int searches = 0;
    mutable Search last;
    Result<std::vector<Candidate>> search(Search const& search) const override {
        ++searches;
        last = search;
        if (fails) return *fails;
        if (static_cast<int>(all.size()) > search.limit) return Error(Code::kTooLarge, "many");
        return all;
    }
    void add(std::string const& regional, std::vector<Record> records) {
        all.push_back({region_cx(regional), std::move(records)});
    }
};

class Domains final : public core::AuthorityPort {
public:
    std::vector<core::AssigningAuthority> known = {
        {kRegion, "REGION", {}, false, true}, {kKita, "KITA", {}}, {kClinic, "CLINIC", {}}};
    Result<core::AssigningAuthority const*> resolve(
        domain::SentAuthority const& sent) const override {
        core::AssigningAuthority const* by_name = nullptr;
        core::AssigningAuthority const* by_oid = nullptr;
        for (auto const& one : known) {
            if (!sent.namespace_id.empty() && one.namespace_id == sent.namespace_id) by_name = &one;
            if (one.oid == sent.universal_id) by_oid = &one;
        }
        if (by_name && by_oid && by_name != by_oid) {
            return Error(Code::kInvalidContent, {{Severity::kError, Reason::kUnknownKeyIdentifier,
                                                  "contradiction", sent.location}});
        }
        return by_oid || !sent.universal_id.empty() ? by_oid : by_name;
    }
    std::vector<core::AssigningAuthority> authorities() const override { return known; }
};

/// Shows everybody's ids of the authorities in `open`; `hidden` names patients of whom only
/// `own` are shown.
class Agreement final : public core::PolicyPort {
public:
    domain::DemographicsRules rules;
    std::vector<std::string> own = {kKita};
    std::vector<std::string> open = {kKita, kClinic};
    std::set<std::string> hidden;
    bool exempt = false, denied = false, busy = false;
    Status admission;  ///< of every call
    mutable int asked = 0;

    Agreement() {
        using enum domain::DemographicsRules::Criterion;
        rules = {"K3.12", {{kId}, {kFamily, kBirth}, {kFamily, kSex}}, 25, 1000, 1000};
    }
    Result<domain::Member> member_of(core::PeerCertificate const&) const override {
        return Error(Code::kDenied, "not asked for");
    }
    bool may_call(domain::Member const&, std::string_view) const override { return true; }
    Status admit(domain::Subject const&, std::string_view) const override { return admission; }
    Result<core::Decision> decide(domain::Subject const&, core::TransactionSpec const&,
                                  core::PolicyQuery const& query) const override {
        ++asked;
        if (busy) return Error(Code::kBusy, "later");
        core::Decision decision;
        decision.permitted = !denied;
        decision.rule_id = "K2.1";
        decision.everything = exempt;
        for (auto const& patient : query.patients) {
            domain::Scope scope;
            scope.everything = exempt;
            scope.identities.authorities = hidden.contains(patient) ? own : open;
            decision.scopes.emplace_back(patient, scope);
        }
        return decision;
    }
    std::string source_name() const override { return "test"; }
    domain::DemographicsRules demographics_rules() const override { return rules; }
};

class HandClock final : public Clock {
public:
    std::chrono::steady_clock::time_point time{std::chrono::hours(1000)};
    WallTime now() const override { return WallTime(std::chrono::hours(24 * 365 * 56)); }
    std::chrono::steady_clock::time_point monotonic() const override { return time; }
};

class CountingIds final : public IdSource {
public:
    Uuid uuid() override {
        std::array<std::uint8_t, 16> octets{};
        octets[15] = ++last_;
        return Uuid(octets);
    }
    std::int64_t key() override { return ++last_; }
    void random(std::uint8_t* out, std::size_t size) override { std::fill_n(out, size, 7); }

private:
    std::uint8_t last_ = 0;
};

struct World {
    People people;
    Domains domains;
    Agreement agreement;
    HandClock clock;
    CountingIds ids;
    Ledger ledger;
    core::Ports ports;
    pg::Pool pool{pg::PoolConfig{}};
    core::Pipeline pipeline{
        (ports.provide<core::PolicyPort>(agreement), ports.provide<core::AuditPort>(ledger), ports),
        pool, clock, core::PipelineSettings{"node-a", "region-a"}};
    core::DisclosureGuard guard{
        clock, [this](domain::AuditEvent event) { return pipeline.record_event(event); }};
    core::PeerConnection peer = toy_peer();
    std::vector<std::string> asks_for;  ///< authorities of the member who asks

    World() {
        set_log_sink([](LogLevel, std::string const&) {});
    }
    ~World() { set_log_sink({}); }

    core::PatientFinder finder() { return {domains, people, agreement, guard}; }

    template <class Wire>
    core::Outbound ask(core::Definition const& definition, Wire const& wire,
                       std::string const& member = "hospital-kita",
                       std::vector<Issue> payload_issues = {}) {
        ledger.events.clear();
        domain::Subject subject;
        subject.member = toy_member(member);
        subject.member.assigning_authorities = asks_for;
        return pipeline.run(definition, core::Inbound{subject,
                                                      &peer,
                                                      "REGION|MUSUBI",
                                                      "KITA|APP",
                                                      "M1",
                                                      "trace-1",
                                                      core::WireRef::of(wire),
                                                      {},
                                                      std::move(payload_issues)});
    }

    /// People 1..count, each with a record of the hospital.
    void populate(int count) {
        for (int i = 1; i <= count; ++i) {
            std::string const number = std::to_string(100 + i);
            people.add("R" + number, {record("K" + number, kKita, person("YAMADA", "T" + number))});
        }
    }
    std::vector<std::string> patients_in_record(std::size_t event = 0) const {
        std::vector<std::string> out;
        for (auto const& object : ledger.events.at(event).objects) {
            if (object.type == 1) out.push_back(object.id);
        }
        return out;
    }
    domain::AuditObject const* query_in_record(std::size_t event = 0) const {
        for (auto const& object : ledger.events.at(event).objects) {
            if (object.role == 24) return &object;
        }
        return nullptr;
    }
};

}  // namespace musubi::test
