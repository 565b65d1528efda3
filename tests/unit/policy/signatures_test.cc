// Who has to sign an agreement, by its own words and those of the version before.

#include "policy/signatures.h"

#include "platform/vault/cms.h"
#include "support/signing_identity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace musubi::policy {
namespace {

namespace fs = std::filesystem;

std::string fingerprint(std::string const& name) {
    return vault::read_certificate(test::signing_identity(name).certificate)->fingerprint_sha256;
}
/// {member: certificate}
std::string text_of(std::map<std::string, std::string> const& members,
                    std::string const& released = "") {
    std::string out = R"({"members":[)";
    for (auto const& [code, certificate] : members) {
        if (out.back() == '}') out += ',';
        out += R"({"code":")" + code + R"(","signing_certificates":[{"fingerprint":")" +
               fingerprint(certificate) + R"("}])";
        if (code == released) out += R"(,"status":"left")";
        out += '}';
    }
    return out + "]}";
}
Signers signers(std::string const& text) { return *signers_of_canonical(text); }

Bytes signature(std::string const& text, std::string const& name) {
    auto const who = test::signing_identity(name);
    return *vault::sign_detached(as_bytes(text), who.certificate, who.key);
}
Signatures signatures(std::string const& text, std::map<std::string, std::string> const& members) {
    Signatures out;
    for (auto const& [code, name] : members) out[code] = signature(text, name);
    return out;
}
std::vector<std::string> faults(std::string const& text, Signers const& before,
                                Signatures const& found, WallTime now = system_clock().now()) {
    return signature_faults(text, before, signers(text), found, now);
}

std::map<std::string, std::string> const kThree = {{"a", "a1"}, {"b", "b1"}, {"c", "c1"}};

TEST(SignersOfAnAgreement, AreTheActiveMembersUnlessTheyNeedNot) {
    auto const found = signers(R"({"members":[
        {"code":"a","signing_certificates":[{"fingerprint":")" +
                               std::string(64, 'a') + R"("}]},
        {"code":"b","must_sign":false,"signing_certificates":[{"fingerprint":"x"}]},
        {"code":"c","status":"suspended","signing_certificates":[{"fingerprint":"x"}]},
        {"code":"d"}]})");
    EXPECT_EQ(found.required, std::set<std::string>{"a"});
    EXPECT_EQ(found.released, std::set<std::string>{"c"});
    EXPECT_EQ(found.certificates.at("a"), std::set<std::string>{std::string(64, 'a')});
    EXPECT_TRUE(found.certificates.at("b").empty());
}

TEST(Signatures, OfAllWhoMustAreEnoughAndEachMissingOneIsNamed) {
    auto const text = text_of(kThree);
    auto const all = signatures(text, kThree);
    EXPECT_TRUE(faults(text, signers(text), all).empty());
    for (auto const& [code, name] : kThree) {
        auto less = all;
        less.erase(code);
        EXPECT_EQ(faults(text, signers(text), less),
                  std::vector<std::string>{code + ": has not signed"});
    }
}

TEST(Signatures, CountOnlyUnderTheMembersOwnCertificate) {
    auto const text = text_of(kThree);
    auto exchanged = signatures(text, kThree);
    exchanged["a"] = signature(text, "b1");
    EXPECT_EQ(faults(text, signers(text), exchanged).size(), 1U);
    auto stranger = signatures(text, kThree);
    stranger["x"] = signature(text, "b1");
    EXPECT_EQ(faults(text, signers(text), stranger).size(), 1U);
    auto const other = signatures(text + " ", kThree);
    EXPECT_EQ(faults(text, signers(text), other).size(), 3U);
}

// The certificate must have been valid when it signed, not when somebody looks.
TEST(Signatures, StayGoodAfterTheCertificateHasEndedAndAreNotTakenFromTheFuture) {
    auto const text = text_of(kThree);
    auto const all = signatures(text, kThree);
    auto const now = system_clock().now();
    EXPECT_TRUE(faults(text, signers(text), all, now + std::chrono::hours(24 * 365 * 30)).empty());
    EXPECT_EQ(faults(text, signers(text), all, now - std::chrono::hours(1)).size(), 3U);
}

// A new certificate is introduced by the version that the old one signs.
TEST(NewVersion, IsSignedWithTheCertificatesOfTheOneBefore) {
    auto const before = signers(text_of(kThree));
    auto changed = kThree;
    changed["a"] = "a2";
    auto const text = text_of(changed);
    EXPECT_TRUE(faults(text, before, signatures(text, kThree)).empty());
    EXPECT_EQ(faults(text, before, signatures(text, changed)).size(), 1U);
}

TEST(NewVersion, TakesAJoiningMemberByItsOwnCertificate) {
    auto four = kThree;
    four["d"] = "d1";
    auto const text = text_of(four);
    auto const before = signers(text_of(kThree));
    EXPECT_TRUE(faults(text, before, signatures(text, four)).empty());
    EXPECT_EQ(faults(text, before, signatures(text, kThree)),
              std::vector<std::string>{"d: has not signed"});
}

TEST(NewVersion, LetsAMemberLeaveWithoutItsSignatureButNotVanish) {
    auto const before = signers(text_of(kThree));
    std::map<std::string, std::string> const two = {{"a", "a1"}, {"b", "b1"}};
    auto const left = text_of(kThree, "c");
    EXPECT_TRUE(faults(left, before, signatures(left, two)).empty());
    auto const vanished = text_of(two);
    EXPECT_EQ(faults(vanished, before, signatures(vanished, two)),
              std::vector<std::string>{"c: has not signed"});
}

TEST(NewVersion, NeedsMoreThanHalfOfThoseBefore) {
    auto const before = signers(text_of({{"a", "a1"}, {"b", "b1"}}));
    auto const text = text_of({{"a", "a1"}, {"b", "b1"}, {"d", "d1"}}, "b");
    auto const found = faults(text, before, signatures(text, {{"a", "a1"}, {"d", "d1"}}));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].find("more than half"), std::string::npos);
}

TEST(SignatureFiles, AreMadeAndReadBesideTheAgreement) {
    fs::path const folder =
        fs::temp_directory_path() / ("musubi-signatures-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    auto const file = (folder / "agreement.yaml").string();
    auto const who = test::signing_identity("a1");
    std::ofstream(file) << "members:\n  - code: a\n    signing_certificates: [{file: "
                        << who.certificate << "}]\n";
    EXPECT_TRUE(read_signatures(file)->empty());
    ASSERT_TRUE(sign_agreement(file, "a", who.certificate, who.key).ok());
    EXPECT_FALSE(sign_agreement(file, "b", who.certificate, who.key).ok());
    auto const found = read_signatures(file);
    ASSERT_EQ(found->size(), 1U);
    auto const mode = [](fs::path const& path) { return fs::status(path).permissions(); };
    fs::path const beside = file + ".signatures";
    EXPECT_EQ(mode(beside), fs::perms{0755}) << "who signs is another account than who reads";
    EXPECT_EQ(mode(beside / "a.p7s"), fs::perms{0644});
    std::ofstream(folder / "plain.yaml.signatures");
    auto const unread = read_signatures((folder / "plain.yaml").string());
    ASSERT_FALSE(unread.ok());
    EXPECT_NE(unread.error().detail.find("plain.yaml.signatures"), std::string::npos) << "its name";
    std::ofstream(folder / "signers.yaml")
        << "signers:\n  - member: a\n    certificates: [{file: " << who.certificate << "}]\n";
    auto const pinned = load_pinned_signers((folder / "signers.yaml").string());
    ASSERT_TRUE(pinned.ok()) << pinned.error().detail;
    EXPECT_EQ(pinned->certificates.at("a"), std::set<std::string>{fingerprint("a1")});
    std::ofstream(folder / "broken.yaml") << "signers:\n  - member: a\n    colour: red\n";
    auto const broken = load_pinned_signers((folder / "broken.yaml").string());
    ASSERT_FALSE(broken.ok());
    EXPECT_NE(broken.error().detail.find("broken.yaml:2:"), std::string::npos);
    fs::remove_all(folder);
}

}  // namespace
}  // namespace musubi::policy
