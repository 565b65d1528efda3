#pragma once
// The regional agreement as the node enforces it: members, roles and the access matrix. The file is
// for people (YAML with comments, clause numbers as in the signed paper); this is its compiled
// form. See README.md for the keys.
//
// Immutable after loading, shared between threads.

#include "domain/access.h"
#include "platform/base/clock.h"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::policy {

struct UserTerms;  ///< users.h

struct Region {
    std::string name;
    std::string home_community_id;  ///< urn:oid:...
    std::string version;
    std::string valid_from, valid_to;  ///< YYYY-MM-DD, both days included, Japan Standard Time
    WallTime begins{}, ends{};         ///< the same as instants; `ends` is the first one after
};

struct AgreementMember {
    domain::Member member;
    std::set<std::string> speaks_for;  ///< members in whose name it may act
    std::set<std::string> roles;  ///< codes it may act in; always holds the default role
    std::set<std::string, std::less<>> transactions;
    std::set<std::string> fingerprints;  ///< SHA-256, 64 lower-case hex digits
    std::set<std::string> subjects;      ///< RFC 2253, compared exactly
    int line = 0;
};

struct Role {
    std::string code;
    std::string name;
    std::string clause;  ///< rule id of what the role itself allows
    std::set<domain::Action> may;
    bool exempt = false;  ///< outside matrix and consent: conformance test
    int line = 0;
};

/// One row of the access matrix. Any condition that is `any` in the file has an empty list here; a
/// rule without the key does not load, so an empty list never comes from forgetting.
struct AccessRule {
    std::string id;
    std::string role;
    bool own = false;  ///< the member's own documents; consent is not asked
    std::vector<std::string> type_codes, class_codes, confidentiality_codes;  ///< "code^^scheme"
    bool needs_consent = true;
    int line = 0;
};

/// Whose patient identifiers a role is told. Own authorities are always open to a member.
struct IdentityRule {
    std::string id;
    std::string role;
    std::vector<std::string> authorities;  ///< empty: any
    bool needs_consent = true;
    int line = 0;
};

struct Agreement {
    std::string file;
    Region region;
    std::vector<AgreementMember> members;
    std::vector<Role> roles;
    std::vector<AccessRule> rules;
    std::vector<IdentityRule> identity_rules;
    domain::DemographicsRules demographics;  ///< without the section: every question is refused
    bool insurance_is_key = false;
    std::shared_ptr<UserTerms const> users;  ///< null without the section: no assertion is read

    AgreementMember const* member(std::string_view code) const;
    AgreementMember const* member_by_certificate(std::string_view fingerprint,
                                                 std::string_view subject) const;
    Role const* role(std::string_view code) const;
    bool in_force(WallTime now) const { return now >= region.begins && now < region.ends; }
};

/// Reads and checks `file`; certificate paths in it are relative to its folder. Every problem at
/// once, one Issue each, context "file:line: what": unknown or repeated keys, wrong values,
/// references to nothing, contradictions. Limit: 1 MiB.
Result<std::shared_ptr<Agreement const>> load_agreement(std::string const& file);

/// Lower-case SHA-256 over the DER form of the first certificate in a PEM file.
Result<std::string> certificate_fingerprint(std::string const& pem_file);

/// The transactions that a group word of the agreement stands for ("publish", ...); empty when
/// there is no such group.
std::vector<std::string_view> transactions_of_group(std::string_view group);

}  // namespace musubi::policy
