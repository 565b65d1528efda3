#pragma once
// Who asks, as the clauses of the agreement and the words of a patient look at him. Pure values.

#include "domain/access.h"

#include <string>

namespace musubi::policy {

/// What somebody is taken to ask for who does not say: the region exists for treatment.
inline constexpr char const* kTreatment = "TREAT";

struct Asker {
    std::string member;       ///< code
    std::string member_kind;  ///< empty: the agreement does not tell
    std::string role;
    std::string person;  ///< user id; empty: unknown
    std::string purpose = kTreatment;
    bool emergency =
        false;              ///< entitled to break the glass; such a purpose counts as treatment too
    bool treating = false;  ///< the patient in question

    bool asks_for(std::string const& wanted) const {
        return wanted == purpose || (emergency && wanted == kTreatment);
    }
};

}  // namespace musubi::policy
