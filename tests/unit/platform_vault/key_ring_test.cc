#include "platform/vault/key_ring.h"

#include "platform/base/digest.h"
#include "platform/base/log.h"
#include "platform/vault/crypto.h"
#include "platform/vault/durable_file.h"
#include "temp_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <thread>

namespace musubi::vault {
namespace {

namespace fs = std::filesystem;
constexpr char const* kKita = "1.2.392.100495.20.3.51.11319876543";
constexpr char const* kClinic = "1.2.392.100495.20.3.51.11312345678";

class KeyRingTest : public ::testing::Test {
protected:
    std::unique_ptr<KeyRing> open() {
        auto ring =
            KeyRing::open(folder_ / "keys", folder_ / "master.key", KeyRing::IfAbsent::kCreate);
        EXPECT_TRUE(ring.ok()) << (ring.ok() ? "" : ring.error().detail);
        return ring.ok() ? std::move(*ring) : nullptr;
    }
    Error refused(KeyRing::IfAbsent if_absent = KeyRing::IfAbsent::kRefuse) {
        auto const ring = KeyRing::open(folder_ / "keys", folder_ / "master.key", if_absent);
        EXPECT_FALSE(ring.ok());
        return ring.ok() ? Error() : ring.error();
    }
    TempFolder folder_;
};

Bytes octets(std::string_view text) {
    ByteView const view = as_bytes(text);
    return {view.begin(), view.end()};
}

template <class T>
Code code_of(Result<T> const& result) {
    EXPECT_FALSE(result.ok());
    return result.ok() ? Code::kInternal : result.error().code;
}

}  // namespace

TEST(Crypto, FollowsThePublishedVectors) {
    SecretKey out;  // RFC 5869 A.1, whose first 32 octets these are
    hkdf(*from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
         *from_hex("000102030405060708090a0b0c"), as_text(*from_hex("f0f1f2f3f4f5f6f7f8f9")), out);
    EXPECT_EQ(to_hex(out.view()),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    hkdf(*from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), {}, "",
         out);  // A.3: no salt, no info
    EXPECT_EQ(to_hex(out.view()),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");

    CipherKey zero;  // the GCM specification's test cases 13 and 14
    std::uint8_t sealed[32];
    gcm_seal(zero, Bytes(12), {}, {}, sealed);
    EXPECT_EQ(to_hex(ByteView(sealed, 16)), "530f8afbc74536b9a963b4f1c4cb738b");
    gcm_seal(zero, Bytes(12), {}, Bytes(16), sealed);
    EXPECT_EQ(to_hex(ByteView(sealed, 32)),
              "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");

    SecretKey key;
    std::fill_n(key.data(), 32, std::uint8_t{0xaa});
    std::uint8_t mac[32];
    hmac(key, as_bytes("musubi"), mac);
    Bytes inner(64, 0x36 ^ 0xaa), outer(64, 0x5c ^ 0xaa);  // RFC 2104 written out
    std::fill(inner.begin() + 32, inner.end(), std::uint8_t{0x36});
    std::fill(outer.begin() + 32, outer.end(), std::uint8_t{0x5c});
    Bytes const text = octets("musubi");
    inner.insert(inner.end(), text.begin(), text.end());
    Bytes const middle = sha256(inner);
    outer.insert(outer.end(), middle.begin(), middle.end());
    EXPECT_EQ(to_hex(mac), to_hex(sha256(outer)));
    // Nothing of another key or message is left over from one call to the next.
    SecretKey other;
    std::fill_n(other.data(), 32, std::uint8_t{0xbb});
    std::uint8_t second[32];
    hmac(other, as_bytes("musubi"), second);
    EXPECT_NE(to_hex(second), to_hex(mac));
    hmac(key, as_bytes("musubi"), second);
    EXPECT_EQ(to_hex(second), to_hex(mac));
}

TEST_F(KeyRingTest, WhatWasSealedOpensAgainAlsoAfterARestart) {
    auto ring = open();
    std::vector<Bytes> sealed;
    for (std::size_t const size : {0, 1, 15, 16, 4096, 300'000}) {
        Bytes const plain(size, static_cast<std::uint8_t>(size));
        auto const one = ring->seal(Purpose::kMetadata, kKita, plain, as_bytes("doc 1"));
        ASSERT_TRUE(one.ok());
        EXPECT_EQ(one->size(), size + KeyRing::kSealOverhead);
        sealed.push_back(*one);
    }
    ring = open();
    std::size_t i = 0;
    for (std::size_t const size : {0, 1, 15, 16, 4096, 300'000}) {
        auto const plain = ring->open(Purpose::kMetadata, kKita, sealed[i++], as_bytes("doc 1"));
        ASSERT_TRUE(plain.ok());
        EXPECT_EQ(*plain, Bytes(size, static_cast<std::uint8_t>(size)));
    }
}

TEST_F(KeyRingTest, EveryFlippedBitIsFound) {
    auto const ring = open();
    Bytes const sealed =
        *ring->seal(Purpose::kMetadata, kKita, as_bytes("紹介状"), as_bytes("doc 1"));
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        Bytes damaged = sealed;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1 << bit % 8));
        ASSERT_EQ(code_of(ring->open(Purpose::kMetadata, kKita, damaged, as_bytes("doc 1"))),
                  Code::kStorageUnavailable)
            << "bit " << bit;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        ASSERT_FALSE(
            ring->open(Purpose::kMetadata, kKita, ByteView(sealed).first(size), as_bytes("doc 1"))
                .ok());
    }
    EXPECT_TRUE(ring->open(Purpose::kMetadata, kKita, sealed, as_bytes("doc 1")).ok());
}

TEST_F(KeyRingTest, PurposeInstitutionAndObjectAreBound) {
    auto const ring = open();
    Bytes const sealed = *ring->seal(Purpose::kMetadata, kKita, as_bytes("x"), as_bytes("doc 1"));
    ASSERT_TRUE(ring->data_key(kClinic).ok());
    EXPECT_EQ(code_of(ring->open(Purpose::kDocument, kKita, sealed, as_bytes("doc 1"))),
              Code::kStorageUnavailable);
    EXPECT_EQ(code_of(ring->open(Purpose::kMetadata, kClinic, sealed, as_bytes("doc 1"))),
              Code::kStorageUnavailable);
    EXPECT_EQ(code_of(ring->open(Purpose::kMetadata, kKita, sealed, as_bytes("doc 2"))),
              Code::kStorageUnavailable);
    Bytes foreign = sealed;  // the clinic's key id in front of the hospital's text
    foreign[4] = static_cast<std::uint8_t>(*ring->data_key(kClinic));
    EXPECT_EQ(code_of(ring->open(Purpose::kMetadata, kClinic, foreign, as_bytes("doc 1"))),
              Code::kStorageUnavailable);
}

TEST_F(KeyRingTest, TheSameTextNeverLooksTheSame) {
    auto const ring = open();
    std::set<Bytes> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(*ring->seal(Purpose::kAudit, kKita, as_bytes("same"), {}));
    EXPECT_EQ(seen.size(), 1000U);
}

TEST_F(KeyRingTest, RotationKeepsWhatOlderKeysSealed) {
    auto ring = open();
    Bytes const old = *ring->seal(Purpose::kMetadata, kKita, as_bytes("old"), {});
    KeyId const first = *ring->data_key(kKita);
    KeyId const second = *ring->rotate(kKita);
    EXPECT_NE(first, second);
    EXPECT_EQ(*ring->data_key(kKita), second);
    ring = open();
    EXPECT_EQ(*ring->data_key(kKita), second) << "the newest is current after a restart too";
    EXPECT_EQ(as_text(*ring->open(Purpose::kMetadata, kKita, old, {})), "old");
    EXPECT_EQ(*ring->institution_of(first), kKita);
}

TEST_F(KeyRingTest, AKeyThatAnotherProcessMadeIsFound) {
    auto const here = open();
    auto const there = open();
    Bytes const sealed = *there->seal(Purpose::kMetadata, kKita, as_bytes("x"), {});
    EXPECT_TRUE(here->open(Purpose::kMetadata, kKita, sealed, {}).ok());
    EXPECT_EQ(*here->data_key(kKita), *there->data_key(kKita));
    EXPECT_NE(*here->data_key(kClinic), *there->data_key(kKita));
}

TEST_F(KeyRingTest, ManyThreadsMakeOneKeyForEachInstitution) {
    auto const ring = open();
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                std::string const name = "institution " + std::to_string(i % 5);
                Bytes const sealed = *ring->seal(Purpose::kMetadata, name, as_bytes(name), {});
                good += as_text(*ring->open(Purpose::kMetadata, name, sealed, {})) == name ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 400);
    int files = 0;
    for (auto const& entry : fs::directory_iterator(folder_ / "keys"))
        files += entry.path().extension() == ".key";
    EXPECT_EQ(files, 5);
}

TEST_F(KeyRingTest, AMasterKeyThatOthersMayReadIsRefusedByName) {
    open();
    for (unsigned const mode : {0640U, 0604U, 0620U, 0602U, 0700U}) {
        ASSERT_EQ(::chmod((folder_ / "master.key").c_str(), mode), 0);
        Error const error = refused();
        EXPECT_EQ(error.code, Code::kStorageUnavailable);
        EXPECT_NE(error.detail.find((folder_ / "master.key").string()), std::string::npos);
        EXPECT_NE(error.detail.find("0600"), std::string::npos);
    }
}

TEST_F(KeyRingTest, FilesAreMadeForTheirOwnerOnly) {
    auto const ring = open();
    ASSERT_TRUE(ring->data_key(kKita).ok());
    struct stat info {};
    for (fs::path const& path : {folder_ / "master.key", folder_ / "keys/00000001.key"}) {
        ASSERT_EQ(::stat(path.c_str(), &info), 0) << path;
        EXPECT_EQ(info.st_mode & 0777, 0600U);
    }
    ASSERT_EQ(::stat((folder_ / "keys").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700U);
}

TEST_F(KeyRingTest, ALostMasterKeyIsNeverReplaced) {
    ASSERT_TRUE(open()->data_key(kKita).ok());
    fs::remove(folder_ / "master.key");
    refused(KeyRing::IfAbsent::kCreate);
    EXPECT_FALSE(fs::exists(folder_ / "master.key"));
    refused(KeyRing::IfAbsent::kRefuse);
}

TEST_F(KeyRingTest, AnotherMasterKeyOrAnAlteredDataKeyIsRefusedByName) {
    ASSERT_TRUE(open()->data_key(kKita).ok());
    fs::path const key_file = folder_ / "keys/00000001.key";
    Bytes const good = *read_small_file(key_file, 4096);
    std::string const altered[] = {
        std::string(as_text(good))
            .replace(std::string(as_text(good)).find("11319876543"), 3, "999"),
        std::string(as_text(good))
            .replace(good.size() - 3, 1, good[good.size() - 3] == 'a' ? "b" : "a"),
        std::string(as_text(good)).substr(0, good.size() / 2), "",
        "musubi-data-key-1\n1\n1\nx\n\n\n"};
    for (std::string const& text : altered) {
        ASSERT_TRUE(write_atomically(key_file, as_bytes(text)).ok());
        EXPECT_NE(refused().detail.find("00000001.key"), std::string::npos);
    }
    ASSERT_TRUE(write_atomically(folder_ / "keys/00000002.key", good).ok());
    ASSERT_TRUE(write_atomically(key_file, good).ok());
    EXPECT_NE(refused().detail.find("00000002.key"), std::string::npos)
        << "a key under another's number";
    fs::remove(folder_ / "keys/00000002.key");
    open();
    ASSERT_TRUE(write_atomically(folder_ / "master.key", as_bytes(std::string(64, '7'))).ok());
    EXPECT_NE(refused().detail.find("another master key"), std::string::npos);
}

TEST_F(KeyRingTest, AMasterKeyOfTheWrongFormIsRefused) {
    for (std::string const& text :
         {std::string(), std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'x')}) {
        ASSERT_TRUE(write_atomically(folder_ / "master.key", as_bytes(text)).ok());
        EXPECT_NE(refused().detail.find("64 hex digits"), std::string::npos);
    }
}

TEST_F(KeyRingTest, NamesThatCannotBeUsedAreRefused) {
    auto const ring = open();
    EXPECT_EQ(code_of(ring->data_key("")), Code::kInvalidContent);
    EXPECT_EQ(code_of(ring->data_key("a\nb")), Code::kInvalidContent);
    EXPECT_EQ(code_of(ring->data_key(std::string(257, 'a'))), Code::kInvalidContent);
    EXPECT_TRUE(ring->data_key("北病院").ok());
    EXPECT_EQ(code_of(ring->institution_of(77)), Code::kStorageUnavailable);
}

TEST_F(KeyRingTest, KeysAreNotOnTheDiskNorInTheLog) {
    std::string log;
    set_log_sink([&](LogLevel, std::string const& line) { log += line; });
    auto const ring = open();
    KeyId const id = *ring->data_key(kKita);
    set_log_sink({});
    std::string const derived = to_hex((*ring->derived(id, Purpose::kDocument))->key.view());
    std::string const file(as_text(*read_small_file(folder_ / "keys/00000001.key", 4096)));
    EXPECT_EQ(file.find(derived), std::string::npos);
    EXPECT_EQ(log.find(derived), std::string::npos);
    std::string const master(as_text(*read_small_file(folder_ / "master.key", 4096)));
    EXPECT_EQ(log.find(master.substr(0, 16)), std::string::npos);
}

TEST_F(KeyRingTest, TokensAreStableAndKeptApartByLabelAndMaster) {
    auto ring = open();
    Token const token = ring->blind_token("reference-id", "2.16.1^x");
    EXPECT_NE(token, ring->blind_token("reference-id", "2.16.1^y"));
    EXPECT_NE(token, ring->blind_token("patient-id", "2.16.1^x"));
    EXPECT_NE(ring->blind_token("a", "bc"), ring->blind_token("ab", "c"));
    ASSERT_TRUE(ring->rotate(kKita).ok());
    ring = open();
    EXPECT_EQ(token, ring->blind_token("reference-id", "2.16.1^x"));
    TempFolder other;
    auto const stranger =
        KeyRing::open(other / "keys", other / "master.key", KeyRing::IfAbsent::kCreate);
    EXPECT_NE(token, (*stranger)->blind_token("reference-id", "2.16.1^x"));
}

TEST_F(KeyRingTest, AKeyHasAFingerprintOfItsOwnUntilItIsDestroyed) {
    auto const ring = open();
    for (char const* name : {kKita, kClinic}) ASSERT_TRUE(ring->data_key(name).ok());
    auto const before = *ring->list();
    ASSERT_EQ(before.size(), 2U);
    EXPECT_EQ(before[0].fingerprint.size(), 32U);
    EXPECT_NE(before[0].fingerprint, before[1].fingerprint);
    EXPECT_EQ((*open()->list())[0].fingerprint, before[0].fingerprint)
        << "of the key, not the call";
    ASSERT_TRUE(ring->erase(kKita).ok());
    EXPECT_EQ((*ring->list())[0].fingerprint, "");
}

}  // namespace musubi::vault
