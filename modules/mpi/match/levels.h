#pragma once
// How far two records agree in one attribute. Levels count upwards; kUnknown: one side says
// nothing. Pure. Source: pix-pdq.md 10.4.

#include "mpi/match/features.h"

namespace musubi::mpi::match {

inline constexpr int kUnknown = -1;

namespace name_level {
inline constexpr int kDifferent = 0, kSharedKanji = 1, kNear = 2, kKanji = 3, kSound = 4,
                     kSoundOnly = 5, kBoth = 6;
}
namespace birth_level {
inline constexpr int kDifferent = 0, kYear = 1, kPlaceholderDay = 2, kSlip = 3, kEqual = 4;
}
namespace address_level {
inline constexpr int kDifferent = 0, kMunicipality = 1, kTown = 2, kNumbersUnknown = 3, kEqual = 4;
}
namespace insurance_level {
inline constexpr int kDifferent = 0, kOtherBranch = 1, kBranchUnknown = 2, kEqual = 3;
}

int compare_parts(NamePart const& a, NamePart const& b);
int compare_births(BirthDate const& a, BirthDate const& b);
int compare_addresses(std::vector<Address> const& a, std::vector<Address> const& b);
int compare_phones(std::vector<std::string> const& a, std::vector<std::string> const& b);  ///< 0, 1
int compare_insurances(std::vector<InsuranceKey> const& a, std::vector<InsuranceKey> const& b);

/// Words for people.
std::string_view name_level_word(int level);
std::string_view birth_level_word(int level);
std::string_view address_level_word(int level);
std::string_view insurance_level_word(int level);

}  // namespace musubi::mpi::match
