// The trail sent to repositories (ITI-20): in order, at least once, nothing lost.
#include "codec/auditmsg/audit_message.h"
#include "codec/syslog/syslog_message.h"
#include "module/atna/exchange_fixture.h"
#include "platform/base/metrics.h"

#include <thread>

namespace musubi::atna {
namespace {

class ExportTest : public ExchangeTest {
protected:
    /// Users of the messages that arrived, "dr-" taken off.
    std::string arrived() const {
        std::string out;
        for (auto const& text : repository_.arrived) {
            auto const line = syslog::read(text);
            if (!line) return "no syslog: " + text;
            auto const event = auditmsg::read(as_bytes(line->message));
            if (!event) return "no audit message: " + text;
            out += (out.empty() ? "" : " ") + event->participants.front().user_id.substr(3);
        }
        return out;
    }
};

TEST_F(ExportTest, RecordsLeaveInTheirOrderAndTheCursorMovesOnProofOnly) {
    record(1, 3);
    seal();
    auto const one = exporter();
    EXPECT_TRUE(*one->turn());
    EXPECT_EQ(arrived(), "1 2 3");
    EXPECT_EQ(cursor("regional"), 0);
    EXPECT_FALSE(*one->turn());
    ASSERT_TRUE(one->confirm().ok());
    EXPECT_EQ(cursor("regional"), 3);
    record(4, 5);
    seal();
    EXPECT_TRUE(*one->turn());
    EXPECT_EQ(arrived(), "1 2 3 4 5");
    EXPECT_EQ(repository_.connections, 2);
}

TEST_F(ExportTest, TheLineIsTheOneOfIti20) {
    record(1, 1);
    seal();
    ASSERT_TRUE(*exporter()->turn());
    EXPECT_TRUE(repository_.arrived.front().starts_with(
        "<85>1 2026-11-21T00:00:01.000000Z node-a musubi " + std::to_string(::getpid()) +
        " IHE+RFC-3881 - <?xml"));
}

TEST_F(ExportTest, WhatWasNotProvenIsSentAgainAfterARestart) {
    record(1, 3);
    seal();
    ASSERT_TRUE(*exporter()->turn());  // and the process ends
    auto const next = exporter();
    ASSERT_TRUE(*next->turn());
    ASSERT_TRUE(next->confirm().ok());
    EXPECT_EQ(arrived(), "1 2 3 1 2 3");
    EXPECT_FALSE(*exporter()->turn());
}

TEST_F(ExportTest, AResetAtTheEndProvesNothing) {
    record(1, 2);
    seal();
    repository_.end = FakeRepository::End::kReset;
    auto const one = exporter();
    ASSERT_TRUE(*one->turn());
    EXPECT_FALSE(one->confirm().ok());
    EXPECT_EQ(cursor("regional"), 0);
}

TEST_F(ExportTest, AnUnprovenEndIsCountedAndNotSentForEver) {
    auto& unproven = counter("atna_export_unproven_total", "destination=\"regional\"");
    auto const before = unproven.value();
    record(1, 2);
    seal();
    repository_.end = FakeRepository::End::kUnproven;
    auto const one = exporter();
    ASSERT_TRUE(*one->turn());
    ASSERT_TRUE(one->confirm().ok());
    EXPECT_EQ(cursor("regional"), 2);
    EXPECT_EQ(unproven.value(), before + 1);
}

TEST_F(ExportTest, ABrokenConnectionIsTakenUpFromTheCursor) {
    record(1, 4);
    seal();
    repository_.fail_after = 2;
    auto const one = exporter();
    one->start();
    for (int i = 0; i < 2'000 && cursor("regional") < 4; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    one->stop();
    EXPECT_EQ(cursor("regional"), 4);
    EXPECT_EQ(arrived(), "1 2 1 2 3 4");
}

TEST_F(ExportTest, AStopSendsWhatIsThereAndProvesIt) {
    record(1, 2);
    seal();
    auto const one = exporter();
    one->start();
    one->stop();
    EXPECT_EQ(cursor("regional"), 2);
    EXPECT_EQ(arrived(), "1 2");
}

TEST_F(ExportTest, OwnAndReceivedRecordsGoWhereTheyAreWanted) {
    std::string const foreign =
        "<13>1 2026-11-21T01:00:00Z other app - IHE+RFC-3881 - \xEF\xBB\xBF"
        "<AuditMessage cut";
    record(1, 1);
    receive({foreign});
    record(2, 2);
    seal();
    auto const sends = [&](ExportedRecords what) {
        repository_.arrived.clear();
        EXPECT_TRUE(pg::run_script(database_.superuser(), "DELETE FROM atna.export_cursor").ok());
        auto const one = exporter(what);
        EXPECT_TRUE(*one->turn());
        EXPECT_TRUE(one->confirm().ok());
        EXPECT_EQ(cursor("regional"), 3);
        return repository_.arrived;
    };
    EXPECT_EQ(sends(ExportedRecords::kReceived), std::vector<std::string>{foreign});
    EXPECT_EQ(sends(ExportedRecords::kOwn).size(), 2U);
    auto const all = sends(ExportedRecords::kAll);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[1], foreign);
}

TEST_F(ExportTest, DatagramsNeedNoProof) {
    record(1, 2);
    seal();
    ASSERT_TRUE(*exporter(ExportedRecords::kOwn, false)->turn());
    EXPECT_EQ(cursor("regional"), 2);
}

}  // namespace
}  // namespace musubi::atna
