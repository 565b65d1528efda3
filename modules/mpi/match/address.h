#pragma once
// A Japanese address taken apart for comparing. Pure. Source: pix-pdq.md 9 and 10.2, japan.md 5.2.

#include "domain/demographics.h"
#include "mpi/match/characters.h"

#include <array>
#include <optional>
#include <vector>

namespace musubi::mpi::match {

struct Address {
    static constexpr std::size_t kMostNumbers = 5;
    std::string postal_code;  ///< seven digits or empty
    Text prefecture, municipality, town;
    std::array<std::uint16_t, kMostNumbers> numbers{};  ///< chome, banchi, go; 0 behind the last
    Text whole;  ///< everything folded, for queries by a part
    bool has_numbers() const { return numbers[0] != 0; }
};

/// Nothing when the address says nothing that could be compared.
std::optional<Address> parse_address(domain::PostalAddress const& sent);

/// Width, variants, small ke, kanji numerals of blocks; no blanks, no oaza. For parts of queries
/// too.
Text fold_address(std::string_view utf8);
std::string digits_of(std::string_view utf8);  ///< ASCII digits, of any width

/// Digits with national prefix; empty when fewer than nine (no subscriber's number).
std::string fold_phone(std::string_view utf8);

}  // namespace musubi::mpi::match
