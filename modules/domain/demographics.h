#pragma once
// A person as hospitals describe one: the common ground of HL7 v2 (PID), HL7 v3 (patientPerson) and
// the patient index. Texts are as they were sent, in UTF-8, never folded: matching works on its own
// normalised copy. Plain values, no thread rules. Source: ITI TF-2 3.8, 3.30, 3.44; japan.

#include "domain/identifiers.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

/// XPN.8 I, P, A; v3 name use IDE, SYL, ABC.
enum class Script : std::uint8_t { kUntold, kIdeographic, kPhonetic, kAlphabetic };

/// One spelling of a name. A person has several: kanji, kana, romaji, former names.
struct PersonName {
    std::string family, given, middle, suffix, prefix;
    std::string type_code;  ///< table 0200: L legal, M maiden, B at birth, A alias, S coded ...
    Script script = Script::kUntold;
    bool operator==(PersonName const&) const = default;
};

/// XAD / AD. Japanese senders put the whole address into `whole` (XAD.8) or split city and state.
struct PostalAddress {
    std::string street, other, city, state, postal_code, country, type_code, whole;
    bool operator==(PostalAddress const&) const = default;
};

/// XTN / TEL.
struct Telecom {
    std::string number, use_code, equipment, email;
    bool operator==(Telecom const&) const = default;
};

/// Health insurance as on the card; a sensitive attribute (MHLW: may not be demanded), a key for
/// matching only where the agreement turns it on.
struct Insurance {
    std::string insurer;  ///< 保険者番号
    std::string symbol;   ///< 記号
    std::string number;   ///< 番号
    std::string branch;   ///< 枝番, empty when not told
    bool operator==(Insurance const&) const = default;
};

/// An identifier and what kind it is (table 0203), e.g. PI.
struct LocalId {
    PatientId id;
    std::string type_code;
    bool operator==(LocalId const&) const = default;
};

struct Demographics {
    std::vector<PersonName> names;  ///< legal, former and alias names, all spellings
    std::vector<PersonName> mothers_maiden_names;
    std::string birth_time;  ///< HL7 TS: YYYY[MM[DD[HH...]]]; empty: unknown
    std::string sex;         ///< table 0001: M F O U A N; empty: unknown
    std::vector<PostalAddress> addresses;
    std::vector<Telecom> home_phones, business_phones;
    std::optional<LocalId> account;  ///< PID-18; authority may be empty
    std::vector<Insurance> insurances;
    std::string marital_status, language, religion, nationality, birth_place;
    std::string multiple_birth;  ///< Y, N or empty
    std::string birth_order;
    std::string death_time, death_indicator;
    std::string identity_unknown;      ///< PID-31: Y never links by itself
    std::string identity_reliability;  ///< PID-32
    std::string last_update, last_update_facility;
    bool operator==(Demographics const&) const = default;
};

/// What a feed says about demographics. A field that was not sent leaves the stored value alone;
/// one that is there but empty (`""` in v2, a nullFlavor in v3) deletes it (ITI TF-2 C.2.6).
template <class T>
using Sent = std::optional<T>;

struct DemographicsChange {
    Sent<std::vector<PersonName>> names;  ///< PID-5
    Sent<std::vector<PersonName>>
        aliases;  ///< PID-9: kept among the names, type_code A when untold
    Sent<std::vector<PersonName>> mothers_maiden_names;
    Sent<std::string> birth_time, sex;
    Sent<std::vector<PostalAddress>> addresses;
    Sent<std::vector<Telecom>> home_phones, business_phones;
    Sent<LocalId> account;
    Sent<std::vector<Insurance>> insurances;
    Sent<std::string> marital_status, language, religion, nationality, birth_place;
    Sent<std::string> multiple_birth, birth_order, death_time, death_indicator;
    Sent<std::string> identity_unknown, identity_reliability, last_update, last_update_facility;

    /// Field by field: replaces what was sent, keeps the rest.
    void apply_to(Demographics& person) const;
};

}  // namespace musubi::domain
