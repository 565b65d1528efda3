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

/// In which character set a member's HL7 v2 messages come when MSH-18 does not tell.
enum class MessageCharset : std::uint8_t {
    kDeclared,  ///< MSH-18 is believed; octets beyond ASCII without it are refused
    kGuess,     ///< as declared; where that is missing or wrong, what the octets can be
    kUtf8,      ///< these and below: what an empty MSH-18 of this member means
    kIso2022Jp,
    kLatin1,
    kCp932,
    kEucJp,
};
/// The word of the agreement ("cp932"); nothing for any other.
std::optional<MessageCharset> message_charset_of(std::string_view word);

/// An emergency account that was unsealed: who holds it now, and why.
struct EmergencyAccount {
    std::string code;    ///< in the agreement
    std::string person;  ///< as named when the seal was broken
    std::string reason;  ///< of the agreement's list
};

/// A registered member organisation of the region, as the agreement in force tells.
struct Member {
    std::string code;             ///< short name in the agreement: "hospital-kita"
    std::string name;             ///< for people
    std::string institution_oid;  ///< owner of what it publishes; names its data key
    std::vector<std::string> assigning_authorities;  ///< patient-id domains (OIDs) that it may feed
    std::string default_role;                        ///< taken where no user assertion is there
    Strictness strictness = Strictness::kStrict;
    std::vector<std::string> reply_addresses;  ///< ReplyTo URLs allowed for asynchronous answers
    MessageCharset character_set = MessageCharset::kDeclared;
    /// The version of the agreement that this was read from; whoever goes on asking about this
    /// member is answered by the same one. Opaque; null: whichever is in force.
    std::shared_ptr<void const> terms = {};
    /// Not the member's systems, but an emergency account of the member; null: its systems.
    std::shared_ptr<EmergencyAccount const> emergency_account = {};
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
    /// Code of the member whose certificate was shown, where it speaks for `member`; else empty.
    std::string via = {};
    /// The verified assertion that the four fields above were filled from; null without one.
    std::shared_ptr<UserAssertion const> assertion = {};
};

/// A member's system before anybody has named its user: it acts in the default role, an emergency
/// account in the name of whoever holds it.
Subject subject_of(Member member, std::string certificate_subject, std::string remote_address);

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

/// Confidentiality of HL7 (2.16.840.1.113883.5.25), least protected first.
enum class Confidentiality : std::uint8_t { kU, kL, kM, kN, kR, kV };
inline constexpr std::string_view kConfidentialityScheme = "2.16.840.1.113883.5.25";
/// Of "code^^scheme". A code or scheme that is not HL7's counts as V: what nobody understands is
/// protected most.
Confidentiality confidentiality_of(std::string_view key);
/// By its letter; nothing for any other word.
std::optional<Confidentiality> confidentiality_from(std::string_view letter);
char letter_of(Confidentiality level);

/// What a clause says about the documents that it is about.
enum class Effect : std::uint8_t {
    kPermit,   ///< open
    kDeny,     ///< hidden
    kConsent,  ///< open if the patient says so
};

/// One clause as far as it is about documents: matches a label when every filled condition does.
/// Empty = no condition.
struct ScopeRule {
    std::string rule_id;  ///< clause of the agreement
    std::vector<std::string> owners;
    std::vector<std::string> class_codes,
        type_codes;  ///< document must have one of them, in either list
    std::vector<std::string>
        confidentiality_codes;  ///< all codes of the document must be among these
    std::vector<std::string> practice_setting_codes = {};
    std::optional<Confidentiality> highest = {};  ///< no code of the document above it; none: V
    Effect effect = Effect::kPermit;
    bool matches(Label const& label) const;
};

/// One word of the patient that stands for the one who asks, as far as it is about documents.
/// Empty = no condition.
struct ConsentRule {
    bool open = false;       ///< granted, or withheld
    bool absolute = false;   ///< withheld even from emergencies
    std::string owner;       ///< publishing member
    std::string department;  ///< practice setting, "code^^scheme"
    std::string code;        ///< class or type, "code^^scheme"
    std::string document;    ///< unique id
    /// Which conditions the word names about the one who asks. They hold; here they only tell how
    /// exact the word is.
    std::uint8_t asker = 0;
    std::string source = {};  ///< the word itself, for records

    bool matches(Label const& label, std::string_view unique_id) const;
    /// Says the same thing more exactly: names all that `other` names, and more. A document has an
    /// owner, a department and a type, so naming it names them.
    bool narrower_than(ConsentRule const& other) const;
    bool about_persons_data() const {
        return department.empty() && code.empty() && document.empty();
    }
};

/// What a patient wants of those who ask. A word is overruled by one that says the same more
/// exactly; of those that are left every single one must grant. Where the patient has said nothing
/// the model of the agreement counts: the first of `models` that matches, else `open_unsaid`.
struct ConsentRules {
    std::vector<ConsentRule> words;
    /// About publishing, where documents that were not to be published are kept and hidden: what
    /// they withhold is closed whatever `words` say.
    std::vector<ConsentRule> publishing = {};
    /// kPermit: open until withheld; kDeny: closed until granted.
    std::vector<ScopeRule> models = {};
    bool open_unsaid = false;

    bool opens(Label const& label, std::string_view unique_id) const;
    /// Name, address and numbers known to a member: words about single kinds of documents do not
    /// touch them.
    bool opens_person(std::string const& owner) const;
    bool vetoes(Label const& label, std::string_view unique_id) const;  ///< absolutely
    /// Whether there is a document that could be open.
    bool can_open() const;
};

/// What an emergency opens beyond agreement and consent.
struct EmergencyPass {
    std::string rule_id;
    Confidentiality highest = Confidentiality::kN;
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
        kMothersName,
        kPartialId  ///< an id, or at least four letters of its beginning
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

/// What a permit covers for one patient. The first rule that matches a document decides; none:
/// hidden. Pure; judging a document allocates nothing.
struct Scope {
    bool everything = false;  ///< the agreement's exempt roles only (conformance test, operator)
    std::vector<ScopeRule> rules;
    IdentityScope identities = {};
    ConsentRules consent = {};
    std::optional<EmergencyPass> emergency = {};

    /// A document about which the patient said nothing in particular.
    bool allows(Label const& label) const { return allows(label, {}); }
    bool allows(Label const& label, std::string_view unique_id) const;
    /// Unique ids of the documents for which the label alone does not decide.
    std::vector<std::string> singled_out() const;
};

}  // namespace musubi::domain
