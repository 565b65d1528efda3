// Detached CMS signatures (RFC 5652), also against the command line of OpenSSL as a second maker.

#include "platform/vault/cms.h"

#include "support/signing_identity.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace musubi::vault {
namespace {

namespace fs = std::filesystem;

class Cms : public ::testing::Test {
protected:
    Cms() { fs::create_directories(folder_); }
    ~Cms() override { fs::remove_all(folder_); }

    Bytes openssl_signs(std::string const& options) {
        std::ofstream(folder_ / "content") << content_;
        std::string const command =
            "openssl cms -sign -binary -outform DER -in '" + (folder_ / "content").string() +
            "' -out '" + (folder_ / "out.p7s").string() + "' -signer '" + one_.certificate +
            "' -inkey '" + one_.key + "' " + options + " 2>/dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0) << command;
        std::ifstream in(folder_ / "out.p7s", std::ios::binary);
        return Bytes(std::istreambuf_iterator<char>(in), {});
    }
    Result<CmsSignature> verified(Bytes const& signature) {
        return verify_detached(signature, as_bytes(content_));
    }

    fs::path const folder_ = fs::temp_directory_path() / ("musubi-cms-" + std::to_string(getpid()));
    std::string const content_ = "{\"line\":\"one\\r\\ntwo\"}";
    test::SigningIdentity const one_ = test::signing_identity("one");
    test::SigningIdentity const two_ = test::signing_identity("two");
};

TEST_F(Cms, TellsWhoSignedAndWhen) {
    auto const before = system_clock().now() - std::chrono::seconds(1);
    auto const signature = sign_detached(as_bytes(content_), one_.certificate, one_.key);
    ASSERT_TRUE(signature.ok()) << signature.error().detail;
    auto const found = verified(*signature);
    ASSERT_TRUE(found.ok()) << found.error().detail;
    EXPECT_EQ(found->signer.fingerprint_sha256,
              read_certificate(one_.certificate)->fingerprint_sha256);
    EXPECT_EQ(found->signer.subject, "CN=one,O=Test");
    EXPECT_GE(found->signed_at, before);
    EXPECT_LE(found->signed_at, system_clock().now());
    EXPECT_LT(found->signer.not_before, found->signer.not_after);
}

TEST_F(Cms, MadeByTheCommandLineIsAccepted) {
    auto const found = verified(openssl_signs("-md sha256"));
    ASSERT_TRUE(found.ok()) << found.error().detail;
    EXPECT_EQ(found->signer.subject, "CN=one,O=Test");
}

TEST_F(Cms, EveryChangedByteOfTheContentIsNoticed) {
    auto const signature = sign_detached(as_bytes(content_), one_.certificate, one_.key);
    for (std::size_t i = 0; i < content_.size(); ++i) {
        auto changed = content_;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(verify_detached(*signature, as_bytes(changed)).ok()) << i;
    }
    EXPECT_FALSE(verify_detached(*signature, as_bytes(content_ + " ")).ok());
}

// A changed certificate has another digest, and nobody knows it.
TEST_F(Cms, NoChangedByteOfTheSignatureCountsForTheSigner) {
    auto const signature = *sign_detached(as_bytes(content_), one_.certificate, one_.key);
    auto const whole = *verified(signature);
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto changed = signature;
        changed[i] ^= 1;
        auto const found = verified(changed);
        if (!found || found->signer.fingerprint_sha256 != whole.signer.fingerprint_sha256) continue;
        EXPECT_EQ(found->signed_at, whole.signed_at) << i;
    }
    auto longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(verified(longer).ok());
    EXPECT_FALSE(verified({}).ok());
}

TEST_F(Cms, WeakDigestsContentInsideAndMissingTimesAreRefused) {
    EXPECT_FALSE(verified(openssl_signs("-md sha1")).ok());
    EXPECT_FALSE(verified(openssl_signs("-md sha256 -nodetach")).ok());
    EXPECT_FALSE(verified(openssl_signs("-md sha256 -noattr")).ok());
    EXPECT_FALSE(verified(openssl_signs("-md sha256 -nocerts")).ok());
    auto const twice =
        openssl_signs("-md sha256 -signer '" + two_.certificate + "' -inkey '" + two_.key + "'");
    EXPECT_FALSE(verified(twice).ok());
}

TEST_F(Cms, KeyOfAnotherCertificateDoesNotSign) {
    EXPECT_EQ(sign_detached(as_bytes(content_), one_.certificate, two_.key).error().code,
              Code::kInvalidContent);
    EXPECT_EQ(sign_detached(as_bytes(content_), "absent.crt", two_.key).error().code,
              Code::kNotFound);
    EXPECT_EQ(sign_detached(as_bytes(content_), one_.key, one_.key).error().code,
              Code::kInvalidContent);
}

}  // namespace
}  // namespace musubi::vault
