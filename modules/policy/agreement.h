#pragma once
// The regional agreement as the node enforces it: members, roles and the access matrix. The file is
// for people (YAML with comments, clause numbers as in the signed paper); this is its compiled
// form. See README.md for the keys. Whether it is signed and in its turn is another question
// (acceptance.h).
//
// Immutable after loading, shared between threads.

#include "domain/access.h"
#include "platform/base/clock.h"
#include "policy/access_rule.h"
#include "policy/consent_terms.h"
#include "policy/emergency_terms.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::policy {

struct Tree;  ///< tree.h

struct UserTerms;  ///< users.h

struct Region {
    std::string name;
    std::string home_community_id;     ///< urn:oid:...
    std::string valid_from, valid_to;  ///< YYYY-MM-DD, both days included, Japan Standard Time
    WallTime begins{}, ends{};         ///< the same as instants; `ends` is the first one after
};

enum class MemberStatus : std::uint8_t { kApplied, kActive, kSuspended, kLeft };
std::string_view to_string(MemberStatus status);

/// Whom people may turn to.
struct Contact {
    std::string name, phone, mail, hours;
};

struct AgreementMember {
    domain::Member member;
    std::string kind;               ///< hospital, clinic, ...; empty when not told
    std::string home_community_id;  ///< urn:oid:..., of a community; else empty
    MemberStatus status = MemberStatus::kActive;
    WallTime begins = WallTime::min(), ends = WallTime::max();  ///< of membership; `ends` is after
    std::set<std::string> signing_fingerprints;  ///< who may sign the next version for it
    bool must_sign = false;
    bool signs_if_asked = false;
    std::set<std::string> speaks_for;                      ///< members in whose name it may act
    std::map<std::string, Contact, std::less<>> officers;  ///< security, privacy, auditor, ...
    std::set<std::string> roles;  ///< codes it may act in; always holds the default role
    std::set<std::string, std::less<>> transactions;
    std::set<std::string> fingerprints;       ///< SHA-256, 64 lower-case hex digits
    std::set<std::string> subjects;           ///< RFC 2253, compared exactly
    std::map<std::string, WallTime> ends_of;  ///< fingerprint -> end, where a file tells it
    int transactions_line = 0;                ///< 0: its connections tell them
    bool connected = false;
    int line = 0;

    /// Applied, suspended and former members are refused like strangers.
    bool admitted(WallTime now) const {
        return status == MemberStatus::kActive && now >= begins && now < ends;
    }
};

/// So many calls in so long a time; 0: no limit.
struct CallRate {
    int calls = 0;
    std::chrono::seconds per{1};
};

struct Connection {
    std::string peer;     ///< member code
    std::string profile;  ///< as tls.profile names it
    std::string network;
    std::set<std::string, std::less<>> in;   ///< what the peer may call here
    std::set<std::string, std::less<>> out;  ///< what this node may call there
    /// Instead of what `authentication` says of the member; `kRequired` holds at every door.
    std::optional<domain::AssertionUse> users;
    int minimum_level = 0;    ///< of an assertion that comes, see `authentication.levels`
    CallRate rate;            ///< of all calls over this connection together
    std::string demarcation;  ///< id of the point where responsibility changes
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
    std::string id;            ///< urn:oid: or urn:uuid:
    std::int64_t version = 0;  ///< 1, 2, 3 ...
    std::string previous;      ///< hash of the version before; empty for version 1
    std::string title;
    std::string canonical;             ///< canonical.h: what is hashed and signed
    std::string hash;                  ///< sha256:...
    std::shared_ptr<Tree const> tree;  ///< everything that the file says, for texts and lint
    Region region;
    std::vector<AgreementMember> members;
    /// Assigning authorities of all members, sorted, each once.
    std::shared_ptr<std::vector<std::string> const> authorities;
    std::vector<Connection> connections;
    std::vector<Role> roles;
    std::vector<AccessRule> rules;
    std::vector<IdentityRule> identity_rules;
    domain::DemographicsRules demographics;  ///< without the section: every question is refused
    bool insurance_is_key = false;
    /// Of ids that are good for a while only (disasters); never null.
    std::shared_ptr<std::set<std::string> const> temporary_authorities =
        std::make_shared<std::set<std::string> const>();
    std::shared_ptr<UserTerms const> users;  ///< null without the section: no assertion is read
    ConsentTerms consent;
    EmergencyTerms emergency;  ///< without the section: nothing is opened

    AgreementMember const* member(std::string_view code) const;
    AgreementMember const* member_by_certificate(std::string_view fingerprint,
                                                 std::string_view subject) const;
    Role const* role(std::string_view code) const;
    /// The connection over which a member makes this call; null: its own entry tells.
    Connection const* connection(std::string_view peer, std::string_view transaction) const;
    /// Whether this node may make it there. Where no connection of the member says `out`, any.
    bool may_send(std::string_view peer, std::string_view transaction) const;
    /// Version and the beginning of the hash: for records, which name it often.
    std::string reference() const;
    bool in_force(WallTime now) const { return now >= region.begins && now < region.ends; }
};

/// Reads and checks `file`; certificate paths in it are relative to its folder. Every problem at
/// once, one Issue each, context "file:line: what": unknown or repeated keys, wrong values,
/// references to nothing, contradictions. Limit: 1 MiB.
Result<std::shared_ptr<Agreement const>> load_agreement(std::string const& file);
/// The same from a text, e.g. a stored canonical form; `name` stands where the file would.
Result<std::shared_ptr<Agreement const>> parse_agreement(std::string const& text,
                                                         std::string const& name);

/// Lower-case SHA-256 over the DER form of the first certificate in a PEM file.
Result<std::string> certificate_fingerprint(std::string const& pem_file);

/// The transactions that a group word of the agreement stands for ("publish", ...); empty when
/// there is no such group.
std::vector<std::string_view> transactions_of_group(std::string_view group);

}  // namespace musubi::policy
