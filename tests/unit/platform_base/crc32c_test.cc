#include "platform/base/crc32c.h"

#include <gtest/gtest.h>

namespace musubi {
namespace {

Bytes some(std::size_t size) {
    Bytes out(size);
    std::uint32_t state = 1;
    for (auto& octet : out) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::uint8_t>(state >> 24);
    }
    return out;
}

// RFC 3720 B.4
TEST(Crc32c, IsThatOfTheStandard) {
    EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283U);
    EXPECT_EQ(crc32c(Bytes(32, 0x00)), 0x8A9136AAU);
    EXPECT_EQ(crc32c(Bytes(32, 0xFF)), 0x62A8AB43U);
    EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, IsTheSameWithAndWithoutTheInstructionAtAnyLengthAndPlace) {
    Bytes const all = some(150'000);
    for (std::size_t size : {0, 1, 7, 8, 9, 63, 4096, 16'319, 16'320, 16'321, 16'328, 32'640,
                             48'967, 65'552, 65'553, 131'104, 149'990}) {
        for (std::size_t from = 0; from < 9; ++from) {
            ByteView const part = ByteView(all).subspan(from, size);
            EXPECT_EQ(crc32c(part), crc32c_by_tables(part)) << size << " from " << from;
        }
    }
}

TEST(Crc32c, TellsEveryChangedBitOfAChunk) {
    Bytes chunk = some(65'552);
    std::uint32_t const right = crc32c(chunk);
    for (std::size_t at = 0; at < chunk.size(); at += 97) {
        chunk[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        EXPECT_NE(crc32c(chunk), right) << at;
        chunk[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
    }
}

}  // namespace
}  // namespace musubi
