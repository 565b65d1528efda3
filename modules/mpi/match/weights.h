#pragma once
// What each comparison is worth (bits, log2 m/u), thresholds and guards. A plain value; changed
// only by configuration that people review. Defaults: pix-pdq.md 10.4 and 10.5, the strict row,
// tuned as the README tells.

#include "mpi/match/name_frequency.h"

#include <array>
#include <map>

namespace musubi::mpi::match {

struct Weights {
    // By level, lowest first; a comparison with nothing on one side is worth 0.
    std::array<double, 7> family{-4.4, -4.4, -2.1, 7.7, 3.3, 7.9, 8.1};
    std::array<double, 7> given{-5.5, -4.1, -2.5, 7.9, 4.9, 8.2, 8.4};
    std::array<double, 5> birth{-7.7, 1.4, 4.9, 4.2, 14.6};
    std::array<double, 2> sex{-5.5, 1.0};
    std::array<double, 5> address{-2.4, -2.5, 0.8, 8.9, 14.2};
    std::array<double, 2> phone{-2.3, 15.5};
    std::array<double, 4> insurance{-2.1, 9.0, 13.8, 16.9};
    std::array<double, 2> mother{-1.0, 4.0};  ///< mother's maiden name differs, agrees
    double former_name = -1.0;                ///< the agreement is with a former name or an alias
    double swapped_name = -2.0;               ///< family and given name changed places
    double frequency_clip = 4;                ///< how far the rarity of a name may move its worth
    double household_cap = 14;  ///< family name, address, phone and insurance together

    double link = 18;      ///< from here on linked, when nothing forbids it
    double review = 8;     ///< from here on people look at it
    double rarity = 3e-6;  ///< product of name frequencies: below it name and birth date suffice
    bool use_insurance = false;  ///< the agreement allows it as a key for matching
    bool pediatric = true;       ///< mother's name, multiple birth and order count

    std::shared_ptr<NameFrequencies const> names = NameFrequencies::embedded();
};

/// "link" or "family.6" and a number, or a switch and true or false. kInvalidContent names the key.
Status set_weight(Weights& weights, std::string_view key, std::string_view value);
/// The defaults with these changes. Refuses thresholds that contradict each other.
Result<Weights> weights_from(std::map<std::string, std::string> const& changes);

}  // namespace musubi::mpi::match
