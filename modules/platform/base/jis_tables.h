#pragma once
// The code tables behind japanese.h. Internal to platform/base. Immutable after the first call,
// thread-safe.

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace musubi {

inline constexpr int kJisCells = 94;
/// CP932 seen as rows of 94 cells: two per lead byte. Rows 0-93 are JIS X 0208 rows 1-94 (with NEC
/// row 13 and the NEC-selected IBM extensions), the rest lies beyond JIS: user-defined area and IBM
/// extensions.
inline constexpr int kCp932Rows = 120;

struct JisTables {
    std::array<char16_t, kCp932Rows * kJisCells> cp932{};  ///< Microsoft mapping, 0 = undefined
    std::array<char16_t, kJisCells * kJisCells> supplementary{};  ///< JIS X 0212, 0 = undefined
    std::unordered_map<char16_t, std::uint16_t>
        to_jis0208;  ///< to two 7-bit bytes, high byte first
    std::unordered_map<char16_t, std::uint16_t> to_jis0212;
    std::unordered_map<char16_t, std::uint16_t> to_cp932;  ///< to lead and trail byte
};

JisTables const& jis_tables();

/// The JIS reading of a character that CP932 maps its own way; any other as it is.
char16_t jis_mapping(char16_t microsoft);

}  // namespace musubi
