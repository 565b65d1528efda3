// A person who turns out to be two: documents are delivered by the consent of the one they are
// about (pix-pdq 7).

#include "module/repository/fixture.h"

namespace musubi::repository {
namespace {

/// Knows of one patient who withdrew; everybody else lets everybody read.
class Withdrawn final : public core::PolicyPort {
public:
    std::string patient;
    Result<domain::Member> member_of(core::PeerCertificate const&) const override {
        return test::toy_member("kita");
    }
    bool may_call(domain::Member const&, std::string_view) const override { return true; }
    Result<core::Decision> decide(domain::Subject const&, core::TransactionSpec const&,
                                  core::PolicyQuery const& query) const override {
        core::Decision out;
        out.rule_id = "test";
        for (std::string const& asked : query.patients) {
            if (asked == patient) continue;
            domain::Scope all;
            all.everything = true;
            out.scopes.emplace_back(asked, all);
        }
        out.permitted = !out.scopes.empty();
        return out;
    }
    std::string source_name() const override { return "test"; }
};

class RepositoryParting : public RepositoryTest {
protected:
    void SetUp() override { ports_.provide<core::PolicyPort>(withdrawn_); }
    /// The hospital's id of the patient in the sample submission.
    domain::PatientId const source_{"L1", "1.2.3.7"};
    void moved(domain::PatientId const& id, std::string const& from, std::string const& to) {
        auto const done = pool_.run([&](pg::Tx& tx) {
            return MergeWatcher(keys_.get()).source_ids_moved(tx, {id}, from, to);
        });
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
    }
    Withdrawn withdrawn_;
};

TEST_F(RepositoryParting, ADocumentGoesWithTheSourceIdAndIsDecidedByItsOwnPersonsConsent) {
    ASSERT_EQ(provide({{"1.2.1", "text"}}).status, ebxml::ResponseStatus::kSuccess);
    ASSERT_EQ(fetch("1.2.1").documents.size(), 1U);
    moved({"other", "1.2.3.7"}, kPatient, kSurvivor);
    withdrawn_.patient = kSurvivor;
    EXPECT_EQ(fetch("1.2.1").documents.size(), 1U);  // another one's id moved
    moved(source_, kPatient, kSurvivor);
    EXPECT_EQ(fetch("1.2.1").documents.size(), 0U);
    withdrawn_.patient = kPatient;
    EXPECT_EQ(fetch("1.2.1").documents.size(), 1U);
}

TEST_F(RepositoryParting, WhatTellsNoSourceIsWithheldOnceItsPersonParted) {
    ASSERT_EQ(provide({{"1.2.1", "text"}}).status, ebxml::ResponseStatus::kSuccess);
    ASSERT_EQ(provide({{"1.2.2", "text"}}, kSurvivor).status, ebxml::ResponseStatus::kSuccess);
    ask("update repository.document set source_token = null");
    EXPECT_EQ(fetch("1.2.1").documents.size(), 1U);
    moved(source_, kPatient, kSurvivor);
    EXPECT_EQ(fetch("1.2.1").documents.size(), 0U);
    EXPECT_EQ(fetch("1.2.2").documents.size(), 1U);  // of somebody who did not part
}

TEST_F(RepositoryParting, WithoutKeysNothingMoves) {
    auto const done = pool_.run([&](pg::Tx& tx) {
        return MergeWatcher().source_ids_moved(tx, {source_}, kPatient, kSurvivor);
    });
    EXPECT_FALSE(done.ok());
}

}  // namespace
}  // namespace musubi::repository
