#include "platform/base/compress.h"

#include <gtest/gtest.h>

#include <thread>

namespace musubi {
namespace {

constexpr std::size_t kLimit = 1 << 20;
constexpr std::string_view kText =
    "<Slot name=\"creationTime\"><ValueList><Value>20260401</Value></ValueList></Slot>";

Bytes packed(std::string_view plain, CompressionDictionary const* dictionary = nullptr) {
    Bytes out;
    compress(out, as_bytes(plain), dictionary);
    return out;
}

}  // namespace

TEST(Compress, GivesBackWhatWasPackedWhateverItsSize) {
    CompressionDictionary const dictionary(kText);
    std::string buffer, plain;
    for (std::size_t const size : {0, 1, 7, 300, 5000, 70'000}) {
        while (plain.size() < size) plain.push_back(static_cast<char>(plain.size() * 31 % 251));
        for (auto const* with : {static_cast<CompressionDictionary const*>(nullptr), &dictionary}) {
            auto const text = decompress(buffer, packed(plain, with), kLimit, with);
            ASSERT_TRUE(text.ok()) << size;
            EXPECT_EQ(*text, plain);
        }
    }
}

TEST(Compress, ReusesABufferThatHeldALongerText) {
    std::string buffer;
    ASSERT_TRUE(decompress(buffer, packed(std::string(1000, 'x')), kLimit).ok());
    EXPECT_EQ(*decompress(buffer, packed("short"), kLimit), "short");
}

TEST(Compress, AppendsToWhatIsThere) {
    Bytes out{7};
    compress(out, as_bytes(kText));
    EXPECT_EQ(out[0], 7);
    std::string buffer;
    EXPECT_EQ(*decompress(buffer, ByteView(out).subspan(1), kLimit), kText);
}

TEST(Compress, NeedsFewOctetsForWhatTheDictionaryKnows) {
    CompressionDictionary const dictionary(kText);
    EXPECT_LT(packed(kText, &dictionary).size(), 20U);
    EXPECT_GT(packed(kText).size(), 50U);
}

TEST(Compress, RefusesToUnfoldBeyondTheLimitBeforeTakingMemory) {
    Bytes const bomb = packed(std::string(kLimit + 1, 'a'));
    std::string buffer;
    EXPECT_EQ(decompress(buffer, bomb, kLimit).error().code, Code::kTooLarge);
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(*decompressed_size(bomb, kLimit + 1), kLimit + 1);
}

TEST(Compress, TellsDamageApartFromText) {
    CompressionDictionary const dictionary(kText);
    Bytes const good = packed(kText, &dictionary);
    std::string buffer;
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(decompress(buffer, ByteView(good).first(size), kLimit, &dictionary).ok())
            << size;
    }
    Bytes longer = good;
    longer.insert(longer.end(), good.begin(), good.end());
    EXPECT_FALSE(decompress(buffer, longer, kLimit, &dictionary).ok());
    EXPECT_FALSE(decompress(buffer, as_bytes("<rim:Slot>"), kLimit).ok());
    auto const without = decompress(buffer, good, kLimit);
    EXPECT_FALSE(without.ok() && *without == kText);
}

TEST(Compress, ServesManyThreadsWithOneDictionary) {
    CompressionDictionary const dictionary(kText);
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            std::string buffer;
            std::string const plain = std::string(kText) + std::to_string(t);
            for (int i = 0; i < 200; ++i) {
                auto const text =
                    decompress(buffer, packed(plain, &dictionary), kLimit, &dictionary);
                if (text && *text == plain) ++good;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 800);
}

}  // namespace musubi
