#pragma once
// One record normalised for comparing. A plain value; made once for each record, then compared many
// times. Never stored and never logged. Source: pix-pdq.md 10.2.

#include "mpi/match/address.h"
#include "mpi/match/birth_date.h"
#include "mpi/match/match.h"
#include "mpi/match/names.h"

namespace musubi::mpi::match {

/// Insurance as on the card, folded to ASCII: insurer eight digits, symbol and number without
/// separators, branch two digits or empty.
struct InsuranceKey {
    std::string insurer, symbol, number, branch;
    bool same_household(InsuranceKey const& other) const {
        return number == other.number && insurer == other.insurer && symbol == other.symbol;
    }
};

struct Features {
    std::vector<NameForm> names;
    std::vector<NameForm> mothers;
    BirthDate birth;
    char sex = 0;  ///< M or F; 0: not told, or a word that does not tell
    std::vector<Address> addresses;
    std::vector<std::string> phones;  ///< sorted
    std::vector<InsuranceKey> insurances;
    bool multiple_birth = false;
    int birth_order = 0;  ///< 0: not told
    bool unfit = false;   ///< placeholder or identity unknown: never linked by itself
};

InsuranceKey fold_insurance(domain::Insurance const& sent);

}  // namespace musubi::mpi::match
