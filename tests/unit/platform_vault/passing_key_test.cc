#include "platform/vault/passing_key.h"

#include <gtest/gtest.h>

namespace musubi::vault {
namespace {

Bytes sealed_at(PassingKey const& key, std::uint64_t place, ByteView plain) {
    Bytes out(plain.size() + PassingKey::kOverhead);
    key.seal(place, plain, out);
    return out;
}

TEST(PassingKey, OpensWhatItSealedAtItsPlaceOnly) {
    PassingKey const key, other;
    Bytes const plain = {1, 2, 3, 4, 5};
    Bytes const sealed = sealed_at(key, 7, plain);
    Bytes opened(plain.size());
    EXPECT_TRUE(key.open(7, sealed, opened));
    EXPECT_EQ(opened, plain);
    EXPECT_FALSE(key.open(8, sealed, opened));
    EXPECT_EQ(opened, Bytes(plain.size())) << "wiped";
    EXPECT_FALSE(other.open(7, sealed, opened));
}

TEST(PassingKey, PlacesThatDifferInAnyOctetAreOthers) {
    PassingKey const key;
    Bytes const plain(16);
    std::vector<Bytes> all;
    for (int bit = 0; bit < 64; ++bit) all.push_back(sealed_at(key, 1ULL << bit, plain));
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t k = 0; k < i; ++k) EXPECT_NE(all[i], all[k]);
}

TEST(PassingKey, AChangedOctetDoesNotOpen) {
    PassingKey const key;
    Bytes const plain(100, 9);
    for (std::size_t at = 0; at < plain.size() + PassingKey::kOverhead; ++at) {
        Bytes sealed = sealed_at(key, at, plain);
        sealed[at] ^= 0x10;
        Bytes opened(plain.size());
        EXPECT_FALSE(key.open(at, sealed, opened)) << at;
    }
}

}  // namespace
}  // namespace musubi::vault
