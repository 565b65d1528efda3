#pragma once
// A small region for tests of decisions: an agreement made by hand, and words of a patient.

#include "policy/decide.h"

namespace musubi::policy::test {

inline constexpr char const* kPatient = "R1^^^&2.999.1.1.1&ISO";
inline constexpr char const* kOtherPatient = "R2^^^&2.999.1.1.1&ISO";
inline WallTime const kNow = WallTime(std::chrono::hours(24 * 365 * 56));

inline std::string conf(char letter) { return std::string(1, letter) + "^^2.16.840.1.113883.5.25"; }

struct Region {
    Agreement a;

    Region() {
        a.region.begins = kNow - std::chrono::hours(1);
        a.region.ends = kNow + std::chrono::hours(1);
    }
    Role& role(std::string code, std::set<domain::Action> may, bool exempt = false) {
        Role r;
        r.code = code;
        r.clause = "role-" + code;
        r.may = std::move(may);
        r.exempt = exempt;
        a.roles.push_back(std::move(r));
        return a.roles.back();
    }
    /// Its authority is 2.999.5.N, by its place.
    void member(std::string code, std::string role) {
        AgreementMember m;
        m.member.code = std::move(code);
        m.member.default_role = role;
        m.member.assigning_authorities = {"2.999.5." + std::to_string(a.members.size())};
        m.roles = {std::move(role)};
        a.members.push_back(std::move(m));
    }
    /// For all documents, with consent; change what it returns.
    AccessRule& rule(std::string id, std::string role) {
        AccessRule r;
        r.id = std::move(id);
        r.role = std::move(role);
        a.rules.push_back(std::move(r));
        return a.rules.back();
    }
    domain::Subject subject(std::string const& code) const {
        domain::Subject s;
        s.member = a.member(code)->member;
        s.role = s.member.default_role;
        return s;
    }
    core::Decision ask(domain::Subject const& who, domain::Action action,
                       Facts const& facts = {}) const {
        core::PolicyQuery query;
        query.patients = {kPatient};
        return decide(a, Question{who, action, query, kNow}, facts);
    }
};

inline domain::Label label(std::string owner, std::string type = "t^^s", char letter = 'N',
                           std::string department = "d^^s") {
    return {std::move(owner), "c^^s", std::move(type), std::move(department), {conf(letter)}};
}

inline ConsentEntry word(bool granted, ConsentScope scope, std::int64_t position) {
    ConsentEntry e;
    e.patient = kPatient;
    e.scope = std::move(scope);
    e.granted = granted;
    e.basis = "written";
    e.position = position;
    return e;
}

}  // namespace musubi::policy::test
