// Segments as their store keeps them: durable when told so, found again after any stop, refused
// when the disk fails.

#include "platform/blob/segment_store.h"

#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/blob/segment_file.h"
#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace musubi::blob {
namespace {

namespace fs = std::filesystem;

class Segments : public ::testing::Test {
protected:
    Segments() {
        set_log_sink([](LogLevel, std::string const&) {});
        settings.folder = folder / "segments";
        settings.segment_bytes = 1 << 20;
        reopen();
    }
    ~Segments() override {
        arm_faults("");
        set_log_sink({});
    }
    void reopen() {
        store.reset();
        store = std::make_unique<SegmentStore>(settings);
        Status const started = store->start_writing();
        ASSERT_TRUE(started) << started.error().detail;
    }
    static Bytes octets_of(std::int64_t id, std::size_t size) {
        Bytes out(size);
        for (std::size_t i = 0; i < size; ++i)
            out[i] = static_cast<std::uint8_t>(static_cast<std::size_t>(id) * 7 + i * 31 + 1);
        return out;
    }
    Result<Location> put(std::int64_t id, std::size_t size = 1000) {
        Bytes const octets = octets_of(id, size);
        return TRY(store->append({{id, octets}})).front();
    }
    bool holds(Location const& at, std::int64_t id, std::size_t size = 1000) {
        auto const read = store->read(at, id);
        return read && *read == octets_of(id, size);
    }
    std::map<std::int64_t, RecordInfo> listed(std::uint32_t segment) {
        std::map<std::int64_t, RecordInfo> out;
        auto const done = store->list(segment, [&](RecordInfo const& info) -> Status {
            out[info.id] = info;
            return {};
        });
        EXPECT_TRUE(done) << done.error().detail;
        return out;
    }
    std::size_t count_listed() {
        std::size_t found = 0;
        auto const segments = store->segments();
        for (std::uint32_t const segment : *segments) found += listed(segment).size();
        return found;
    }
    fs::path path(std::uint32_t segment) const { return segment_path(settings.folder, segment); }
    void overwrite(Location const& at, std::uint64_t from, std::string const& text) const {
        std::fstream file(path(at.segment), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(at.offset + from));
        file << text;
    }

    vault::TempFolder folder;
    SegmentSettings settings;
    std::unique_ptr<SegmentStore> store;
};

TEST_F(Segments, WhatWasAppendedIsReadAgainAlsoByAnotherProcess) {
    auto const one = put(1, 40'000);
    auto const empty = put(2, 0);
    ASSERT_TRUE(one && empty);
    SegmentStore const beside(settings);  // as an operator's command opens it
    for (SegmentStore const* reader : {static_cast<SegmentStore const*>(store.get()), &beside}) {
        EXPECT_EQ(*reader->read(*one, 1), octets_of(1, 40'000));
        EXPECT_EQ(*reader->read(*empty, 2), Bytes());
        EXPECT_TRUE(*reader->verify(*one, 1));
    }
    reopen();
    EXPECT_TRUE(holds(*one, 1, 40'000));
    EXPECT_TRUE(holds(*put(3), 3));
    EXPECT_TRUE(holds(*one, 1, 40'000));
}

TEST_F(Segments, AnotherIdLengthOrPlaceIsNoRecord) {
    auto const at = *put(1);
    EXPECT_EQ(store->read(at, 2).error().code, Code::kNotFound);
    EXPECT_EQ(store->read({at.segment, at.offset, at.length - 1}, 1).error().code, Code::kNotFound);
    EXPECT_EQ(store->read({at.segment, at.offset + 64, 100}, 1).error().code, Code::kNotFound);
    EXPECT_EQ(store->read({at.segment + 7, at.offset, at.length}, 1).error().code, Code::kNotFound);
}

TEST_F(Segments, TheRecordsOfOneAppendCostOneSync) {
    Bytes const a = octets_of(1, 1000), b = octets_of(2, 2000), c = octets_of(3, 3000);
    auto const before = store->syncs();
    auto const at = store->append({{1, a}, {2, b}, {3, c}});
    ASSERT_TRUE(at);
    EXPECT_EQ(store->syncs() - before, 1U);
    EXPECT_TRUE(holds((*at)[0], 1, 1000) && holds((*at)[1], 2, 2000) && holds((*at)[2], 3, 3000));
}

TEST_F(Segments, WhoComesWhileOthersAreWrittenSharesOneSync) {
    ASSERT_TRUE(put(1));
    arm_faults("segment.after_append=sleep:1000");
    auto const before = store->syncs();
    std::thread first([&] { EXPECT_TRUE(put(2)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it is being written now
    std::vector<std::thread> others;
    std::vector<Location> at(8);
    for (std::size_t i = 0; i < at.size(); ++i) {
        others.emplace_back([&, i] { at[i] = *put(static_cast<std::int64_t>(10 + i)); });
    }
    first.join();
    for (std::thread& other : others) other.join();
    EXPECT_LT(store->syncs() - before, 9U);
    for (std::size_t i = 0; i < at.size(); ++i)
        EXPECT_TRUE(holds(at[i], static_cast<std::int64_t>(10 + i)));
}

TEST_F(Segments, ManyThreadsFillManySegmentsAndNothingOverlaps) {
    constexpr int kThreads = 8, kEach = 60;
    std::vector<std::vector<Location>> at(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < kEach; ++i) {
                auto const put_at = put(t * 1000 + i, static_cast<std::size_t>(5000 + i * 200));
                ASSERT_TRUE(put_at) << put_at.error().detail;
                at[static_cast<std::size_t>(t)].push_back(*put_at);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    reopen();
    EXPECT_EQ(count_listed(), std::size_t{kThreads} * kEach);
    EXPECT_GT(store->segments()->size(), 4U);
    for (int t = 0; t < kThreads; ++t) {
        for (int i = 0; i < kEach; ++i) {
            EXPECT_TRUE(holds(at[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)],
                              t * 1000 + i, static_cast<std::size_t>(5000 + i * 200)));
        }
    }
}

TEST_F(Segments, ARecordLargerThanASegmentGetsOneOfItsOwn) {
    Bytes const small = octets_of(1, 100), huge = octets_of(2, 3 << 20), other = octets_of(3, 100);
    auto const at = *store->append({{1, small}, {2, huge}, {3, other}});
    std::set<std::uint32_t> const used{at[0].segment, at[1].segment, at[2].segment};
    EXPECT_EQ(used.size(), 3U);
    reopen();
    EXPECT_TRUE(holds(at[0], 1, 100) && holds(at[1], 2, 3 << 20) && holds(at[2], 3, 100));
}

TEST_F(Segments, ASegmentIsMadeAheadWithAllItsRoom) {
    auto const next = settings.folder / "next.making";
    for (int i = 0; i < 500 && (!fs::exists(next) || fs::file_size(next) < 1 << 20); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    auto const at = *put(1);
    EXPECT_EQ(fs::file_size(path(at.segment)), 1U << 20);
    struct stat before {
    }, after{};
    ASSERT_EQ(::stat(path(at.segment).c_str(), &before), 0);
    EXPECT_EQ(put(2, 100'000)->segment, at.segment);
    ASSERT_EQ(::stat(path(at.segment).c_str(), &after), 0);
    EXPECT_EQ(before.st_blocks, after.st_blocks);
    reopen();
    EXPECT_EQ(put(3)->segment, at.segment) << "its room is used after a restart";
    EXPECT_TRUE(holds(at, 1));
}

TEST_F(Segments, OnlyOneProcessWrites) {
    SegmentStore other(settings);
    Status const started = other.start_writing();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, Code::kConflict);
    EXPECT_EQ(other.append({{1, Bytes(3)}}).error().code, Code::kStorageUnavailable);
    store.reset();
    EXPECT_TRUE(other.start_writing());
}

TEST_F(Segments, ATornTailIsOverwrittenAndWhatWasAcknowledgedStays) {
    auto const kept = *put(1);
    auto const torn = *put(2, 5000);
    store.reset();
    overwrite(torn, 8, "not what the checksum of the header says");
    reopen();
    EXPECT_EQ(count_listed(), 1U);  // in one segment, or in two when one was made ahead meanwhile
    auto const next = *put(3, 200);
    EXPECT_EQ(next.segment, torn.segment);
    EXPECT_EQ(next.offset, torn.offset);
    reopen();
    EXPECT_EQ(count_listed(), 2U);
    EXPECT_TRUE(holds(kept, 1));
    EXPECT_TRUE(holds(next, 3, 200));
    EXPECT_FALSE(store->read(torn, 2));
}

TEST_F(Segments, AFileThatEndsWithinARecordIsWrittenOnBeforeIt) {
    auto const kept = *put(1);
    auto const torn = *put(2, 5000);
    store.reset();
    fs::resize_file(path(torn.segment), torn.offset + 700);
    reopen();
    EXPECT_EQ(listed(kept.segment).size(), 1U);
    EXPECT_TRUE(holds(kept, 1));
    EXPECT_EQ(put(3)->offset, torn.offset);
}

TEST_F(Segments, ASegmentThatWasNamedButNotBegunIsBegunAfterTheStop) {
    auto const kept = *put(1);
    store.reset();
    fs::path const begun = path(kept.segment + 1);
    std::ofstream(begun).close();
    fs::resize_file(begun, 1 << 16);  // as one that was made ahead: zeros
    reopen();
    EXPECT_TRUE(listed(kept.segment + 1).empty());
    auto const next = *put(2);
    EXPECT_EQ(next.segment, kept.segment + 1);
    reopen();
    EXPECT_TRUE(holds(kept, 1));
    EXPECT_TRUE(holds(next, 2));
}

TEST_F(Segments, ANamedSegmentWithoutAnyRoomIsDroppedLater) {
    auto const kept = *put(1);
    store.reset();
    std::ofstream(path(kept.segment + 1)).close();
    reopen();
    auto const next = *put(2);
    EXPECT_EQ(next.segment, kept.segment + 2);
    EXPECT_TRUE(listed(kept.segment + 1).empty());
    EXPECT_TRUE(*store->drop_if_empty(kept.segment + 1));
    EXPECT_TRUE(holds(kept, 1) && holds(next, 2));
}

TEST_F(Segments, DamageBeforeWhatWasAcknowledgedHidesOneRecordAndIsNotOverwritten) {
    // Together: between two writes one that grows may make way for a segment made ahead.
    Bytes const octets[] = {octets_of(1, 1000), octets_of(2, 1000), octets_of(3, 1000)};
    auto const at = *store->append({{1, octets[0]}, {2, octets[1]}, {3, octets[2]}});
    auto const first = at[0], damaged = at[1], last = at[2];
    store.reset();
    overwrite(damaged, 8, "damage");
    reopen();
    auto const found = listed(first.segment);
    EXPECT_EQ(found.size(), 2U);
    EXPECT_TRUE(found.contains(1) && found.contains(3));
    EXPECT_TRUE(holds(first, 1) && holds(last, 3));
    EXPECT_NE(put(4)->segment, first.segment);
    EXPECT_TRUE(store->is_closed(first.segment));
}

TEST_F(Segments, DamagedOctetsDoNotPassTheChecksum) {
    auto const at = *put(1);
    EXPECT_TRUE(*store->verify(at, 1));
    overwrite(at, 64 + 500, "!");
    EXPECT_FALSE(*store->verify(at, 1));
}

TEST_F(Segments, AnAppendThatFailsIsNotThereAndTheNextOneSucceeds) {
    for (std::string const point :
         {"segment.before_append", "segment.after_append", "segment.after_sync"}) {
        for (std::string const action : {"error", "throw"}) {
            auto const before = *put(1);
            arm_faults(point + "=" + action);
            EXPECT_FALSE(put(2)) << point;
            EXPECT_TRUE(store->writable()) << "the disk itself is well";
            auto const after = *put(3);
            EXPECT_NE(after.segment, before.segment) << "what failed is not trusted again";
            EXPECT_FALSE(listed(before.segment).contains(2)) << point;
            reopen();
            EXPECT_TRUE(holds(before, 1));
            EXPECT_TRUE(holds(after, 3));
        }
    }
}

TEST_F(Segments, EveryoneWhoSharedAFailedWriteIsTold) {
    arm_faults("segment.before_append=sleep:500,segment.after_append=error@2");
    std::vector<std::thread> threads;
    std::vector<std::optional<Location>> at(6);
    for (std::size_t i = 0; i < at.size(); ++i) {
        threads.emplace_back([&, i] {
            if (auto const done = put(static_cast<std::int64_t>(i + 1))) at[i] = *done;
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::size_t failed = 0;
    for (std::size_t i = 0; i < at.size(); ++i) {
        if (at[i])
            EXPECT_TRUE(holds(*at[i], static_cast<std::int64_t>(i + 1)));
        else
            ++failed;
    }
    EXPECT_GE(failed, 1U);
    EXPECT_EQ(count_listed(), at.size() - failed);
    EXPECT_TRUE(put(7));
}

TEST_F(Segments, AFullDiskRefusesAndLeavesNothing) {
    auto const before = *put(1);
    rlimit was{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &was), 0);
    auto const handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit const none{512, was.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
    auto const refused = put(2, 50'000);
    bool const writable = store->writable();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &was), 0);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kStorageUnavailable);
    EXPECT_FALSE(writable);
    EXPECT_TRUE(store->writable()) << "tried anew";
    EXPECT_TRUE(holds(*put(3), 3));
    EXPECT_TRUE(holds(before, 1));
    EXPECT_EQ(count_listed(), 2U);
}

TEST_F(Segments, WhatWasAcknowledgedBeforeAKillIsThere) {
    store.reset();
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    pid_t const child = ::fork();
    if (child == 0) {
        SegmentStore writing(settings);
        if (!writing.start_writing()) ::_exit(1);
        for (std::int64_t id = 1;; ++id) {
            Bytes const octets = octets_of(id, 3000);
            auto const at = writing.append({{id, octets}});
            if (!at || ::write(pipe[1], &at->front(), sizeof(Location)) < 0) ::_exit(2);
        }
    }
    ::close(pipe[1]);
    std::vector<Location> told;
    for (Location at; told.size() < 50 && ::read(pipe[0], &at, sizeof at) == sizeof at;)
        told.push_back(at);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    for (Location at; ::read(pipe[0], &at, sizeof at) == sizeof at;) told.push_back(at);
    ::close(pipe[0]);
    reopen();
    EXPECT_GE(told.size(), 50U);
    for (std::size_t i = 0; i < told.size(); ++i)
        EXPECT_TRUE(holds(told[i], static_cast<std::int64_t>(i + 1), 3000)) << i;
    auto const next = *put(99'999);
    for (Location const& at : told)
        EXPECT_NE(std::tie(at.segment, at.offset), std::tie(next.segment, next.offset));
}

TEST_F(Segments, ARemovedRecordIsNotReadAndGivesItsRoomBack) {
    Bytes const a = octets_of(1, 200'000), b = octets_of(2, 1000);
    auto const at = *store->append({{1, a}, {2, b}});
    struct stat before {
    }, after{};
    ASSERT_EQ(::stat(path(at[0].segment).c_str(), &before), 0);
    EXPECT_TRUE(store->remove(at[0], 2)) << "another id: not touched";
    EXPECT_TRUE(holds(at[0], 1, 200'000));
    EXPECT_TRUE(store->remove(at[0], 1));
    EXPECT_TRUE(store->remove(at[0], 1));
    EXPECT_EQ(store->read(at[0], 1).error().code, Code::kNotFound);
    EXPECT_TRUE(holds(at[1], 2));
    ASSERT_EQ(::stat(path(at[0].segment).c_str(), &after), 0);
    EXPECT_LT(after.st_blocks, before.st_blocks);
    reopen();
    EXPECT_TRUE(listed(at[0].segment).at(1).removed);
    EXPECT_FALSE(listed(at[0].segment).at(2).removed);
    EXPECT_TRUE(holds(at[1], 2));
}

TEST_F(Segments, AClosedSegmentWithoutLiveRecordsIsDropped) {
    auto const first = *put(1, 600'000);
    auto const second = *put(2, 600'000);
    ASSERT_NE(first.segment, second.segment);
    EXPECT_FALSE(*store->drop_if_empty(first.segment));
    ASSERT_TRUE(store->remove(first, 1));
    ASSERT_TRUE(store->remove(second, 2));
    EXPECT_FALSE(*store->drop_if_empty(second.segment)) << "records go there still";
    EXPECT_TRUE(*store->drop_if_empty(first.segment));
    EXPECT_FALSE(fs::exists(path(first.segment)));
    EXPECT_EQ(*store->segments(), std::vector{second.segment});
    EXPECT_TRUE(store->remove(first, 1)) << "absent already";
    store.reset();
    reopen();
    EXPECT_NE(put(3)->segment, first.segment) << "a number is given once";
}

TEST_F(Segments, TellsWhetherItCouldStoreWithoutStoring) {
    EXPECT_TRUE(store->probe());
    auto const at = *put(1);
    auto const syncs = store->syncs();
    EXPECT_TRUE(store->probe());
    EXPECT_EQ(store->syncs(), syncs);
    // The descriptor still works, so that an append would be told a success, and would be lost.
    fs::rename(path(at.segment), folder / "away");
    EXPECT_EQ(store->probe().error().code, Code::kNotFound);
    fs::rename(folder / "away", path(at.segment));
    EXPECT_TRUE(store->probe());
    fs::rename(settings.folder, folder / "gone");
    EXPECT_EQ(store->probe().error().code, Code::kNotFound);
    std::ofstream(settings.folder) << "a file in its place";
    EXPECT_EQ(store->probe().error().code, Code::kNotFound);
    fs::remove(settings.folder);
    fs::rename(folder / "gone", settings.folder);
    EXPECT_TRUE(store->probe());
    EXPECT_TRUE(put(2));
    EXPECT_TRUE(store->probe());
}

TEST_F(Segments, OnlyAClosedSegmentIsMarkedSettledAndTheMarkStays) {
    auto const first = *put(1, 600'000);
    EXPECT_FALSE(store->mark_settled(first.segment));
    ASSERT_TRUE(put(2, 600'000));
    EXPECT_FALSE(*store->is_settled(first.segment));
    EXPECT_TRUE(store->mark_settled(first.segment));
    reopen();
    EXPECT_TRUE(*store->is_settled(first.segment));
    EXPECT_TRUE(holds(first, 1, 600'000));
}

}  // namespace
}  // namespace musubi::blob
