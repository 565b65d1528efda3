#include "platform/base/bytes.h"

#include <gtest/gtest.h>

namespace musubi {

TEST(Base64, RoundTripsEveryLengthModuloThree) {
    for (std::size_t size = 0; size < 70; ++size) {
        Bytes bytes(size);
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + 11);
        auto const back = from_base64(to_base64(bytes));
        ASSERT_TRUE(back.ok());
        EXPECT_EQ(*back, bytes);
    }
}

TEST(Base64, SkipsWhiteSpaceAnywhere) {
    EXPECT_EQ(*from_base64(" Zm9v\r\n\tYmE = "), *from_base64("Zm9vYmE="));
}

TEST(Base64, RefusesWrongAlphabetPaddingAndLength) {
    for (char const* bad : {"Zm9v!", "Zg", "Zg=", "Zg===", "=", "Zm9v=", "Zg==Zg=="}) {
        EXPECT_FALSE(from_base64(bad).ok()) << bad;
    }
}

TEST(Hex, ReadsBothCasesAndRefusesTheRest) {
    EXPECT_EQ(*from_hex("00ffA0"), (Bytes{0, 255, 160}));
    EXPECT_FALSE(from_hex("0").ok());
    EXPECT_FALSE(from_hex("zz").ok());
}

}  // namespace musubi
