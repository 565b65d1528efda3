#include "policy/agreement_check.h"

#include "policy/agreement_consent.h"
#include "policy/agreement_emergency.h"
#include "policy/agreement_matrix.h"
#include "policy/tree.h"

#include <algorithm>
#include <map>

namespace musubi::policy {
namespace {

/// Remembers who had a value first and complains about the second.
class Once {
public:
    Once(std::string what, Problems& problems) : what_(std::move(what)), problems_(problems) {}
    void see(std::string const& value, int line) {
        if (value.empty()) return;
        auto const [at, fresh] = first_.emplace(value, line);
        if (fresh) return;
        problems_.add(
            line, what_ + " '" + value + "' is already used in line " + std::to_string(at->second));
    }

private:
    std::string what_;
    Problems& problems_;
    std::map<std::string, int> first_;
};

void check_roles_of(AgreementMember const& one, Agreement const& agreement, Problems& problems) {
    for (auto const& code : one.roles) {
        auto const* role = agreement.role(code);
        if (!role) {
            if (!code.empty()) problems.add(one.line, "member: there is no role '" + code + "'");
            continue;
        }
        if (role->may.contains(domain::Action::kFeedPatient) && !role->exempt &&
            one.member.assigning_authorities.empty()) {
            problems.add(one.line, "member: role '" + code +
                                       "' feeds patients, but there is no assigning authority");
        }
    }
}

void check_members(Agreement const& agreement, Problems& problems) {
    Once codes("member code", problems), institutions("institution_oid", problems),
        fingerprints("certificate fingerprint", problems),
        subjects("certificate subject", problems), signers("signing certificate", problems);
    Once homes("home_community_id", problems);
    bool signs = false;
    for (auto const& one : agreement.members) {
        codes.see(one.member.code, one.line);
        if (!one.home_community_id.empty()) homes.see(one.home_community_id, one.line);
        if (one.kind == "community" &&
            one.home_community_id == agreement.region.home_community_id) {
            problems.add(one.line, "member: this region is no community beside itself");
        }
        institutions.see(one.member.institution_oid, one.line);
        for (auto const& value : one.fingerprints) fingerprints.see(value, one.line);
        for (auto const& value : one.subjects) subjects.see(value, one.line);
        for (auto const& value : one.signing_fingerprints) signers.see(value, one.line);
        for (auto const& code : one.speaks_for) {
            if (!agreement.member(code))
                problems.add(one.line, "member: 'speaks_for' names nobody: '" + code + "'");
        }
        check_roles_of(one, agreement, problems);
        signs = signs || (one.must_sign && one.status == MemberStatus::kActive);
    }
    if (!signs && !agreement.members.empty())
        problems.add(1, "agreement: no active member must sign it");
}

void check_connections(Agreement const& agreement, Problems& problems) {
    auto const& points = agreement.tree->list("demarcation");
    for (auto const& one : agreement.connections) {
        bool const known = one.demarcation.empty() ||
                           std::any_of(points.begin(), points.end(), [&](auto const& p) {
                               return p.shown("id") == one.demarcation;
                           });
        if (!known) {
            problems.add(one.line, "connection: there is no demarcation '" + one.demarcation + "'");
        }
    }
}

void check_identity(Agreement const& agreement, Once& clauses, Problems& problems) {
    for (auto const& rule : agreement.identity_rules) {
        clauses.see(rule.id, rule.line);
        auto const* role = agreement.role(rule.role);
        if (!role) {
            if (!rule.role.empty())
                problems.add(rule.line, "identity rule: there is no role '" + rule.role + "'");
        } else if (role->exempt) {
            problems.add(rule.line, "identity rule: role '" + rule.role +
                                        "' is exempt, a rule for it has no effect");
        } else if (!role->may.contains(domain::Action::kIdentify)) {
            problems.add(rule.line,
                         "identity rule: role '" + rule.role + "' may not identify patients");
        }
    }
}

void check_roles(Agreement const& agreement, Problems& problems) {
    Once codes("role code", problems), clauses("clause", problems);
    for (auto const& role : agreement.roles) {
        codes.see(role.code, role.line);
        clauses.see(role.clause, role.line);
    }
    for (auto const& rule : agreement.rules) {
        clauses.see(rule.id, rule.line);
        auto const* role = agreement.role(rule.role);
        if (!role) {
            if (!rule.role.empty())
                problems.add(rule.line, "rule: there is no role '" + rule.role + "'");
        } else if (role->exempt) {
            problems.add(rule.line,
                         "rule: role '" + rule.role + "' is exempt, a rule for it has no effect");
        } else if ((rule.actions.contains(RuleAction::kFind) ||
                    rule.actions.contains(RuleAction::kRetrieve)) &&
                   !role->may.contains(domain::Action::kQuery) &&
                   !role->may.contains(domain::Action::kRetrieve)) {
            problems.add(rule.line,
                         "rule: role '" + rule.role + "' may neither query nor retrieve");
        }
    }
    check_identity(agreement, clauses, problems);
}

}  // namespace

void check_agreement(Agreement const& agreement, Problems& problems) {
    check_roles(agreement, problems);
    check_members(agreement, problems);
    check_connections(agreement, problems);
    check_matrix(agreement, problems);
    check_consent(agreement, problems);
    check_emergency(agreement, problems);
}

}  // namespace musubi::policy
