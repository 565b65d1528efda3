// A master key in a PKCS#11 token, here SoftHSM: `./dev test` fetches it.

#include "platform/vault/durable_file.h"
#include "platform/vault/key_ring.h"
#include "platform/vault/master_key.h"
#include "platform/vault/pkcs11_key.h"
#include "support/peer_programs.h"
#include "temp_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace musubi::vault {
namespace {

namespace fs = std::filesystem;

class SoftToken : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = std::make_unique<TempFolder>();
        std::string const tool = test::peer_program("softhsm2-util");
        if (tool.empty()) return;
        fs::path const root = fs::path(tool).parent_path().parent_path();
        module_ = root / "lib/softhsm/libsofthsm2.so";
        if (!fs::exists(module_)) return;
        fs::create_directory(*folder_ / "tokens");
        put("softhsm.conf",
            "directories.tokendir = " + (*folder_ / "tokens").string() + "\nlog.level = ERROR\n");
        put("pin", "98765432\n");
        // Read by the library when it is loaded, once in a process.
        ::setenv("SOFTHSM2_CONF", (*folder_ / "softhsm.conf").c_str(), 1);
        std::string words;
        for (std::string const& variable : test::peer_environment()) words += variable + " ";
        ready_ = std::system((words + tool + " --module " + module_.string() +
                              " --init-token --free --label musubi --so-pin 12345678 --pin "
                              "98765432 >/dev/null 2>&1")
                                 .c_str()) == 0;
    }
    static void TearDownTestSuite() { folder_.reset(); }

    void SetUp() override {
        if (!ready_) GTEST_SKIP() << "no SoftHSM here";
    }
    static void put(std::string const& name, std::string const& text) {
        ASSERT_TRUE(write_atomically(*folder_ / name, as_bytes(text)).ok());
    }
    static std::string uri(std::string const& object) {
        return "pkcs11:token=musubi;object=" + object + "?module-path=" + module_.string() +
               "&pin-source=file:" + (*folder_ / "pin").string();
    }

    static inline std::unique_ptr<TempFolder> folder_;
    static inline fs::path module_;
    static inline bool ready_ = false;
};

}  // namespace

TEST_F(SoftToken, WrapsDataKeysThatOpenAgainInItAlone) {
    ASSERT_TRUE(make_master_key(uri("first")).ok());
    EXPECT_EQ(make_master_key(uri("first")).error().code, Code::kConflict);
    fs::path const keys = *folder_ / "keys-1";
    Bytes sealed;
    Token token{};
    {
        auto const master = open_master_key(uri("first"));
        ASSERT_TRUE(master.ok()) << master.error().detail;
        auto const ring = KeyRing::open(keys, {*master}, KeyRing::IfAbsent::kCreate);
        ASSERT_TRUE(ring.ok()) << ring.error().detail;
        sealed = *(*ring)->seal(Purpose::kDocument, "1.2.3", as_bytes("x"), {});
        token = (*ring)->blind_token("a", "b");
    }
    auto const ring = KeyRing::open(keys, {*open_master_key(uri("first"))});
    ASSERT_TRUE(ring.ok()) << ring.error().detail;
    EXPECT_EQ(as_text(*(*ring)->open(Purpose::kDocument, "1.2.3", sealed, {})), "x");
    EXPECT_EQ((*ring)->blind_token("a", "b"), token);
    ASSERT_TRUE(make_master_key(uri("second")).ok());
    EXPECT_FALSE(KeyRing::open(keys, {*open_master_key(uri("second"))}).ok());
    EXPECT_EQ(open_master_key(uri("absent")).error().code, Code::kNotFound);
}

TEST_F(SoftToken, AnAlteredKeyFileOrBindingDoesNotOpen) {
    ASSERT_TRUE(make_master_key(uri("third")).ok());
    auto const master = *open_master_key(uri("third"));
    SecretKey key;
    key.data()[0] = 7;
    Bytes wrapped = *master->wrap(key, "number 1");
    ASSERT_TRUE(master->unwrap(wrapped, "number 1").ok());
    EXPECT_FALSE(master->unwrap(wrapped, "number 2").ok());
    wrapped[20] ^= 1;
    EXPECT_FALSE(master->unwrap(wrapped, "number 1").ok());
    wrapped[20] ^= 1;
    EXPECT_EQ(master->unwrap(wrapped, "number 1")->view()[0], 7) << "a refusal spoils nothing";
}

TEST_F(SoftToken, TakesOverFromAFileWithoutTouchingContents) {
    fs::path const keys = *folder_ / "keys-2", file = *folder_ / "old.key";
    ASSERT_TRUE(make_master_key(file.string()).ok());
    ASSERT_TRUE(make_master_key(uri("fourth")).ok());
    Bytes sealed;
    Token token{};
    {
        auto const ring = *KeyRing::open(keys, file, KeyRing::IfAbsent::kCreate);
        sealed = *ring->seal(Purpose::kMetadata, "1.2.3", as_bytes("x"), {});
        token = ring->blind_token("a", "b");
    }
    auto const master = *open_master_key(uri("fourth"));
    EXPECT_EQ(*(*KeyRing::open(keys, {master, *open_master_key(file.string())}))->rewrap(), 1);
    auto const ring = KeyRing::open(keys, {master});
    ASSERT_TRUE(ring.ok()) << ring.error().detail;
    EXPECT_EQ(as_text(*(*ring)->open(Purpose::kMetadata, "1.2.3", sealed, {})), "x");
    EXPECT_EQ((*ring)->blind_token("a", "b"), token);
}

TEST(Pkcs11Uris, AreReadStrictly) {
    auto const good = parse_pkcs11_uri(
        "pkcs11:token=the%20token;object=key?module-path=/a.so&pin-source=file:pin", "/base");
    ASSERT_TRUE(good.ok());
    EXPECT_EQ(good->token, "the token");
    EXPECT_EQ(good->object, "key");
    EXPECT_EQ(good->module, "/a.so");
    EXPECT_EQ(good->pin, "/base/pin");
    for (char const* wrong :
         {"pkcs11:", "pkcs11:token=a;object=b", "pkcs11:token=a;object=b?module-path=/a.so",
          "pkcs11:token=a;object=b;type=cert?module-path=/a.so&pin-source=p",
          "pkcs11:token=%4;object=b?module-path=/a.so&pin-source=p",
          "pkcs11:token=a;object=b?module-path=/a.so&pin-value=1234"})
        EXPECT_FALSE(parse_pkcs11_uri(wrong, {}).ok()) << wrong;
    auto const missing =
        open_master_key("pkcs11:token=a;object=b?module-path=/none.so&pin-source=p");
    EXPECT_EQ(missing.error().code, Code::kNotFound);
}

}  // namespace musubi::vault
