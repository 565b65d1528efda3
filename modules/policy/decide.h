#pragma once
// The decision itself: agreement + consent + who asks -> what is open. Pure functions, thread-safe.
//
// Order: agreement in force, role of the member, what the role may do, exemption, then per patient
// the matrix (matrix.h) with consent (patient_consent.h) and, when somebody breaks the glass, what
// the agreement opens in an emergency. Whatever is not said is denied (rule "default").

#include "core/ports.h"
#include "policy/agreement.h"
#include "policy/consent.h"

#include <map>
#include <optional>

namespace musubi::policy {

inline constexpr char const* kRuleDefault = "default";    ///< no clause permits it
inline constexpr char const* kRuleValidity = "validity";  ///< the agreement is not in force
inline constexpr char const* kRuleOwn =
    "own";  ///< own documents, where the matrix has no row for them
inline constexpr char const* kRuleIdentity =
    "identity";  ///< published for a patient whom the member has not fed

inline constexpr char const* kRuleConsent = "consent";  ///< the patient lets nobody publish it

/// What the decision needs beside the agreement; fetched only when `needs` says so.
struct Needs {
    bool consent = false;      ///< consent rows of the patients
    bool authorities = false;  ///< who fed the patients; an unknown one cannot be decided about
    bool relation = false;     ///< who fed the patients, if anybody, and who declared to treat them
};
struct Facts {
    std::vector<ConsentEntry> consent;
    std::map<std::string, std::vector<std::string>> authorities;  ///< patient -> OIDs
    std::vector<std::string> declared = {};  ///< patients whom the member has declared to treat
};

struct Disaster;  ///< disaster.h

struct Question {
    domain::Subject const& subject;
    domain::Action action;
    core::PolicyQuery const& query;
    WallTime now{};
    Disaster const* disaster = nullptr;  ///< declared, and in force now
};

/// What somebody is entitled to who breaks the glass.
struct BrokenGlass {
    std::string clause, reason;
    domain::Confidentiality highest = domain::Confidentiality::kN;
    int minutes = 0, review_days = 0;
};
/// Whether the subject claims an emergency and the agreement lets him: role, purpose and a reason
/// of the agreement's list; or an emergency account whose seal was broken on record. Else nothing.
std::optional<BrokenGlass> broken_glass(Agreement const& agreement, domain::Subject const& subject);

Needs needs(Agreement const& agreement, Question const& question);
core::Decision decide(Agreement const& agreement, Question const& question, Facts const& facts);

/// The same, and why, for operators and tests: one line per step and per rule with the clause that
/// made it.
struct Explanation {
    core::Decision decision;
    std::vector<std::string> lines;
};
Explanation explain(Agreement const& agreement, Question const& question, Facts const& facts);

}  // namespace musubi::policy
