#include "platform/base/digest.h"
#include "platform/base/fault.h"
#include "platform/blob/blob_spool.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/stream.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <fstream>
#include <set>
#include <thread>

namespace musubi::blob {
namespace {

namespace fs = std::filesystem;
constexpr char const* kKita = "hospital-kita";

class Blobs : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "musubi-test-XXXXXX").string();
        ASSERT_TRUE(::mkdtemp(pattern.data()));
        root_ = pattern;
        auto keys = vault::KeyRing::open(root_ / "keys", root_ / "master.key",
                                         vault::KeyRing::IfAbsent::kCreate);
        ASSERT_TRUE(keys.ok());
        keys_ = std::move(*keys);
        auto store = LocalBlobStore::open(root_ / "blobs", *keys_);
        ASSERT_TRUE(store.ok());
        store_ = std::move(*store);
    }
    void TearDown() override {
        arm_faults("");
        fs::remove_all(root_);
    }

    static Bytes pattern(std::size_t size) {
        Bytes out(size);
        for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
        return out;
    }

    std::shared_ptr<ReceivedContent> receive(Bytes const& plain, SpoolLimits limits = {}) {
        BlobSpool spool(*store_, limits);
        auto receiver = std::move(*spool.receive(kKita));
        for (std::size_t at = 0; at < plain.size(); at += 30'000) {
            Status const done = receiver->write(
                ByteView(plain).subspan(at, std::min<std::size_t>(30'000, plain.size() - at)));
            EXPECT_TRUE(done.ok());
        }
        auto content = receiver->finish();
        EXPECT_TRUE(content.ok());
        return content.ok() ? *content : nullptr;
    }

    Uuid stored(Bytes const& plain) {
        auto const blob = store_->put(MemoryContent(plain), kKita);
        EXPECT_TRUE(blob.ok()) << (blob.ok() ? "" : blob.error().detail);
        return blob.ok() ? blob->id : Uuid();
    }

    static Result<Bytes> all_of(Content const& content) {
        Bytes out;
        TRY(content.read([&](ByteView piece) -> Status {
            EXPECT_LE(piece.size(), 64U * 1024);
            out.insert(out.end(), piece.begin(), piece.end());
            return {};
        }));
        return out;
    }

    Result<Bytes> fetch(Uuid const& id, std::string const& owner = kKita) {
        auto const content = TRY(store_->get(id, owner));
        return all_of(*content);
    }

    std::vector<fs::path> files(char const* part) const {
        std::vector<fs::path> out;
        for (auto const& entry : fs::recursive_directory_iterator(root_ / "blobs" / part)) {
            if (entry.is_regular_file()) out.push_back(entry.path());
        }
        return out;
    }

    void change(Uuid const& id, std::function<void(Bytes&)> const& edit) {
        std::string const name = id.to_string();
        fs::path const path = root_ / "blobs/data" / name.substr(0, 2) / name.substr(2, 2) / name;
        Bytes octets = *vault::read_small_file(path, 10'000'000);
        edit(octets);
        ASSERT_TRUE(vault::write_atomically(path, octets).ok());
    }

    static WallTime later() {
        return std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now() + std::chrono::hours(1));
    }

    fs::path root_;
    std::unique_ptr<vault::KeyRing> keys_;
    std::unique_ptr<LocalBlobStore> store_;
};

template <class T>
Code code_of(Result<T> const& result) {
    EXPECT_FALSE(result.ok());
    return result.ok() ? Code::kInternal : result.error().code;
}

/// No file may grow beyond `octets` while this lives, as on a full disk.
class DiskFull {
public:
    explicit DiskFull(rlim_t octets) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit const now{octets, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~DiskFull() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

}  // namespace

TEST_F(Blobs, WhatIsStoredComesBackAlsoAfterARestart) {
    Bytes const plain = pattern(1'000'003);
    auto const blob = store_->put(MemoryContent(plain), kKita);
    ASSERT_TRUE(blob.ok());
    EXPECT_EQ(blob->size, plain.size());
    EXPECT_EQ(blob->sha1_hex, to_hex(sha1(plain)));
    EXPECT_EQ(blob->key_id, *keys_->data_key(kKita));
    Uuid const empty = stored({});
    store_ = std::move(*LocalBlobStore::open(root_ / "blobs", *keys_));
    EXPECT_EQ(*fetch(blob->id), plain);
    EXPECT_EQ(*fetch(empty), Bytes());
    EXPECT_TRUE(store_->verify(blob->id).ok());
    EXPECT_TRUE(*store_->exists(blob->id));
    EXPECT_EQ((*store_->get(blob->id, kKita))->size(), plain.size());
    EXPECT_TRUE(files("staging").empty());
}

TEST_F(Blobs, NoPlainTextTouchesTheDisk) {
    std::string const secret = "PATIENT NAME THAT NOBODY MAY READ";
    std::string text;
    while (text.size() < 400'000) text += secret;
    ByteView const view = as_bytes(text);
    auto const staged = receive(Bytes(view.begin(), view.end()));
    ASSERT_EQ(files("staging").size(), 1U);
    auto const contains = [&](fs::path const& path) {
        Bytes const octets = *vault::read_small_file(path, 10'000'000);
        return as_text(octets).find(secret.substr(0, 12)) != std::string_view::npos;
    };
    EXPECT_FALSE(contains(files("staging")[0]));
    ASSERT_TRUE(store_->adopt(*staged, kKita).ok());
    ASSERT_EQ(files("data").size(), 1U);
    EXPECT_FALSE(contains(files("data")[0]));
    EXPECT_EQ(fs::status(files("data")[0]).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Blobs, AbsentBlobsAreNotFoundAndRemovedOnesAreAbsent) {
    Uuid const id = stored(pattern(10));
    EXPECT_TRUE(store_->remove(id).ok());
    EXPECT_TRUE(store_->remove(id).ok());
    EXPECT_FALSE(*store_->exists(id));
    EXPECT_EQ(code_of(store_->get(id, kKita)), Code::kNotFound);
    EXPECT_EQ(code_of(store_->verify(id)), Code::kNotFound);
}

TEST_F(Blobs, AnotherInstitutionsBlobDoesNotOpen) {
    Uuid const id = stored(pattern(100));
    ASSERT_TRUE(keys_->data_key("hospital-minami").ok());
    EXPECT_EQ(code_of(store_->get(id, "hospital-minami")), Code::kStorageUnavailable);
    EXPECT_EQ(code_of(store_->get(id, "")), Code::kInvalidContent);
    EXPECT_TRUE(store_->verify(id).ok());
}

/// As a file was written before checksums were kept behind the sealed stream.
void without_checksums(Bytes& file) {
    constexpr std::size_t kChunk = vault::kChunkSize + vault::kChunkTagSize;
    // file = header + n chunks, the last one shorter + 4 (n + 1) + 16
    std::size_t chunks = 1;
    while (vault::kStreamHeaderSize + chunks * kChunk + 4 * (chunks + 1) + 16 < file.size())
        ++chunks;
    file.resize(file.size() - 4 * (chunks + 1) - 16);
}

TEST_F(Blobs, DamageIsFoundBeforeADamagedPieceIsHandedOut) {
    constexpr std::size_t kChunk = vault::kChunkSize + vault::kChunkTagSize;
    constexpr std::size_t kEnd = vault::kStreamHeaderSize + 3 * kChunk;  // of what is sealed
    Bytes const plain = pattern(3 * vault::kChunkSize);
    std::vector<std::pair<std::string, std::function<void(Bytes&)>>> const damages{
        {"bit in the header", [](Bytes& b) { b[20] ^= 1; }},
        {"bit in the second chunk",
         [](Bytes& b) { b[vault::kStreamHeaderSize + kChunk + 100] ^= 4; }},
        {"tag of the first chunk", [](Bytes& b) { b[vault::kStreamHeaderSize + kChunk - 1] ^= 1; }},
        {"last octet", [](Bytes& b) { b[kEnd - 1] ^= 128; }},
        {"cut inside", [](Bytes& b) { b.resize(kEnd - 100); }},
        {"cut at a chunk border",
         [](Bytes& b) { b.resize(vault::kStreamHeaderSize + 2 * kChunk); }},
        {"cut to the header", [](Bytes& b) { b.resize(vault::kStreamHeaderSize); }},
        {"emptied", [](Bytes& b) { b.clear(); }},
        {"two chunks exchanged",
         [](Bytes& b) {
             auto const first = b.begin() + vault::kStreamHeaderSize;
             std::swap_ranges(first, first + kChunk, first + kChunk);
         }},
        {"one octet more", [](Bytes& b) { b.push_back(0); }},
    };
    for (auto const& [what, edit] : damages) {
        Uuid const id = stored(plain), old = stored(plain);
        change(id, edit);
        change(old, without_checksums);
        EXPECT_TRUE(store_->check(old).ok());
        change(old, edit);
        EXPECT_EQ(code_of(store_->verify(id)), Code::kStorageUnavailable) << what;
        EXPECT_EQ(code_of(store_->check(id)), Code::kStorageUnavailable) << what;
        EXPECT_EQ(code_of(store_->check(old)), Code::kStorageUnavailable) << what;
        Bytes seen;
        auto const content = store_->get(id, kKita);
        Status read;
        if (content) {
            read = (*content)->read([&](ByteView piece) -> Status {
                seen.insert(seen.end(), piece.begin(), piece.end());
                return {};
            });
        }
        EXPECT_EQ(content.ok() ? code_of(read) : content.error().code, Code::kStorageUnavailable)
            << what;
        EXPECT_TRUE(seen.size() < plain.size() &&
                    std::equal(seen.begin(), seen.end(), plain.begin()))
            << what;
    }
}

TEST_F(Blobs, ABlobUnderAnothersNameDoesNotOpen) {
    Uuid const one = stored(pattern(100));
    Uuid const two = stored(pattern(101));
    Bytes other;
    change(one, [&](Bytes& b) { other = b; });
    change(two, [&](Bytes& b) { b = other; });
    EXPECT_FALSE(store_->verify(two).ok());
    EXPECT_FALSE(store_->check(two).ok());
    EXPECT_FALSE(fetch(two).ok());
}

TEST_F(Blobs, AFileFromBeforeThereWereChecksumsIsReadAndChecked) {
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, vault::kChunkSize,
                                   vault::kChunkSize + 1, 3 * vault::kChunkSize}) {
        Uuid const id = stored(pattern(size));
        EXPECT_TRUE(store_->check(id).ok()) << size;
        change(id, without_checksums);
        EXPECT_TRUE(store_->check(id).ok()) << size;
        EXPECT_TRUE(store_->verify(id).ok()) << size;
        EXPECT_EQ(*fetch(id), pattern(size));
    }
}

// What is sealed tells for itself.
TEST_F(Blobs, DamageOfTheChecksumsAloneHarmsNobody) {
    Bytes const plain = pattern(3 * vault::kChunkSize);
    for (std::size_t const from_end : {std::size_t{1}, std::size_t{17}, std::size_t{30}}) {
        Uuid const id = stored(plain);
        change(id, [&](Bytes& b) { b[b.size() - from_end] ^= 1; });
        EXPECT_TRUE(store_->check(id).ok()) << from_end;
        EXPECT_EQ(*fetch(id), plain);
    }
}

TEST_F(Blobs, SmallPartsStayInMemoryAndLargerOnesAreStaged) {
    SpoolLimits const limits{100'000, 1'000'000};
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}}) {
        auto const content = receive(pattern(size), limits);
        ASSERT_NE(content->in_memory(), nullptr);
        EXPECT_EQ(*content->in_memory(), pattern(size));
        EXPECT_TRUE(files("staging").empty());
    }
    for (std::size_t const size : {std::size_t{100'001}, std::size_t{1'000'000}}) {
        auto const content = receive(pattern(size), limits);
        EXPECT_EQ(content->in_memory(), nullptr);
        EXPECT_EQ(content->size(), size);
        EXPECT_EQ(content->sha1_hex(), to_hex(sha1(pattern(size))));
        EXPECT_EQ(*all_of(*content), pattern(size));
        EXPECT_EQ(files("staging").size(), 1U);
    }
    EXPECT_TRUE(files("staging").empty()) << "gone with the last reference";
}

TEST_F(Blobs, APartBeyondTheLimitIsTooLargeAndLeavesNothing) {
    BlobSpool spool(*store_, SpoolLimits{1000, 5000});
    auto receiver = std::move(*spool.receive(kKita));
    ASSERT_TRUE(receiver->write(pattern(5000)).ok());
    EXPECT_EQ(code_of(receiver->write(pattern(1))), Code::kTooLarge);
    EXPECT_FALSE(receiver->finish().ok());
    receiver.reset();
    EXPECT_TRUE(files("staging").empty());
}

TEST_F(Blobs, AnUploadThatIsNotFinishedVanishes) {
    BlobSpool spool(*store_, SpoolLimits{1000, 1'000'000});
    auto receiver = std::move(*spool.receive(kKita));
    ASSERT_TRUE(receiver->write(pattern(500'000)).ok());
    EXPECT_EQ(files("staging").size(), 1U);
    receiver.reset();
    EXPECT_TRUE(files("staging").empty());
}

TEST_F(Blobs, StagedContentIsAdoptedWithoutACopyAndStaysReadable) {
    Bytes const plain = pattern(700'000);
    auto content = receive(plain);
    ino_t const before = [&] {
        struct stat info {};
        ::stat(files("staging")[0].c_str(), &info);
        return info.st_ino;
    }();
    auto const blob = store_->adopt(*content, kKita);
    ASSERT_TRUE(blob.ok());
    struct stat info {};
    ASSERT_EQ(::stat(files("data")[0].c_str(), &info), 0);
    EXPECT_EQ(info.st_ino, before);
    EXPECT_EQ(blob->sha1_hex, to_hex(sha1(plain)));
    EXPECT_EQ(*all_of(*content), plain);
    content.reset();
    EXPECT_EQ(*fetch(blob->id), plain);
    EXPECT_TRUE(files("staging").empty());
}

TEST_F(Blobs, AdoptingForAnotherOwnerAgainOrFromMemoryCopies) {
    Bytes const plain = pattern(700'000);
    auto const content = receive(plain);
    auto const other = store_->adopt(*content, "clinic-kita");
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(*fetch(other->id, "clinic-kita"), plain);
    EXPECT_FALSE(fetch(other->id, kKita).ok());
    auto const first = store_->adopt(*content, kKita);
    auto const second = store_->adopt(*content, kKita);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_NE(first->id, second->id);
    EXPECT_EQ(*fetch(second->id), plain);
    auto const small = receive(pattern(10));
    EXPECT_EQ(*fetch(store_->adopt(*small, kKita)->id), pattern(10));
}

TEST_F(Blobs, AFailureAtAnyStepLeavesNothingAndTheNextTrySucceeds) {
    Bytes const plain = pattern(300'000);
    for (std::string const point : {"blob.after_write", "blob.after_fsync", "blob.after_rename"}) {
        arm_faults(point + "=error");
        EXPECT_EQ(code_of(store_->put(MemoryContent(plain), kKita)), Code::kStorageUnavailable)
            << point;
        EXPECT_TRUE(files("staging").empty() && files("data").empty()) << point;
        auto content = receive(plain);
        arm_faults(point + "=error");
        EXPECT_EQ(code_of(store_->adopt(*content, kKita)), Code::kStorageUnavailable) << point;
        content.reset();
        EXPECT_TRUE(files("staging").empty() && files("data").empty()) << point;
    }
    EXPECT_EQ(*fetch(stored(plain)), plain);
}

TEST_F(Blobs, AFullDiskRefusesTheDocumentAndLeavesNothing) {
    Uuid const before = stored(pattern(1000));
    {
        DiskFull const full(200'000);
        EXPECT_EQ(code_of(store_->put(MemoryContent(pattern(500'000)), kKita)),
                  Code::kStorageUnavailable);
        BlobSpool spool(*store_, SpoolLimits{1000, 1'000'000});
        auto receiver = std::move(*spool.receive(kKita));
        Status done;
        for (int i = 0; i < 20 && done; ++i) done = receiver->write(pattern(30'000));
        EXPECT_EQ(code_of(done), Code::kStorageUnavailable);
        EXPECT_FALSE(receiver->write(pattern(1)).ok()) << "never again a success";
        EXPECT_FALSE(receiver->finish().ok());
        receiver.reset();
        EXPECT_TRUE(files("staging").empty());
        EXPECT_EQ(*fetch(before), pattern(1000)) << "reading goes on";
    }
    EXPECT_EQ(files("data").size(), 1U);
    EXPECT_EQ(*fetch(stored(pattern(500'000))), pattern(500'000));
}

TEST_F(Blobs, TellsWhetherItCouldStoreWithoutStoring) {
    EXPECT_TRUE(store_->probe().ok());
    EXPECT_TRUE(files("staging").empty() && files("data").empty());
    {
        DiskFull const full(0);
        Status const probe = store_->probe();
        ASSERT_FALSE(probe.ok());
        EXPECT_EQ(probe.error().code, Code::kStorageUnavailable);
    }
    EXPECT_TRUE(store_->probe().ok());
    for (char const* part : {"staging", "data"}) {
        fs::rename(root_ / "blobs" / part, root_ / "away");
        EXPECT_EQ(store_->probe().error().code, Code::kNotFound) << part;
        fs::rename(root_ / "away", root_ / "blobs" / part);
    }
    EXPECT_TRUE(store_->probe().ok());
}

TEST_F(Blobs, ListVisitsWhatIsOlderAndStopsWhenTold) {
    std::set<Uuid> ids;
    for (std::size_t i = 0; i < 20; ++i) ids.insert(stored(pattern(i * 10'000)));
    std::set<Uuid> seen;
    EXPECT_TRUE(store_
                    ->list(later(),
                           [&](BlobInfo const& info) -> Status {
                               seen.insert(info.id);
                               return {};
                           })
                    .ok());
    EXPECT_EQ(seen, ids);
    int calls = 0;
    auto const visit = [&](BlobInfo const&) -> Status {
        ++calls;
        return Error(Code::kBusy, "enough");
    };
    EXPECT_EQ(code_of(store_->list(later(), visit)), Code::kBusy);
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(store_->list(WallTime(std::chrono::seconds(1'000'000'000)), visit).ok());
    EXPECT_EQ(calls, 1);
}

TEST_F(Blobs, SweepingRemovesOnlyOldStagingFiles) {
    Uuid const id = stored(pattern(10));
    fs::path const left = root_ / "blobs/staging/0b5ba4b6-7d3c-4b1f-9d3c-2f6a0f1b2c3d.part";
    ASSERT_TRUE(vault::write_atomically(left, pattern(10)).ok());
    EXPECT_EQ(*store_->sweep_staging(WallTime(std::chrono::seconds(1'000'000'000))), 0);
    EXPECT_TRUE(fs::exists(left));
    EXPECT_EQ(*store_->sweep_staging(later()), 1);
    EXPECT_FALSE(fs::exists(left));
    EXPECT_TRUE(store_->verify(id).ok());
}

TEST_F(Blobs, ManyThreadsStoreAndReadAtOnce) {
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) {
                Bytes const plain = pattern(static_cast<std::size_t>(t * 50'000 + i * 1000));
                auto const blob = store_->put(MemoryContent(plain), kKita);
                if (blob && *fetch(blob->id) == plain) ++good;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 60);
}

// Large files are verified in blocks by two threads: damage in any block is found, also in the
// last.
TEST_F(Blobs, DamageAnywhereInALargeFileIsFound) {
    std::size_t const size = 17 * 1024 * 1024 + 5;
    Uuid const id = stored(pattern(size));
    EXPECT_TRUE(store_->verify(id).ok());
    std::string const name = id.to_string();
    fs::path const path = root_ / "blobs/data" / name.substr(0, 2) / name.substr(2, 2) / name;
    auto const flip = [&](std::uint64_t at) {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(static_cast<std::streamoff>(at));
        char const before = static_cast<char>(file.peek());
        file.seekp(static_cast<std::streamoff>(at));
        file.put(static_cast<char>(before ^ 1));
    };
    std::uint64_t const end = fs::file_size(path) - (4 * 274 + 16);  // of what is sealed
    for (std::uint64_t const at : {std::uint64_t{100}, end / 4, end / 2 + 70'000, end - 1}) {
        flip(at);
        EXPECT_EQ(code_of(store_->verify(id)), Code::kStorageUnavailable) << at;
        EXPECT_EQ(code_of(store_->check(id)), Code::kStorageUnavailable) << at;
        flip(at);
        EXPECT_TRUE(store_->verify(id).ok()) << at;
        EXPECT_TRUE(store_->check(id).ok()) << at;
    }
}

TEST_F(Blobs, TheSinksErrorEndsTheReading) {
    auto const content = store_->get(stored(pattern(300'000)), kKita);
    int calls = 0;
    Status const done = (*content)->read([&](ByteView) -> Status {
        ++calls;
        return Error(Code::kBusy, "client gone");
    });
    EXPECT_EQ(code_of(done), Code::kBusy);
    EXPECT_EQ(calls, 1);
}

}  // namespace musubi::blob
