#pragma once
// One row of the access matrix: who, towards whom and for what purpose, may do what with which
// documents. Plain value; read by agreement_matrix, put in order and applied by matrix.
//
// Any condition that is `any` in the file, or absent where it may be, has an empty list here.

#include "domain/access.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::policy {

/// What the asking member has to do with the patient.
enum class Relation : std::uint8_t {
    kAny,
    kTreating,  ///< has a record of its own of the patient, or has declared that it treats him
    kNone,      ///< neither
};

enum class RuleAction : std::uint8_t { kFind, kRetrieve, kPublish, kIdentify };
std::string_view to_string(RuleAction action);

struct AccessRule {
    std::string id;
    std::string role;
    bool own = false;  ///< the member's own documents; consent is not asked
    std::vector<std::string> type_codes, class_codes, confidentiality_codes;  ///< "code^^scheme"
    bool needs_consent = true;
    int line = 0;
    bool deny = false;
    bool shadow = false;  ///< counted and told, not enforced
    bool told = false;    ///< a denial is answered with an error instead of silence
    bool notify = false;  ///< each use is announced to the members that hold records of the patient
    Relation relation = Relation::kAny;
    std::set<std::string> members;                        ///< who asks, by code
    std::set<std::string> member_kinds;                   ///< who asks, by kind
    std::vector<std::string> owners;                      ///< who published, by code
    std::vector<std::string> practice_settings;           ///< "code^^scheme"
    std::optional<domain::Confidentiality> highest = {};  ///< instead of a list
    std::vector<std::string> purposes;                    ///< codes
    std::set<RuleAction> actions = {RuleAction::kFind, RuleAction::kRetrieve};

    domain::Effect effect() const {
        if (deny) return domain::Effect::kDeny;
        return needs_consent ? domain::Effect::kConsent : domain::Effect::kPermit;
    }
    /// Whether it depends on the document.
    bool about_documents() const {
        return own || !type_codes.empty() || !class_codes.empty() ||
               !confidentiality_codes.empty() || !owners.empty() || !practice_settings.empty() ||
               highest;
    }
};

}  // namespace musubi::policy
