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
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(ByteView bytes) {
    std::uint64_t crc = 0xFFFFFFFFU;
    auto const* in = bytes.data();
    auto left = bytes.size();
    for (; left >= 8; in += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, in, sizeof word);
        crc = _mm_crc32_u64(crc, word);
    }
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
