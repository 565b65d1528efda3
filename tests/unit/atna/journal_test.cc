#include "atna/journal.h"

#include "platform/base/crc32c.h"
#include "platform/base/fault.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <set>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace musubi::atna {
namespace {

namespace fs = std::filesystem;

SealedRecord record(int number, std::size_t size = 40) {
    std::array<std::uint8_t, 16> id{};
    id[0] = 1;
    id[14] = static_cast<std::uint8_t>(number >> 8);
    id[15] = static_cast<std::uint8_t>(number);
    return {Uuid(id), Bytes(size, static_cast<std::uint8_t>(number))};
}

class JournalFolder : public ::testing::Test {
protected:
    JournalFolder() {
        static std::atomic<int> number{0};
        folder_ = fs::temp_directory_path() /
                  ("musubi-journal-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
        fs::create_directories(folder_);
    }
    ~JournalFolder() override {
        arm_faults("");
        fs::remove_all(folder_);
    }
    std::unique_ptr<Journal> open(std::uint64_t segment_bytes = 64U << 20) {
        JournalSettings settings;
        settings.folder = folder_;
        settings.segment_bytes = segment_bytes;
        auto journal = Journal::open(settings);
        if (!journal) throw std::runtime_error(journal.error().detail);
        return std::move(*journal);
    }
    std::vector<fs::path> files() const {
        auto paths = list_segments(folder_);
        if (!paths) throw std::runtime_error(paths.error().detail);
        return std::move(*paths);
    }
    std::vector<SealedRecord> found() const {
        std::vector<SealedRecord> out;
        for (auto const& path : files()) {
            auto page = read_segment(path, {});
            if (!page) throw std::runtime_error(page.error().detail);
            for (auto& one : page->records) out.push_back(std::move(one));
        }
        return out;
    }
    fs::path folder_;
};

TEST_F(JournalFolder, KeepsRecordsInOrderOverARestart) {
    {
        auto const journal = open();
        for (int i = 0; i < 10; ++i) ASSERT_TRUE(journal->append({record(i)}).ok());
        ASSERT_TRUE(journal->append({record(10), record(11)}).ok());
    }
    auto const journal = open();
    auto const records = found();
    ASSERT_EQ(records.size(), 12U);
    for (int i = 0; i < 12; ++i) {
        EXPECT_EQ(records[static_cast<std::size_t>(i)].id, record(i).id);
        EXPECT_EQ(records[static_cast<std::size_t>(i)].sealed, record(i).sealed);
    }
    EXPECT_TRUE(journal->segments().at(0).closed) << "a restart never appends to an old segment";
}

TEST_F(JournalFolder, BeginsANewSegmentWhenOneIsFull) {
    auto const journal = open(4096);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(journal->append({record(i, 1000)}).ok());
    auto const segments = journal->segments();
    ASSERT_EQ(segments.size(), 5U);
    EXPECT_TRUE(segments[0].closed);
    EXPECT_EQ(found().size(), 20U);
    EXPECT_TRUE(journal->remove(segments[0].path).ok());
    EXPECT_FALSE(fs::exists(segments[0].path));
    EXPECT_EQ(found().size(), 16U);
    EXPECT_EQ(journal->remove(folder_ / "other").error().code, Code::kInternal);
}

TEST_F(JournalFolder, IsOwnedByOneAtATime) {
    auto const journal = open();
    JournalSettings settings;
    settings.folder = folder_;
    EXPECT_EQ(Journal::open(settings).error().code, Code::kConflict);
}

TEST_F(JournalFolder, CutsATornTailOffAtTheLastGoodRecordAndKeepsWhatItCut) {
    fs::path segment;
    {
        auto const journal = open();
        ASSERT_TRUE(journal->append({record(1), record(2)}).ok());
        segment = journal->segments().at(0).path;
    }
    auto const whole = fs::file_size(segment);
    std::string torn;
    append_record(torn, record(3));
    for (std::size_t keep : {std::size_t{1}, kRecordHead, torn.size() - 1}) {
        std::ofstream(segment, std::ios::app | std::ios::binary) << torn.substr(0, keep);
        open();
        EXPECT_EQ(fs::file_size(segment), whole) << keep;
        EXPECT_TRUE(fs::exists(segment.string() + ".torn"));
    }
    torn.back() = static_cast<char>(torn.back() ^ 1);  // complete, but the checksum does not fit
    std::ofstream(segment, std::ios::app | std::ios::binary) << torn;
    open();
    EXPECT_EQ(fs::file_size(segment), whole);
    EXPECT_EQ(found().size(), 2U);
}

TEST_F(JournalFolder, SharesOneSyncAmongThoseWhoWait) {
    auto const journal = open();
    arm_faults("atna.before_write=sleep:300");
    constexpr int kThreads = 20;
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&, i] { good += journal->append({record(i)}).ok() ? 1 : 0; });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good.load(), kThreads);
    EXPECT_EQ(found().size(), static_cast<std::size_t>(kThreads));
    // While the first write was held up the others gathered; all of them but the first few share
    // the next one.
    EXPECT_LT(journal->syncs(), static_cast<std::uint64_t>(kThreads));
}

TEST_F(JournalFolder, AFailureAtAnyPointReachesTheCallerAndTheNextAppendWorks) {
    for (char const* point : {"atna.before_write", "atna.after_write", "atna.after_sync"}) {
        for (char const* action : {"error", "throw"}) {
            auto const journal = open();
            ASSERT_TRUE(journal->append({record(1)}).ok());
            arm_faults(std::string(point) + "=" + action);
            auto const failed = journal->append({record(2)});
            EXPECT_FALSE(failed.ok()) << point;
            EXPECT_FALSE(journal->writable());
            EXPECT_TRUE(journal->append({record(3)}).ok()) << point;
            EXPECT_TRUE(journal->writable());
            ASSERT_EQ(journal->segments().size(), 2U) << "the segment was given up";
            auto const records = found();
            EXPECT_EQ(records.size(), 2U) << point;
            EXPECT_EQ(records.back().id, record(3).id);
            for (auto const& path : files()) fs::remove(path);
        }
    }
}

/// Runs `work` in a child process and returns how it ended (waitpid status).
template <class Work>
int in_child(Work work) {
    ::fflush(nullptr);
    pid_t const child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_F(JournalFolder, NothingAcknowledgedIsLostWhenTheProcessIsKilledAtAnyPoint) {
    for (char const* point : {"atna.before_write", "atna.after_write", "atna.after_sync"}) {
        for (int pass : {1, 2, 5}) {
            int pipe_ends[2];
            ASSERT_EQ(::pipe(pipe_ends), 0);
            int const status = in_child([&] {
                ::close(pipe_ends[0]);
                arm_faults(std::string(point) + "=kill@" + std::to_string(pass));
                auto const journal = open();
                for (int i = 0; i < 10; ++i) {
                    auto const number = static_cast<std::uint8_t>(i);
                    if (journal->append({record(i)}).ok()) [[maybe_unused]]
                        auto n = ::write(pipe_ends[1], &number, 1);
                }
            });
            ::close(pipe_ends[1]);
            ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << point;
            std::vector<int> acknowledged;
            std::uint8_t number = 0;
            while (::read(pipe_ends[0], &number, 1) == 1) acknowledged.push_back(number);
            ::close(pipe_ends[0]);

            auto const journal = open();
            std::set<Uuid> there;
            for (auto const& one : found()) there.insert(one.id);
            EXPECT_EQ(acknowledged.size(), static_cast<std::size_t>(pass - 1)) << point;
            for (int one : acknowledged)
                EXPECT_TRUE(there.contains(record(one).id)) << point << " " << one;
            EXPECT_TRUE(journal->append({record(99)}).ok());
            for (auto const& path : files()) fs::remove(path);
        }
    }
}

TEST_F(JournalFolder, WritesIntoRoomMadeAheadAndGivesBackWhatItDidNotUse) {
    fs::path segment;
    std::uint64_t used = 0;
    {
        auto const journal = open();
        ASSERT_TRUE(journal->append({record(1)}).ok());
        segment = journal->segments().at(0).path;
        auto const size = fs::file_size(segment);
        ASSERT_TRUE(journal->append({record(2)}).ok());
        EXPECT_EQ(fs::file_size(segment), size) << "the second write found its room";
        used = journal->segments().at(0).size;
        EXPECT_GT(size, used);
        // More than is left of it, and more than is made at a time.
        ASSERT_TRUE(journal->append({record(3, 3U << 20)}).ok());
        ASSERT_TRUE(journal->append({record(4)}).ok());
        used = journal->segments().at(0).size;
    }
    EXPECT_EQ(fs::file_size(segment), used);
    EXPECT_EQ(found().size(), 4U);
}

TEST_F(JournalFolder, AnUnusedRoomIsNoTornTailButOctetsInItAre) {
    int const status = in_child([&] {
        arm_faults("atna.before_write=kill@3");
        auto const journal = open();
        for (int i = 0; i < 3; ++i) static_cast<void>(journal->append({record(i)}));
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    auto const segment = files().at(0);
    auto const left = fs::file_size(segment);
    auto const good = read_segment(segment, {})->next;
    ASSERT_GT(left, good);
    open();
    EXPECT_EQ(fs::file_size(segment), good);
    EXPECT_FALSE(fs::exists(segment.string() + ".torn"));

    fs::resize_file(segment, left);
    {
        std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(left) - 1);
        file.put('x');
    }
    open();
    EXPECT_EQ(fs::file_size(segment), good);
    EXPECT_EQ(fs::file_size(segment.string() + ".torn"), left) << "kept for inspection";
    EXPECT_EQ(found().size(), 2U);
}

TEST_F(JournalFolder, AFullDiskIsAnErrorForEverybodyAndWorkGoesOnWhenThereIsRoomAgain) {
    int const status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        auto const journal = open();
        if (!journal->append({record(1, 500)}).ok()) ::_exit(1);
        rlimit const tight{
            1000, RLIM_INFINITY};  // stands for the full disk: writes stop short, then fail
        ::setrlimit(RLIMIT_FSIZE, &tight);
        if (journal->append({record(2, 2000)}).ok()) ::_exit(2);
        if (journal->writable()) ::_exit(3);
        rlimit const open_end{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &open_end);
        if (!journal->append({record(3, 2000)}).ok()) ::_exit(4);
        if (!journal->writable()) ::_exit(5);
    });
    ASSERT_TRUE(WIFEXITED(status));
    ASSERT_EQ(WEXITSTATUS(status), 0);
    auto const journal = open();
    auto const records = found();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].id, record(1).id);
    EXPECT_EQ(records[1].id, record(3).id);
}

TEST(Crc32c, KnowsTheCheckValue) { EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283U); }

TEST(SegmentPage, StopsAtItsLimitsAndGoesOnFromThere) {
    auto const path = fs::temp_directory_path() / ("musubi-segment-" + std::to_string(::getpid()));
    std::string text(kSegmentMagic);
    for (int i = 0; i < 5; ++i) append_record(text, record(i));
    std::ofstream(path, std::ios::binary) << text;
    SegmentRange range;
    range.max_records = 2;
    auto page = *read_segment(path, range);
    EXPECT_EQ(page.records.size(), 2U);
    EXPECT_FALSE(page.end);
    range.from = page.next;
    range.max_records = 10;
    range.limit = text.size() - 1;  // the last record is not durable yet
    page = *read_segment(path, range);
    EXPECT_EQ(page.records.size(), 2U);
    EXPECT_TRUE(page.end);
    std::ofstream(path, std::ios::binary) << "other file";
    EXPECT_TRUE(read_segment(path, {})->records.empty());
    fs::remove(path);
    EXPECT_EQ(read_segment(path, {}).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace musubi::atna
