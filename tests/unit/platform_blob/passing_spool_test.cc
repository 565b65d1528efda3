// What passes through the node leaves nothing behind it, and nobody reads it on the way.
#include "platform/blob/passing_spool.h"

#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

namespace musubi::blob {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kPlenty = 1ULL << 40;

class Passing : public ::testing::Test {
protected:
    static Bytes pattern(std::size_t size, std::uint8_t seed = 0) {
        Bytes out(size);
        for (std::size_t i = 0; i < size; ++i)
            out[i] = static_cast<std::uint8_t>(i * 7 + i / 251 + seed);
        return out;
    }
    Result<std::shared_ptr<Content const>> receive(Bytes const& plain, std::size_t piece = 30'000) {
        PassingReceiver receiver(spool_, of_all_, of_request_);
        for (std::size_t at = 0; at < plain.size(); at += piece)
            TRY(receiver.write(ByteView(plain).subspan(at, std::min(piece, plain.size() - at))));
        return receiver.finish();
    }
    static Bytes octets(Content const& content) {
        Bytes out;
        EXPECT_TRUE(content
                        .read([&](ByteView piece) -> Status {
                            EXPECT_LE(piece.size(), 64U * 1024);
                            out.insert(out.end(), piece.begin(), piece.end());
                            return {};
                        })
                        .ok());
        return out;
    }
    /// Descriptors of this process on files without a name in the folder.
    std::vector<int> nameless() const {
        std::vector<int> out;
        for (auto const& one : fs::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            std::string const target = fs::read_symlink(one.path(), gone).string();
            if (target.starts_with((folder_ / "").string()) && target.ends_with(" (deleted)"))
                out.push_back(std::stoi(one.path().filename().string()));
        }
        return out;
    }
    std::uint64_t room_on_disk() const {
        std::uint64_t blocks = 0;
        for (int const fd : nameless()) {
            struct stat info {};
            EXPECT_EQ(::fstat(fd, &info), 0);
            blocks += static_cast<std::uint64_t>(info.st_blocks);
        }
        return blocks * 512;
    }

    vault::TempFolder folder_;
    PassingSpool spool_{folder_ / ""};
    std::shared_ptr<StagingBudget> of_all_ = std::make_shared<StagingBudget>(kPlenty);
    std::shared_ptr<StagingBudget> of_request_ = std::make_shared<StagingBudget>(kPlenty);
};

TEST_F(Passing, EveryOctetComesBackWhateverTheSizes) {
    for (std::size_t const size :
         {0U, 1U, 32U * 1024, 32U * 1024 + 1, 64U * 1024 - 1, 64U * 1024, 64U * 1024 + 1,
          128U * 1024, 16U * 64 * 1024, 16U * 64 * 1024 + 1, 3'000'000U}) {
        for (std::size_t const piece : {size_t{999}, size_t{64 * 1024}, size_t{1'000'000}}) {
            Bytes const plain = pattern(size);
            auto const content = receive(plain, piece);
            ASSERT_TRUE(content.ok());
            EXPECT_EQ((*content)->size(), size);
            EXPECT_TRUE(octets(**content) == plain) << size << " in pieces of " << piece;
            EXPECT_TRUE(octets(**content) == plain) << "a second time";
            EXPECT_EQ((*content)->in_memory() != nullptr, size <= 32 * 1024) << size;
        }
    }
}

TEST_F(Passing, WhatIsSmallTouchesNoDisk) {
    auto const content = receive(pattern(32 * 1024));
    ASSERT_TRUE(content.ok());
    EXPECT_TRUE(nameless().empty());
    EXPECT_TRUE(fs::is_empty(folder_ / ""));
}

TEST_F(Passing, ManyObjectsShareAFileWithoutAName) {
    std::vector<std::shared_ptr<Content const>> kept;
    for (std::uint8_t i = 0; i < 20; ++i) {
        auto content = receive(pattern(200'000, i));
        ASSERT_TRUE(content.ok());
        kept.push_back(*std::move(content));
    }
    EXPECT_TRUE(fs::is_empty(folder_ / "")) << "nothing can be left behind";
    EXPECT_EQ(nameless().size(), 1U);
    for (std::uint8_t i = 0; i < 20; ++i) EXPECT_TRUE(octets(*kept[i]) == pattern(200'000, i));
}

TEST_F(Passing, NothingCanBeReadInTheFile) {
    std::string text;
    while (text.size() < 300'000) text += "YAMADA^TARO 1970-01-01 ";
    Bytes const plain(text.begin(), text.end());
    auto const content = receive(plain);
    ASSERT_TRUE(content.ok());
    auto const files = nameless();
    ASSERT_EQ(files.size(), 1U);
    Bytes file(plain.size());
    ASSERT_GT(::pread(files[0], file.data(), file.size(), 0), 290'000);
    EXPECT_EQ(as_text(file).find("YAMADA"), std::string_view::npos);
    EXPECT_EQ(as_text(file).find("1970"), std::string_view::npos);
}

TEST_F(Passing, RoomComesBackWithEachObject) {
    auto first = receive(pattern(3'000'000)), second = receive(pattern(500'000));
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(of_all_->held(), 3'500'000U);
    EXPECT_GE(room_on_disk(), 3'500'000U);
    first->reset();
    EXPECT_EQ(of_all_->held(), 500'000U);
    EXPECT_LT(room_on_disk(), 700'000U) << "while another of the same file waits";
    EXPECT_TRUE(octets(**second) == pattern(500'000));
    second->reset();
    EXPECT_EQ(of_all_->held(), 0U);
    EXPECT_EQ(of_request_->held(), 0U);
    EXPECT_EQ(room_on_disk(), 0U);
}

TEST_F(Passing, WhatIsGivenUpHalfWayLeavesNothing) {
    {
        PassingReceiver receiver(spool_, of_all_, of_request_);
        ASSERT_TRUE(receiver.write(pattern(2'000'000)).ok());
        EXPECT_GT(room_on_disk(), 1'000'000U);
    }
    EXPECT_EQ(of_all_->held(), 0U);
    EXPECT_EQ(room_on_disk(), 0U);
}

TEST_F(Passing, MoreThanARequestOrAllTogetherMayHaveIsRefusedAndLeavesNothing) {
    of_request_ = std::make_shared<StagingBudget>(400'000);
    auto refused = receive(pattern(500'000));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kTooLarge);
    of_request_ = std::make_shared<StagingBudget>(kPlenty);
    of_all_ = std::make_shared<StagingBudget>(400'000);
    refused = receive(pattern(500'000));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kBusy);
    EXPECT_EQ(of_all_->held(), 0U);
    EXPECT_EQ(of_request_->held(), 0U);
    EXPECT_EQ(room_on_disk(), 0U);
}

TEST_F(Passing, AfterAnErrorThereIsNothingToBeHad) {
    of_request_ = std::make_shared<StagingBudget>(10);
    PassingReceiver receiver(spool_, of_all_, of_request_);
    EXPECT_FALSE(receiver.write(pattern(11)).ok());
    EXPECT_FALSE(receiver.write(pattern(1)).ok());
    EXPECT_FALSE(receiver.finish().ok());
}

TEST_F(Passing, DamageIsFoundBeforeADamagedPieceIsHandedOn) {
    auto const content = receive(pattern(300'000));
    ASSERT_TRUE(content.ok());
    auto const files = nameless();
    ASSERT_EQ(files.size(), 1U);
    std::uint8_t octet = 0;
    ASSERT_EQ(::pread(files[0], &octet, 1, 150'000), 1);
    octet ^= 1;
    ASSERT_EQ(::pwrite(files[0], &octet, 1, 150'000), 1);
    std::size_t handed_on = 0;
    Status const done = (*content)->read([&](ByteView piece) -> Status {
        handed_on += piece.size();
        return {};
    });
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kStorageUnavailable);
    EXPECT_EQ(handed_on, 128U * 1024) << "the chunks before it";
}

TEST_F(Passing, ObjectsOutliveTheSpool) {
    auto spool = std::make_unique<PassingSpool>(folder_ / "");
    PassingReceiver receiver(*spool, of_all_, of_request_);
    ASSERT_TRUE(receiver.write(pattern(100'000)).ok());
    auto const content = receiver.finish();
    ASSERT_TRUE(content.ok());
    spool.reset();
    EXPECT_TRUE(octets(**content) == pattern(100'000));
}

TEST_F(Passing, AFileThatIsUsedUpGoesWithItsLastObject) {
    auto first = receive(pattern(40'000));
    ASSERT_TRUE(first.ok());
    for (int i = 0; i < 1100; ++i) ASSERT_TRUE(receive(pattern(40'000)).ok());
    EXPECT_EQ(nameless().size(), 2U) << "the first one's and the current one";
    EXPECT_TRUE(octets(**first) == pattern(40'000));
    first->reset();
    EXPECT_EQ(nameless().size(), 1U);
}

TEST_F(Passing, AFullDiskRefusesAndTheNextOneWorks) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit const little{200'000, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
    auto const refused = receive(pattern(400'000));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kStorageUnavailable);
    EXPECT_EQ(of_all_->held(), 0U);
    EXPECT_EQ(room_on_disk(), 0U);
    auto const content = receive(pattern(400'000));
    ASSERT_TRUE(content.ok());
    EXPECT_TRUE(octets(**content) == pattern(400'000));
}

TEST_F(Passing, WithoutItsFolderLargeObjectsAreRefused) {
    PassingSpool lost(folder_ / "absent");
    PassingReceiver receiver(lost, of_all_, of_request_);
    EXPECT_FALSE(receiver.write(pattern(100'000)).ok());
    PassingReceiver small(lost, of_all_, of_request_);
    EXPECT_TRUE(small.write(pattern(1000)).ok());
    EXPECT_TRUE(small.finish().ok());
}

TEST_F(Passing, ManyThreadsAtATimeDoNotMixTheirObjects) {
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (std::uint8_t t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                Bytes const plain = pattern(150'000 + 1000U * t, t);
                auto const content = receive(plain, 7000);
                if (!content.ok() || octets(**content) != plain) ++wrong;
            }
        });
    }
    for (std::thread& one : threads) one.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(of_all_->held(), 0U);
}

}  // namespace
}  // namespace musubi::blob
