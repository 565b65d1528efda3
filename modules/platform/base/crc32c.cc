#include "platform/base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace musubi {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Table k tells what an octet contributes that lies k octets before the end of a step.
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) ? 0x82F63B78U : 0U);
        tables[0][i] = c;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t i = 0; i < 256; ++i) {
            auto const before = tables[k - 1][i];
            tables[k][i] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
    return tables;
}

constexpr Tables kTables = make_tables();

std::uint32_t little_endian(std::uint8_t const* in) {
    return static_cast<std::uint32_t>(in[0]) | static_cast<std::uint32_t>(in[1]) << 8 |
           static_cast<std::uint32_t>(in[2]) << 16 | static_cast<std::uint32_t>(in[3]) << 24;
}

#if defined(__x86_64__)
/// The instruction takes three cycles before the next one can use its result, so three parts that
/// lie behind each other are worked on side by side. Four times three of them and a little are what
/// a sealed chunk of 64 KiB is.
constexpr std::size_t kPart = 5440;
static_assert(kPart % 8 == 0);

/// a * b modulo the polynomial; the highest bit is the lowest power, `a` is not zero.
constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) {
    std::uint32_t product = 0;
    for (std::uint32_t bit = 1U << 31; bit != 0; bit >>= 1) {
        if (a & bit) product ^= b;
        b = (b >> 1) ^ ((b & 1) ? 0x82F63B78U : 0U);
    }
    return product;
}

using Shifts = std::array<std::array<std::uint32_t, 256>, 4>;

/// What kPart octets of zeros make of a checksum, one table for each octet of it.
constexpr Shifts make_shifts() {
    std::uint32_t factor = 1U << 31, power = 1U << 23;  // 1, and one octet
    for (std::size_t left = kPart; left != 0; left >>= 1) {
        if (left & 1) factor = times(factor, power);
        power = times(power, power);
    }
    Shifts shifts{};
    for (std::size_t k = 0; k < shifts.size(); ++k) {
        for (std::uint32_t i = 0; i < 256; ++i) shifts[k][i] = times(factor, i << (8 * k));
    }
    return shifts;
}

constexpr Shifts kShifts = make_shifts();

std::uint32_t shifted(std::uint64_t crc) {
    return kShifts[0][crc & 0xFF] ^ kShifts[1][(crc >> 8) & 0xFF] ^ kShifts[2][(crc >> 16) & 0xFF] ^
           kShifts[3][(crc >> 24) & 0xFF];
}

std::uint64_t word_at(std::uint8_t const* in) {
    std::uint64_t word = 0;
    std::memcpy(&word, in, sizeof word);
    return word;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(ByteView bytes) {
    std::uint64_t crc = 0xFFFFFFFFU;
    auto const* in = bytes.data();
    auto left = bytes.size();
    for (; left >= 3 * kPart; in += 3 * kPart, left -= 3 * kPart) {
        std::uint64_t second = 0, third = 0;
        for (std::size_t at = 0; at < kPart; at += 8) {
            crc = _mm_crc32_u64(crc, word_at(in + at));
            second = _mm_crc32_u64(second, word_at(in + kPart + at));
            third = _mm_crc32_u64(third, word_at(in + 2 * kPart + at));
        }
        crc = shifted(shifted(crc) ^ second) ^ third;
    }
    for (; left >= 8; in += 8, left -= 8) crc = _mm_crc32_u64(crc, word_at(in));
    auto narrow = static_cast<std::uint32_t>(crc);
    for (; left > 0; ++in, --left) narrow = _mm_crc32_u8(narrow, *in);
    return narrow ^ 0xFFFFFFFFU;
}
#endif

}  // namespace

std::uint32_t crc32c_by_tables(ByteView bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    auto const* in = bytes.data();
    auto left = bytes.size();
    for (; left >= 8; in += 8, left -= 8) {
        auto const low = crc ^ little_endian(in);
        auto const high = little_endian(in + 4);
        crc = kTables[7][low & 0xFF] ^ kTables[6][(low >> 8) & 0xFF] ^
              kTables[5][(low >> 16) & 0xFF] ^ kTables[4][low >> 24] ^ kTables[3][high & 0xFF] ^
              kTables[2][(high >> 8) & 0xFF] ^ kTables[1][(high >> 16) & 0xFF] ^
              kTables[0][high >> 24];
    }
    for (; left > 0; ++in, --left) crc = (crc >> 8) ^ kTables[0][(crc ^ *in) & 0xFF];
    return crc ^ 0xFFFFFFFFU;
}

std::uint32_t crc32c(ByteView bytes) {
#if defined(__x86_64__)
    static bool const has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return crc32c_by_instruction(bytes);
#endif
    return crc32c_by_tables(bytes);
}

}  // namespace musubi
