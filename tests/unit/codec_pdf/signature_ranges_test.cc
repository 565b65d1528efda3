// Where signatures stand in a PDF (ISO 32000-1, 12.8.1), from octets in any pieces.

#include "codec/pdf/signature_ranges.h"

#include <gtest/gtest.h>

namespace musubi::pdf {
namespace {

Result<std::vector<SignedRange>> find(std::string const& text, std::size_t piece,
                                      std::uint64_t size) {
    SignatureFinder finder;
    for (std::size_t at = 0; at < text.size(); at += piece)
        finder.feed(as_bytes(std::string_view(text).substr(at, piece)));
    return finder.finish(size);
}
std::string padded(std::string const& entry) {
    return "%PDF-1.7\n" + std::string(70'000, 'x') + entry + std::string(300, 'y');
}

TEST(SignatureFinder, FindsARangeHoweverTheOctetsArrive) {
    std::string const text = padded("/ByteRange [0 100\n 200\t 300 ]");
    for (std::size_t const piece : {1UL, 7UL, 4096UL, 65'536UL, 1'000'000UL}) {
        auto const found = find(text, piece, text.size());
        ASSERT_TRUE(found.ok()) << piece;
        ASSERT_EQ(found->size(), 1U) << piece;
        EXPECT_EQ(found->front().gap_begin, 100U);
        EXPECT_EQ(found->front().gap_end, 200U);
        EXPECT_EQ(found->front().end, 500U);
    }
    std::string const last = "/ByteRange[0 1 9 1]";
    EXPECT_EQ(find(last, 3, 100)->size(), 1U);
}

TEST(SignatureFinder, WhatOnlyLooksLikeOneIsPassedBy) {
    for (char const* entry :
         {"/ByteRange", "/ByteRange [0 1 2]", "/ByteRange [0 1 2 3 4]",
          "/ByteRange [0 /******* 2 3]", "/ByteRang [0 1 9 1]", "/ByteRange [0 -1 9 1]",
          "/ByteRange [0 99999999999999999999999 9 1]"}) {
        auto const found = find(padded(entry), 1000, 1'000'000);
        ASSERT_TRUE(found.ok()) << entry;
        EXPECT_TRUE(found->empty()) << entry;
    }
}

TEST(SignatureFinder, RefusesRangesThatNoSignatureHas) {
    for (char const* entry :
         {"/ByteRange [1 100 200 300]", "/ByteRange [0 200 100 300]", "/ByteRange [0 100 101 5]",
          "/ByteRange [0 100 200 2000000]", "/ByteRange [0 1 9 18446744073709551615]"}) {
        auto const found = find(padded(entry), 1000, 1'000'000);
        ASSERT_FALSE(found.ok()) << entry;
        EXPECT_EQ(found.error().code, Code::kInvalidContent) << entry;
    }
    EXPECT_EQ(find(padded("/ByteRange [0 1 600001 1]"), 1000, 1'000'000).error().code,
              Code::kTooLarge);
    std::string many = "%PDF-";
    for (std::size_t i = 0; i <= kMaxSignatures; ++i) many += "/ByteRange [0 1 9 1] ";
    EXPECT_EQ(find(many, 64, 1'000).error().code, Code::kTooLarge);
}

TEST(SignatureGap, IsHexadecimalBetweenAngles) {
    EXPECT_EQ(*read_gap(as_bytes("<3082 00fF>")), (Bytes{0x30, 0x82, 0x00, 0xFF}));
    for (char const* wrong : {"", "<", "3082", "<30", "<3x>", "(30)"})
        EXPECT_FALSE(read_gap(as_bytes(wrong)).ok()) << wrong;
}

TEST(Pdf, IsToldByItsHead) {
    EXPECT_TRUE(is_pdf(as_bytes("%PDF-1.4")));
    EXPECT_TRUE(is_pdf(as_bytes("\n\n%PDF-2.0")));
    EXPECT_FALSE(is_pdf(as_bytes("<?xml")));
    EXPECT_FALSE(is_pdf(as_bytes("")));
}

}  // namespace
}  // namespace musubi::pdf
