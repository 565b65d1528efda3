// One record, proved to somebody who has nothing but published roots and certificates.

#include "atna/evidence_proof.h"
#include "module/atna/roots_fixture.h"

namespace musubi::atna {
namespace {

class Proof : public SignedTrail {
protected:
    RootTrust trust() { return *RootTrust::load({evidence_.certificate}, ""); }
    Result<ProvenRecord> checked(std::string const& document) {
        return check_proof(document, trust(), folder_ / "evidence");
    }
};

TEST_F(Proof, EveryRecordIsProvedByTheRootThatCoversIt) {
    signed_over(5);
    signed_over(3);
    for (std::int64_t seq = 1; seq <= 8; ++seq) {
        auto const document = prove(judged(""), seq);
        ASSERT_TRUE(document.ok()) << seq << ": " << document.error().detail;
        auto const proven = checked(*document);
        ASSERT_TRUE(proven.ok()) << seq << ": " << proven.error().detail;
        EXPECT_EQ(proven->seq, seq);
        EXPECT_EQ(proven->root.number, seq <= 5 ? 1 : 2);
        EXPECT_EQ(proven->columns.trace, "t" + std::to_string(seq));
        EXPECT_EQ(proven->columns.patients.front(), kPatient);
    }
}

TEST_F(Proof, OnlyWhatARootCoversCanBeProved) {
    fill_more(1);
    EXPECT_EQ(prove(archive(), 1).error().code, Code::kNotFound);
    signed_over(1);
    EXPECT_EQ(prove(archive(), 3).error().code, Code::kNotFound);
    EXPECT_EQ(prove(archive(), 0).error().code, Code::kNotFound);
    sabotage(
        "UPDATE atna.record SET hash = set_byte(hash, 0, 255 - get_byte(hash, 0)) WHERE seq = "
        "1");
    EXPECT_EQ(prove(archive(), 2).error().code, Code::kConflict);
}

TEST_F(Proof, NoOtherColumnsContentOrPlaceCanBePassedOff) {
    signed_over(4);
    auto const second = *prove(archive(), 2), third = *prove(archive(), 3);
    auto const member = [](std::string const& document, std::string const& key) {
        auto const at = document.find("\"" + key + "\":\"") + key.size() + 4;
        return document.substr(at, document.find('"', at) - at);
    };
    auto const with = [&](std::string const& key, std::string const& value) {
        auto out = second;
        auto const old = member(second, key);
        return out.replace(out.find("\"" + key + "\":\"") + key.size() + 4, old.size(), value);
    };
    ASSERT_TRUE(checked(second).ok());
    for (auto const* key : {"columns", "sealed", "path", "before"})
        EXPECT_FALSE(checked(with(key, member(third, key))).ok()) << key;
    auto moved = second;
    moved.replace(moved.find("\"record\":2"), 10, "\"record\":3");
    EXPECT_FALSE(checked(moved).ok());
    EXPECT_FALSE(checked(with("path", "")).ok());
    EXPECT_FALSE(checked("{}").ok());
    EXPECT_FALSE(checked("").ok());
    EXPECT_TRUE(checked(second + "\n").ok());
}

TEST_F(Proof, TheRootMustBePublishedAndSignedByTheRightKey) {
    signed_over(2);
    auto const document = *prove(archive(), 1);
    auto const other = *RootTrust::load({test::signing_identity("somebody").certificate}, "");
    EXPECT_FALSE(check_proof(document, other, folder_ / "evidence").ok());
    EXPECT_EQ(check_proof(document, trust(), folder_ / "nowhere").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace musubi::atna
