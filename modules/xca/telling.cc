#include "xca/telling.h"

#include <algorithm>
#include <set>

namespace musubi::xca {
namespace {

domain::Subject in_its_role(domain::Member const& member) {
    domain::Subject subject;
    subject.role = member.default_role;
    subject.member = member;
    return subject;
}

/// None: nothing may be told.
std::optional<core::Decision> decided(InitiatingDeps const& deps, domain::Member const& member,
                                      std::vector<std::string> patients) {
    core::PolicyQuery query;
    query.patients = std::move(patients);
    auto decision =
        deps.ports.require<core::PolicyPort>().decide(in_its_role(member), discovery_spec(), query);
    if (!decision || !decision->permitted) return std::nullopt;
    return *std::move(decision);
}

domain::IdentityScope scope_of(core::Decision const& decision, std::string const& patient) {
    domain::IdentityScope out;
    out.everything = decision.everything;
    for (auto const& [cx, scope] : decision.scopes) {
        if (cx != patient) continue;
        out = scope.identities;
        out.everything = out.everything || scope.everything || decision.everything;
    }
    return out;
}

domain::DemographicsQuery by_id(domain::PatientId const& id) {
    domain::DemographicsQuery out;
    domain::IdCriterion criterion;
    criterion.id.id = id.id;
    criterion.id.authority.universal_id = id.authority;
    criterion.id.authority.universal_id_type = "ISO";
    out.ids.push_back(std::move(criterion));
    return out;
}

}  // namespace

core::TransactionSpec const& discovery_spec() {
    static core::TransactionSpec const kSpec{.id = "ITI-55",
                                             .name = "Cross Gateway Patient Discovery",
                                             .action = domain::Action::kIdentify,
                                             .event_id = domain::dcm("110112", "Query"),
                                             .soap = {},
                                             .hl7v2 = {}};
    return kSpec;
}

bool may_be_told(InitiatingDeps const& deps, domain::Member const& member, std::string const& cx,
                 std::string const& sent_as) {
    auto const decision = decided(deps, member, {cx});
    if (!decision) return false;
    domain::IdentityScope const scope = scope_of(*decision, cx);
    if (scope.everything) return true;
    auto const& own = member.assigning_authorities;
    auto const is_own = [&](std::string const& oid) {
        return std::find(own.begin(), own.end(), oid) != own.end();
    };
    auto const& open = scope.authorities;
    auto const sent = domain::PatientId::parse(sent_as);
    if (sent && is_own(sent->authority) &&
        std::find(open.begin(), open.end(), sent->authority) != open.end())
        return true;
    return std::any_of(open.begin(), open.end(),
                       [&](std::string const& oid) { return !is_own(oid); });
}

Result<std::optional<core::DemographicsPort::Candidate>> records_of(InitiatingDeps const& deps,
                                                                    std::string const& cx) {
    using Found = std::optional<core::DemographicsPort::Candidate>;
    auto const* index = deps.ports.find<core::DemographicsPort>();
    auto const id = domain::PatientId::parse(cx);
    if (!index || !id) return Found();
    core::DemographicsPort::Search search;
    search.query = by_id(*id);
    search.limit = 2;
    auto found = index->search(search);
    if (!found && found.error().code == Code::kTooLarge) return Found();
    if (!found) return std::move(found).error();
    if (found->size() != 1) return Found();
    return Found(std::move(found->front()));
}

std::optional<domain::Demographics> tellable(InitiatingDeps const& deps,
                                             domain::Member const& member, std::string const& cx,
                                             core::DemographicsPort::Candidate const& candidate) {
    std::set<std::string> names = {cx, candidate.patient};
    for (auto const& record : candidate.records) {
        if (!record.patient.empty()) names.insert(record.patient);
    }
    auto const decision = decided(deps, member, {names.begin(), names.end()});
    auto const id = domain::PatientId::parse(cx);
    if (!decision || !id) return std::nullopt;
    core::FoundCandidates found;
    found.query = by_id(*id);
    found.candidates = {candidate};
    auto visible = core::visible_patients(
        found, [&](std::string const& name) { return scope_of(*decision, name); });
    if (visible.size() != 1) return std::nullopt;
    return std::move(visible.front().person);
}

}  // namespace musubi::xca
