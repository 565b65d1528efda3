#include "platform/vault/master_key.h"

#include "platform/base/fault.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/key_ring.h"
#include "platform/vault/key_share.h"
#include "temp_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace musubi::vault {
namespace {

namespace fs = std::filesystem;
constexpr char const* kKita = "1.2.392.100495.20.3.51.11319876543";
constexpr char const* kClinic = "1.2.392.100495.20.3.51.11312345678";

class MasterKeyTest : public ::testing::Test {
protected:
    std::shared_ptr<MasterKey> master(std::string const& name) {
        fs::path const path = folder_ / name;
        if (!fs::exists(path)) {
            EXPECT_TRUE(make_master_key(path.string()).ok());
        }
        auto key = open_master_key(path.string());
        EXPECT_TRUE(key.ok()) << (key ? "" : key.error().detail);
        return key ? *key : nullptr;
    }
    Result<std::unique_ptr<KeyRing>> ring(MasterKeys masters) {
        return KeyRing::open(folder_ / "keys", std::move(masters), KeyRing::IfAbsent::kCreate);
    }
    std::string put(std::string const& name, std::string const& text) {
        EXPECT_TRUE(write_atomically(folder_ / name, as_bytes(text)).ok());
        return (folder_ / name).string();
    }
    std::string shares_of(std::vector<std::string> const& lines, std::vector<int> const& which) {
        std::string out = "shares:";
        for (int const i : which) {
            auto const number = static_cast<std::size_t>(i);
            out += (out.back() == ':' ? "" : ",") +
                   put("share-" + std::to_string(i), lines.at(number) + "\n");
        }
        return out;
    }
    TempFolder folder_;
};

std::string text_of(Result<Bytes> const& opened) {
    return opened ? std::string(as_text(*opened)) : "error: " + opened.error().detail;
}

}  // namespace

TEST(Shamir, CountsAsTheFieldOfAesDoes) {
    EXPECT_EQ(gf256_multiply(0x57, 0x83), 0xc1);  // FIPS 197, 4.2
    EXPECT_EQ(gf256_multiply(0x57, 0x13), 0xfe);  // FIPS 197, 4.2.1
    EXPECT_EQ(gf256_inverse(0x53), 0xca);         // FIPS 197, figure 7: S-box of 53 is ed
    EXPECT_EQ(gf256_inverse(0), 0);
    for (int a = 1; a < 256; ++a) {
        auto const octet = static_cast<std::uint8_t>(a);
        EXPECT_EQ(gf256_multiply(octet, gf256_inverse(octet)), 1);
    }
    std::uint8_t const line[] = {0x42, 0x0d};  // 42 + 0d x
    EXPECT_EQ(gf256_evaluate(line, 1), 0x4f);
    EXPECT_EQ(gf256_evaluate(line, 2), 0x58);
    EXPECT_EQ(gf256_evaluate(line, 3), 0x55);
}

TEST(Shamir, AnyAsManyAsTheThresholdGiveItBackAndFewerDoNot) {
    SecretKey secret;
    for (std::size_t i = 0; i < SecretKey::kSize; ++i)
        secret.data()[i] = static_cast<std::uint8_t>(i * 7);
    auto const parts = split_secret(secret, 5, 3);
    ASSERT_EQ(parts.size(), 5U);
    for (unsigned mask = 1; mask < 32; ++mask) {
        std::vector<SecretPart> some;
        for (unsigned i = 0; i < 5; ++i) {
            if ((mask >> i & 1U) == 0) continue;
            SecretPart& part = some.emplace_back();
            part.at = parts[i].at;
            std::copy_n(parts[i].value.view().begin(), SecretKey::kSize, part.value.data());
        }
        bool const same = std::ranges::equal(join_secret(some).view(), secret.view());
        EXPECT_EQ(same, some.size() >= 3) << mask;
    }
}

TEST_F(MasterKeyTest, IsBroughtTogetherFromAnyThreeOfFiveShares) {
    auto const first = ring({master("master.key")});
    ASSERT_TRUE(first.ok());
    Bytes const sealed = *(*first)->seal(Purpose::kMetadata, kKita, as_bytes("x"), {});
    auto const lines = *split_master_key(folder_ / "master.key", {5, 3});
    ASSERT_EQ(lines.size(), 5U);
    for (auto const& which : {std::vector<int>{0, 1, 2}, {4, 2, 0}, {0, 1, 2, 3, 4}}) {
        auto const joined = open_master_key(shares_of(lines, which));
        ASSERT_TRUE(joined.ok()) << joined.error().detail;
        EXPECT_EQ((*joined)->name(), master("master.key")->name());
        auto const again = ring({*joined});
        ASSERT_TRUE(again.ok());
        EXPECT_EQ(text_of((*again)->open(Purpose::kMetadata, kKita, sealed, {})), "x");
        EXPECT_EQ((*again)->blind_token("a", "b"), (*first)->blind_token("a", "b"));
    }
}

TEST_F(MasterKeyTest, OneShareTooFewTwiceTheSameOrOfAnotherKeyIsRefused) {
    master("master.key");
    master("other.key");
    auto lines = *split_master_key(folder_ / "master.key", {5, 3});
    auto const two = open_master_key(shares_of(lines, {0, 1}));
    ASSERT_FALSE(two.ok());
    EXPECT_NE(two.error().detail.find("needs 3 shares, 2 are there"), std::string::npos);
    EXPECT_FALSE(open_master_key(shares_of(lines, {0, 1, 1})).ok());
    lines.push_back((*split_master_key(folder_ / "other.key", {5, 3}))[3]);
    EXPECT_FALSE(open_master_key(shares_of(lines, {0, 1, 5})).ok());
    // A second split of the same key: other polynomials under the same name.
    lines.push_back((*split_master_key(folder_ / "master.key", {5, 3}))[3]);
    auto const mixed = open_master_key(shares_of(lines, {0, 1, 6}));
    ASSERT_FALSE(mixed.ok());
    EXPECT_NE(mixed.error().detail.find("do not make the master key"), std::string::npos);
}

TEST_F(MasterKeyTest, AMistypedShareIsRefusedAndItsValueIsNotRepeated) {
    master("master.key");
    std::string const line = split_master_key(folder_ / "master.key", {3, 2})->front();
    ASSERT_TRUE(read_share(line).ok());
    std::string grouped;  // as people copy it from paper
    std::size_t const octets = line.rfind(' ') - 64;
    for (std::size_t i = 0; i < line.size(); ++i) {
        grouped += line[i];
        if (i >= octets && i < octets + 60 && (i - octets) % 4 == 3) grouped += i % 8 ? " " : "\n";
    }
    EXPECT_TRUE(read_share(grouped + "\r\n").ok());
    for (std::size_t i = 0; i < line.size(); ++i) {
        std::string typed = line;
        typed[i] = typed[i] == '1' ? '2' : '1';
        auto const refused = read_share(typed);
        ASSERT_FALSE(refused.ok()) << i;
        EXPECT_EQ(refused.error().detail.find(line.substr(octets, 16)), std::string::npos);
    }
    EXPECT_FALSE(read_share("").ok());
    EXPECT_FALSE(read_share(line.substr(0, line.size() - 1)).ok());
}

TEST_F(MasterKeyTest, SharesThatOthersMayReadAreRefusedAndADescriptorWillDo) {
    master("master.key");
    auto const lines = *split_master_key(folder_ / "master.key", {3, 2});
    std::string const files = shares_of(lines, {0, 1});
    fs::permissions(folder_ / "share-1", fs::perms::group_read, fs::perm_options::add);
    EXPECT_FALSE(open_master_key(files).ok());
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_GT(::write(ends[1], lines[1].data(), lines[1].size()), 0);
    ::close(ends[1]);
    auto const joined = open_master_key("shares:" + (folder_ / "share-0").string() + ",/dev/fd/" +
                                        std::to_string(ends[0]));
    ::close(ends[0]);
    EXPECT_TRUE(joined.ok()) << joined.error().detail;
}

TEST_F(MasterKeyTest, SharesMakeTheFileAgain) {
    std::string const name = master("master.key")->name();
    auto const lines = *split_master_key(folder_ / "master.key", {3, 2});
    shares_of(lines, {0, 2});
    ASSERT_TRUE(
        join_master_key({folder_ / "share-0", folder_ / "share-2"}, folder_ / "again.key").ok());
    EXPECT_EQ(master("again.key")->name(), name);
    EXPECT_FALSE(
        join_master_key({folder_ / "share-0", folder_ / "share-2"}, folder_ / "again.key").ok())
        << "nothing is overwritten";
    EXPECT_EQ(make_master_key((folder_ / "again.key").string()).error().code, Code::kConflict);
}

TEST_F(MasterKeyTest, ANewMasterWrapsTheOldKeysAndNothingElseChanges) {
    Bytes sealed;
    Token token{};
    KeyId id = 0;
    {
        auto const old = *ring({master("old.key")});
        sealed = *old->seal(Purpose::kDocument, kKita, as_bytes("x"), as_bytes("doc 1"));
        ASSERT_TRUE(old->rotate(kKita).ok());
        ASSERT_TRUE(old->data_key(kClinic).ok());
        token = old->blind_token("a", "b");
        id = *old->data_key(kKita);
    }
    {
        auto const both = *ring({master("new.key"), master("old.key")});
        EXPECT_EQ(both->blind_token("a", "b"), token);
        EXPECT_EQ(*both->rewrap(), 3);
        EXPECT_EQ(*both->rewrap(), 0) << "nothing is left to do";
    }
    auto const now = *ring({master("new.key")});
    EXPECT_EQ(text_of(now->open(Purpose::kDocument, kKita, sealed, as_bytes("doc 1"))), "x");
    EXPECT_EQ(now->blind_token("a", "b"), token) << "what is in the database is found as before";
    EXPECT_EQ(*now->data_key(kKita), id);
    auto const list = now->list();
    ASSERT_TRUE(list.ok());
    for (KeyInfo const& key : *list) EXPECT_EQ(key.master, master("new.key")->name());
    auto const refused = ring({master("old.key")});
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().detail.find("another master key"), std::string::npos);
}

TEST_F(MasterKeyTest, ChangingMastersMayStopAnywhereAndGoesOn) {
    Bytes sealed;
    Token token{};
    {
        auto const old = *ring({master("old.key")});
        sealed = *old->seal(Purpose::kDocument, kKita, as_bytes("x"), {});
        ASSERT_TRUE(old->data_key(kClinic).ok());
        token = old->blind_token("a", "b");
    }
    for (char const* plan : {"vault.rewrap_key=error@1", "vault.rewrap_key=error@2"}) {
        arm_faults(plan);
        EXPECT_FALSE((*ring({master("new.key"), master("old.key")}))->rewrap().ok());
        arm_faults("");
        auto const both = *ring({master("new.key"), master("old.key")});
        EXPECT_EQ(text_of(both->open(Purpose::kDocument, kKita, sealed, {})), "x") << plan;
        EXPECT_EQ(both->blind_token("a", "b"), token) << plan;
        EXPECT_TRUE(both->data_key(std::string("made after ") + plan).ok());
        EXPECT_FALSE(ring({master("new.key")}).ok()) << "a key under the old master is left";
    }
    ASSERT_TRUE((*ring({master("new.key"), master("old.key")}))->rewrap().ok());
    auto const now = *ring({master("new.key")});
    EXPECT_EQ(text_of(now->open(Purpose::kDocument, kKita, sealed, {})), "x");
    EXPECT_EQ(now->blind_token("a", "b"), token);
}

TEST_F(MasterKeyTest, KeysOfTheFirstFormatOpenAndAreWrappedAnew) {
    // Written by the release before names of masters were kept.
    put("first.key", std::string(64, '7') + "\n");
    fs::create_directories(folder_ / "keys");
    put("keys/00000001.key",
        "musubi-data-key-1\n1\n1\n1.2.3\n"
        "000102030405060708090a0b\n"
        "0bd3a919b02dc7558f26f991c80b2a9e92644d1e81e466dd9c786a25e28023787271dfb8cc754381bcced345e5"
        "bcab86\n");
    auto const ring_ = ring({master("first.key")});
    ASSERT_TRUE(ring_.ok()) << ring_.error().detail;
    EXPECT_EQ(*(*ring_)->data_key("1.2.3"), 1U);
    EXPECT_EQ((*ring_)->list()->front().master, "");
    EXPECT_EQ(*(*ring_)->rewrap(), 1);
    EXPECT_EQ((*ring_)->list()->front().master, master("first.key")->name());
    EXPECT_EQ(*(*ring({master("first.key")}))->data_key("1.2.3"), 1U);
}

TEST_F(MasterKeyTest, DestroyedKeysOpenNothingAndTheirNumbersAreNotGivenAgain) {
    auto keys = *ring({master("master.key")});
    Bytes const sealed = *keys->seal(Purpose::kDocument, kClinic, as_bytes("x"), {});
    ASSERT_TRUE(keys->rotate(kClinic).ok());
    Bytes const others = *keys->seal(Purpose::kDocument, kKita, as_bytes("y"), {});
    EXPECT_FALSE(keys->is_erased(kClinic));
    EXPECT_EQ(*keys->erase(kClinic), 2);
    for (int start = 0; start < 2; ++start) {
        EXPECT_TRUE(keys->is_erased(kClinic));
        EXPECT_EQ(keys->open(Purpose::kDocument, kClinic, sealed, {}).error().code,
                  Code::kNotFound);
        EXPECT_FALSE(keys->seal(Purpose::kDocument, kClinic, as_bytes("z"), {}).ok())
            << "no key is made behind the certificate's back";
        EXPECT_EQ(text_of(keys->open(Purpose::kDocument, kKita, others, {})), "y");
        keys = *ring({master("master.key")});
    }
    EXPECT_FALSE(fs::exists(folder_ / "keys/00000001.key"));
    EXPECT_FALSE(fs::exists(folder_ / "keys/00000002.key"));
    EXPECT_EQ(keys->erase("9.9.9").error().code, Code::kNotFound);
    EXPECT_EQ(*keys->rotate(kClinic), 4U) << "the institution came back";
    EXPECT_FALSE(keys->is_erased(kClinic));
    EXPECT_FALSE(keys->open(Purpose::kDocument, kClinic, sealed, {}).ok());
}

TEST_F(MasterKeyTest, DestroyingThatWasInterruptedIsFinished) {
    auto const keys = *ring({master("master.key")});
    ASSERT_TRUE(keys->data_key(kKita).ok());
    arm_faults("vault.erase_noted=error");
    EXPECT_FALSE(keys->erase(kKita).ok());
    arm_faults("");
    auto const again = *ring({master("master.key")});
    EXPECT_TRUE(again->is_erased(kKita)) << "noted is destroyed";
    EXPECT_TRUE(fs::exists(folder_ / "keys/00000001.key"));
    EXPECT_EQ(*again->erase(kKita), 0);
    EXPECT_FALSE(fs::exists(folder_ / "keys/00000001.key"));
}

}  // namespace musubi::vault
