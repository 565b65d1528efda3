// Operators prove two things, each code once, and sessions end.

#include "node/operator_register.h"

#include "platform/vault/cms.h"
#include "platform/vault/totp.h"
#include "support/signing_identity.h"

#include <gtest/gtest.h>

#include <fstream>

#include <stdlib.h>
#include <unistd.h>

namespace musubi::node {
namespace {

namespace fs = std::filesystem;

class Operators : public ::testing::Test {
protected:
    Operators() {
        ::setenv("MUSUBI_OPERATOR_SESSION", "test", 1);
        fs::create_directories(folder_);
        auto keys = vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                         vault::KeyRing::IfAbsent::kCreate);
        if (!keys) throw std::runtime_error(keys.error().detail);
        keys_ = std::move(*keys);
        register_.emplace(folder_ / "operators", *keys_);
        auto const facts = vault::read_certificate(own_.certificate);
        sato_.name = "sato";
        sato_.fingerprint = facts->fingerprint_sha256;
        sato_.subject = facts->subject;
        sato_.not_after = now_ + std::chrono::hours(24);
        sato_.secret = *vault::totp_secret();
        sato_.added_at = now_;
    }
    ~Operators() override {
        ::unsetenv("MUSUBI_OPERATOR_SESSION");
        fs::remove_all(folder_);
    }
    std::string code(int step = 0) const {
        return vault::totp_code(sato_.secret, vault::totp_step(now_) + step);
    }
    Proof proof(std::string words) const { return {own_.certificate, own_.key, std::move(words)}; }
    Code tried(Proof const& shown, WallTime when) {
        auto const done = register_->authenticate("sato", shown, when);
        return done ? Code::kInternal : done.error().code;
    }

    test::SigningIdentity const own_ = test::signing_identity("operator-sato");
    test::SigningIdentity const other_ = test::signing_identity("operator-other");
    fs::path const folder_ =
        fs::temp_directory_path() / ("musubi-operators-" + std::to_string(::getpid()));
    WallTime now_ = std::chrono::floor<std::chrono::seconds>(system_clock().now());
    std::unique_ptr<vault::KeyRing> keys_;
    std::optional<OperatorRegister> register_;
    Operator sato_;
};

TEST_F(Operators, KeyAndCodeTogetherOpenAndACodeOpensOnce) {
    ASSERT_TRUE(register_->add(sato_));
    EXPECT_TRUE(register_->authenticate("sato", proof(code()), now_));
    EXPECT_EQ(tried(proof(code()), now_), Code::kUnauthenticated);
    EXPECT_TRUE(register_->authenticate("sato", proof(code(1)), now_));
}

TEST_F(Operators, EitherFactorAloneIsNotEnoughAndTheAnswersAreAlike) {
    ASSERT_TRUE(register_->add(sato_));
    auto const wrong_code = register_->authenticate("sato", proof("000000"), now_);
    auto const wrong_key =
        register_->authenticate("sato", {other_.certificate, other_.key, code()}, now_);
    auto const foreign =  // a certificate is no proof without its key
        register_->authenticate("sato", {own_.certificate, other_.key, code()}, now_);
    auto const unknown = register_->authenticate("suzuki", proof(code()), now_);
    for (auto const* refused : {&wrong_code, &wrong_key, &foreign, &unknown}) {
        ASSERT_FALSE(*refused);
        EXPECT_EQ(refused->error().code, Code::kUnauthenticated);
        EXPECT_EQ(refused->error().detail, wrong_code.error().detail);
    }
    EXPECT_TRUE(register_->authenticate("sato", proof(code()), now_));
    EXPECT_EQ(tried(proof(code()), now_ + std::chrono::hours(48)), Code::kUnauthenticated)
        << "the certificate has ended";
}

TEST_F(Operators, GuessingIsLockedForAWhile) {
    ASSERT_TRUE(register_->add(sato_));
    for (int i = 0; i < OperatorRegister::kMostFailures; ++i)
        EXPECT_EQ(tried(proof("wrong"), now_), Code::kUnauthenticated);
    EXPECT_EQ(tried(proof(code()), now_), Code::kBusy);
    now_ += OperatorRegister::kLocked;
    EXPECT_TRUE(register_->authenticate("sato", proof(code()), now_));
}

TEST_F(Operators, SessionsEndWithTimeLogoutAndRemoval) {
    ASSERT_TRUE(register_->add(sato_));
    EXPECT_EQ(register_->session(now_).error().code, Code::kUnauthenticated);
    auto const until = now_ + std::chrono::minutes(15);
    ASSERT_TRUE(register_->begin_session("sato", until));
    EXPECT_EQ(*register_->session(now_), "sato");
    EXPECT_FALSE(register_->session(until));
    ::setenv("MUSUBI_OPERATOR_SESSION", "another", 1);
    EXPECT_FALSE(register_->session(now_));
    ::setenv("MUSUBI_OPERATOR_SESSION", "test", 1);
    // Nobody makes one by hand, or takes one over by its name.
    fs::path const sessions = folder_ / "operators/sessions";
    fs::path const mine = sessions / (std::to_string(::getuid()) + "-test");
    EXPECT_EQ(fs::status(mine).permissions() & fs::perms::mask,
              fs::perms::owner_read | fs::perms::owner_write);
    fs::copy_file(mine, sessions / (std::to_string(::getuid()) + "-stolen"));
    ::setenv("MUSUBI_OPERATOR_SESSION", "stolen", 1);
    EXPECT_FALSE(register_->session(now_));
    ::setenv("MUSUBI_OPERATOR_SESSION", "test", 1);
    ASSERT_TRUE(register_->end_session());
    EXPECT_FALSE(register_->session(now_));
    ASSERT_TRUE(register_->begin_session("sato", until));
    ASSERT_TRUE(register_->remove("sato"));
    EXPECT_FALSE(register_->session(now_));
}

TEST_F(Operators, NamesAndCertificatesAreOnePersonsEach) {
    ASSERT_TRUE(register_->add(sato_));
    EXPECT_EQ(register_->add(sato_).error().code, Code::kConflict);
    Operator twin = sato_;
    twin.name = "suzuki";
    EXPECT_EQ(register_->add(twin).error().code, Code::kConflict);
    twin.name = "../suzuki";
    EXPECT_EQ(register_->add(twin).error().code, Code::kInvalidContent);
    auto const all = register_->all();
    ASSERT_EQ(all->size(), 1U);
    EXPECT_EQ((*all)[0].subject, sato_.subject);
    std::ifstream in(folder_ / "operators/sato.operator", std::ios::binary);
    std::string const sealed((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(sealed.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace musubi::node
