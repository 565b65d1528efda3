// The journal of a node that stands in: what was answered on is all there, in its order, or it is
// noticed.

#include "atna/stand_in_chain.h"

#include "platform/base/fault.h"

#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace musubi::atna {
namespace {

namespace fs = std::filesystem;

SealedRecord record(int number) {
    std::array<std::uint8_t, 16> id{};
    id[0] = 1;
    id[15] = static_cast<std::uint8_t>(number);
    return {Uuid(id), Bytes(30, static_cast<std::uint8_t>(number))};
}

class StandInJournal : public ::testing::Test {
protected:
    StandInJournal() {
        static std::atomic<int> number{0};
        folder_ = fs::temp_directory_path() /
                  ("musubi-standin-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
        journal_ = folder_ / "stand-in";
        fs::create_directories(journal_);
        keys_ = *vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                      vault::KeyRing::IfAbsent::kCreate);
    }
    ~StandInJournal() override {
        arm_faults("");
        fs::remove_all(folder_);
    }

    /// One life of the node: each number is a batch.
    void live(std::vector<int> const& numbers) {
        JournalSettings settings;
        settings.folder = journal_;
        auto const journal = Journal::open(settings);
        ASSERT_TRUE(journal.ok()) << journal.error().detail;
        auto const chain = StandInChain::go_on(journal_, *keys_, **journal);
        ASSERT_TRUE(chain.ok()) << chain.error().detail;
        for (int const number : numbers) answered_ += (*chain)->append({record(number)}).ok();
    }
    /// The records' numbers; what is wrong otherwise.
    std::string read() {
        std::string out;
        auto const head = read_stand_in(journal_, *keys_, [&](auto const& records) -> Status {
            for (auto const& one : records) out += std::to_string(one.sealed[0]) + " ";
            return {};
        });
        if (!head) return std::string(to_string(head.error().code)) + ": " + head.error().detail;
        if (head->unacknowledged > 0) out += "+" + std::to_string(head->unacknowledged);
        return out;
    }
    bool refused() { return read().starts_with(std::string(to_string(Code::kConflict))); }
    fs::path segment(int number) const {
        return segment_path(journal_, static_cast<std::uint64_t>(number));
    }
    static std::string octets(fs::path const& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static void write(fs::path const& path, std::string const& text) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    }
    /// What lies between two records (each 8 + 16 + 30, each link 8 + 16 + 80) of a segment.
    static constexpr std::size_t kBatch = 54 + 104;
    static std::size_t behind(int batches) {
        return 8 + kBatch * static_cast<std::size_t>(batches);
    }

    fs::path folder_, journal_;
    std::unique_ptr<vault::KeyRing> keys_;
    int answered_ = 0;
};

TEST_F(StandInJournal, HoldsWhatWasAnsweredOnOverSeveralLives) {
    EXPECT_EQ(read(), "") << "nothing yet";
    live({1, 2});
    live({});
    live({3});
    EXPECT_EQ(read(), "1 2 3 ");
}

TEST_F(StandInJournal, NoticesWhatWasTakenAway) {
    live({1, 2, 3});
    live({4});
    std::string const all = octets(segment(1));
    write(segment(1), all.substr(0, behind(1)) + all.substr(behind(2)));
    EXPECT_TRUE(refused()) << "from the middle: " << read();
    write(segment(1), all.substr(0, behind(2)));
    EXPECT_TRUE(refused()) << "from the end of a segment: " << read();
    write(segment(1), all);
    EXPECT_EQ(read(), "1 2 3 4 ");
    fs::remove(segment(2));
    EXPECT_TRUE(refused()) << "the last segment: " << read();
    fs::remove(segment(1));
    EXPECT_TRUE(refused()) << "all of them: " << read();
}

TEST_F(StandInJournal, NoticesWhatWasPutElsewhereOrIn) {
    live({1, 2, 3});
    std::string const all = octets(segment(1));
    std::string const one = all.substr(behind(0), kBatch), two = all.substr(behind(1), kBatch);
    write(segment(1), all.substr(0, 8) + two + one + all.substr(behind(2)));
    EXPECT_TRUE(refused()) << read();
    std::string foreign;
    append_record(foreign, record(9));
    write(segment(1), all.substr(0, behind(1)) + foreign + all.substr(behind(1)));
    EXPECT_TRUE(refused()) << read();
}

TEST_F(StandInJournal, NoticesAnotherOctet) {
    live({1, 2});
    std::string const all = octets(segment(1));
    // Whoever alters a record can make its checksum fit.
    std::string altered = all.substr(0, behind(0));
    SealedRecord other = record(1);
    other.sealed[3] ^= 1;
    append_record(altered, other);
    write(segment(1), altered + all.substr(altered.size()));
    EXPECT_TRUE(refused()) << read();
}

TEST_F(StandInJournal, DoesNotBelieveItsAnchorOfAnotherKeyOrNone) {
    live({1});
    auto const anchor = journal_ / "chain.anchor";
    std::string const good = octets(anchor);
    fs::remove(anchor);
    EXPECT_TRUE(refused()) << read();
    write(anchor, "0" + good.substr(1));
    EXPECT_NE(read(), "1 ");
    write(anchor, good);
    EXPECT_EQ(read(), "1 ");
}

TEST_F(StandInJournal, GoesOnAfterABatchThatCouldNotBeWritten) {
    for (std::string const point : {"atna.before_write", "atna.after_write", "atna.after_sync"}) {
        arm_faults(point + "=error@2");  // the second batch
        live({1, 2, 3});
        arm_faults("");
        live({4});
    }
    EXPECT_EQ(answered_, 9);
    EXPECT_EQ(read(), "1 3 4 1 3 4 1 3 4 ");
}

TEST_F(StandInJournal, LeavesOutWhatADeathCutOff) {
    live({1, 2});
    std::string const all = octets(segment(1));
    std::string torn;
    append_record(torn, record(3));
    write(segment(1), all + torn);  // the record of a batch, and nothing of its link
    EXPECT_EQ(read(), "1 2 +1");
    live({4});
    EXPECT_EQ(read(), "1 2 4 +1");
}

TEST_F(StandInJournal, GoesOnBehindABatchThatWasWrittenAndNeverAnswered) {
    live({1});
    std::string const before = octets(segment(1)), anchor = octets(journal_ / "chain.anchor");
    live({2});
    // As if it had been given up: what follows may go on from the batch before it, or from it.
    std::string const given_up = octets(segment(2));
    fs::remove(segment(2));
    write(journal_ / "chain.anchor", anchor);
    live({3});
    ASSERT_TRUE(fs::exists(segment(2)));
    fs::rename(segment(2), segment(3));
    write(segment(2), given_up);
    EXPECT_EQ(read(), "1 2 3 ");
}

TEST_F(StandInJournal, IsNotGoneOnFromWhenItDoesNotVerify) {
    live({1, 2});
    write(segment(1), octets(segment(1)).substr(0, behind(1)));
    JournalSettings settings;
    settings.folder = journal_;
    auto const journal = Journal::open(settings);
    ASSERT_TRUE(journal.ok());
    EXPECT_EQ(StandInChain::go_on(journal_, *keys_, **journal).error().code, Code::kConflict);
}

}  // namespace
}  // namespace musubi::atna
