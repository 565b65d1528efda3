// No room left: a limit of zero octets on every file that the running process writes.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "support/invariants.h"

namespace musubi::test {
namespace {

class FullDisk : public ::testing::Test {
protected:
    void SetUp() override {
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        known.papers = letter_for(patient, "known");
        ASSERT_TRUE(toolkit.submit(known.papers).success());
    }
    void limit_files(rlim_t octets) {
        rlimit limit{};
        ASSERT_EQ(::prlimit(node.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
        limit.rlim_cur = octets;
        ASSERT_EQ(::prlimit(node.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
    }
    Papers large() {
        NewDocument scan;
        scan.content = generated_document(400 * 1024, 5);
        return papers_for(patient, {scan});
    }

    TestNode node{{.settings = {"repository.grace_time=1s", "repository.reconcile_period=1s"}}};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
    Attempt known;
};

TEST_F(FullDisk, WithoutRoomForTheJournalNothingIsDisclosed) {
    std::string const& id = known.papers.documents[0].unique_id;
    limit_files(0);
    auto const fetched = toolkit.retrieve({id});
    EXPECT_TRUE(fetched.refused()) << fetched.text();
    EXPECT_TRUE(fetched.documents.empty());
    auto const found = toolkit.find(patient);
    EXPECT_TRUE(found.refused()) << found.text();
    EXPECT_TRUE(found.objects.entries.empty());
    EXPECT_NE(node.operator_page("/health/ready").find("journal"), std::string::npos);
    limit_files(RLIM_INFINITY);
    EXPECT_EQ(check_attempt(toolkit, known), Visible::kEverything);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(FullDisk, WithoutRoomForLargeDocumentsTheyAreRefusedAndLaterTaken) {
    Attempt attempt{large()};
    limit_files(0);
    attempt.fate = fate_of(toolkit.submit(attempt.papers));
    EXPECT_EQ(attempt.fate, Attempt::Fate::kRefused);
    limit_files(RLIM_INFINITY);
    EXPECT_EQ(check_attempt(toolkit, attempt), Visible::kNothing);
    attempt.fate = fate_of(toolkit.submit(attempt.papers));
    EXPECT_EQ(attempt.fate, Attempt::Fate::kAcknowledged);
    EXPECT_EQ(check_attempt(toolkit, attempt), Visible::kEverything);
    check_no_orphans(node);
    check_store(node);
}

TEST_F(FullDisk, HealthTellsThatDocumentsCannotBeStoredBeforeOneComes) {
    EXPECT_EQ(node.operator_page("/health/ready").find("documents cannot be stored"),
              std::string::npos);
    limit_files(0);
    EXPECT_NE(node.operator_page("/health/ready").find("documents cannot be stored"),
              std::string::npos);
    limit_files(RLIM_INFINITY);
    EXPECT_EQ(node.operator_page("/health/ready").find("documents cannot be stored"),
              std::string::npos);
}

TEST_F(FullDisk, HealthIsBadWhileAFolderOfDocumentsIsMissing) {
    for (std::string const part : {"segments", "data"}) {
        auto const folder = node.folder() / "blobs" / part;
        auto const away = node.folder() / "away";
        std::filesystem::rename(folder, away);
        std::string const page = node.operator_page("/health/ready");
        EXPECT_NE(page.find("the folder of documents is missing"), std::string::npos) << page;
        EXPECT_EQ(node.operator_page("/health/live").find("missing"), std::string::npos);
        std::filesystem::rename(away, folder);
        EXPECT_EQ(node.operator_page("/health/ready").find("missing"), std::string::npos);
    }
    EXPECT_EQ(check_attempt(toolkit, known), Visible::kEverything);
}

}  // namespace
}  // namespace musubi::test
