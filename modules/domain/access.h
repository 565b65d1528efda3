#pragma once
// What policy speaks about: who asks, what for, and what a permit covers. Owned by no module so
// that policy, registry and repository mean the same thing.
//
// Visibility works by label. A label is what the agreement can decide on: owner, document type and
// class, practice setting, confidentiality. Stores keep a small dictionary of the labels in use and
// turn a Scope into the set of label numbers that SQL may return, so every rule of any shape costs
// the query one `label = ANY(...)`.

#include "domain/affinity_domain.h"
#include "domain/assertion.h"
#include "domain/metadata.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

/// A registered member organisation of the region, as the agreement in force tells.
struct Member {
    std::string code;             ///< short name in the agreement: "hospital-kita"
    std::string name;             ///< for people
    std::string institution_oid;  ///< owner of what it publishes; names its data key
    std::vector<std::string> assigning_authorities;  ///< patient-id domains (OIDs) that it may feed
    std::string default_role;                        ///< taken where no user assertion is there
    Strictness strictness = Strictness::kStrict;
    std::vector<std::string> reply_addresses;  ///< ReplyTo URLs allowed for asynchronous answers
};

/// Who asks, after the binding has opened the envelope.
struct Subject {
    Member member;
    std::string certificate_subject;
    std::string remote_address;
    std::string user_id;  ///< for the audit record's human requestor; empty when unknown
    std::string user_name;
    std::string role;            ///< from the assertion or the member's default
    std::string purpose_of_use;  ///< code, empty when not told
    /// The verified assertion that the four fields above were filled from; null without one.
    std::shared_ptr<UserAssertion const> assertion = {};
};

enum class Action : std::uint8_t {
    kFeedPatient,  ///< ITI-8
    kQuery,        ///< ITI-18, ITI-51
    kRetrieve,     ///< ITI-43
    kPublish,      ///< ITI-41, ITI-42
    kOperate,      ///< operator commands
    kIdentify,     ///< ITI-9, 21, 22, 45, 47, 55, 56: who is this patient, by which ids
};

/// What the agreement can see of a document without opening it.
struct Label {
    std::string owner;                                         ///< member code of the publisher
    std::string class_code, type_code, practice_setting_code;  ///< "code^^scheme"
    std::vector<std::string> confidentiality_codes;            ///< "code^^scheme", sorted
    auto operator<=>(Label const&) const = default;
};

/// One way in: matches a label when every filled condition does. Empty vector = no condition.
struct ScopeRule {
    std::string rule_id;  ///< clause of the agreement
    std::vector<std::string> owners;
    std::vector<std::string> class_codes,
        type_codes;  ///< document must have one of them, in either list
    std::vector<std::string>
        confidentiality_codes;                    ///< all codes of the document must be among these
    std::vector<std::string> except_owners = {};  ///< whose documents the patient has withheld
    std::vector<std::string> except_codes = {};   ///< class or type codes the patient has withheld
    bool matches(Label const& label) const;
};

/// Whose identifiers of one patient may be told: the assigning authorities (OIDs). What a hospital
/// knows of a person (name, address) is as open as its identifier.
struct IdentityScope {
    bool everything = false;
    std::vector<std::string> authorities;
    bool allows(std::string const& authority) const;
};

/// What the agreement asks of questions by demographics.
struct DemographicsRules {
    enum class Criterion : std::uint8_t {
        kId,
        kFamily,
        kGiven,
        kBirth,
        kSex,
        kAddress,
        kPhone,
        kAccount,
        kMothersName
    };
    std::string clause;
    /// One of these sets must be in the question completely. None: every question is refused.
    std::vector<std::vector<Criterion>> minimum;
    int max_candidates = 0;
    int queries_per_minute = 0;       ///< per member
    int alarm_patients_per_hour = 0;  ///< per member: more different patients shown raise an alarm
};
std::optional<DemographicsRules::Criterion> criterion_of(std::string_view word);
std::string_view to_string(DemographicsRules::Criterion criterion);

/// What a permit covers for one patient. No rule: nothing.
struct Scope {
    bool everything = false;  ///< the agreement's exempt roles only (conformance test, operator)
    std::vector<ScopeRule> rules;
    IdentityScope identities = {};
    bool allows(Label const& label) const;
};

}  // namespace musubi::domain
