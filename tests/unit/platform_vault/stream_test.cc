#include "platform/vault/stream.h"

#include "temp_folder.h"

#include <gtest/gtest.h>

namespace musubi::vault {
namespace {

constexpr std::size_t kSealedChunk = kChunkSize + kChunkTagSize;
constexpr char const* kKita = "kita";

class Streams : public ::testing::Test {
protected:
    void SetUp() override {
        keys_ = std::move(
            *KeyRing::open(folder_ / "keys", folder_ / "master.key", KeyRing::IfAbsent::kCreate));
    }

    static Bytes pattern(std::size_t size) {
        Bytes out(size);
        for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
        return out;
    }

    Bytes seal(Bytes const& plain, std::size_t step, std::string_view aad = "id") {
        Bytes out;
        auto stream = SealingStream::start(*keys_, Purpose::kDocument, kKita, as_bytes(aad),
                                           [&](ByteView b) -> Status {
                                               out.insert(out.end(), b.begin(), b.end());
                                               return {};
                                           });
        EXPECT_TRUE(stream.ok());
        for (std::size_t at = 0; at < plain.size(); at += step) {
            EXPECT_TRUE(
                stream->write(ByteView(plain).subspan(at, std::min(step, plain.size() - at))).ok());
        }
        EXPECT_TRUE(stream->finish().ok());
        return out;
    }

    Result<Bytes> open(ByteView sealed, std::size_t step = 100'000, std::string aad = "id",
                       std::string who = kKita, Purpose purpose = Purpose::kDocument) {
        Bytes out;
        ByteView const aad_view = as_bytes(aad);
        OpeningStream stream(*keys_, purpose, std::move(who),
                             Bytes(aad_view.begin(), aad_view.end()), [&](ByteView b) -> Status {
                                 out.insert(out.end(), b.begin(), b.end());
                                 return {};
                             });
        Status done;
        for (std::size_t at = 0; done && at < sealed.size(); at += step) {
            done = stream.write(sealed.subspan(at, std::min(step, sealed.size() - at)));
        }
        if (done) done = stream.finish();
        opened_ = out;
        if (!done) return done.error();
        return out;
    }

    /// Through ChunkOpener, last chunk first.
    Result<Bytes> open_by_chunks(ByteView sealed) {
        if (sealed.size() < kStreamHeaderSize) return Error(Code::kStorageUnavailable, "short");
        ChunkOpener const opener =
            TRY(ChunkOpener::start(*keys_, Purpose::kDocument, kKita, as_bytes("id"),
                                   sealed.first(kStreamHeaderSize), sealed.size()));
        Bytes out(opener.plain_size());
        for (std::uint64_t i = opener.chunk_count(); i-- > 0;) {
            std::size_t const size = opener.sealed_chunk_size(i);
            std::span<std::uint8_t> const into(out.data() + i * kChunkSize, size - kChunkTagSize);
            TRY(opener.open(i, sealed.subspan(opener.sealed_offset(i), size), into));
        }
        return out;
    }

    void expect_damaged(ByteView sealed, std::string const& what) {
        auto const streamed = open(sealed);
        auto const chunked = open_by_chunks(sealed);
        EXPECT_FALSE(streamed.ok()) << what;
        EXPECT_FALSE(chunked.ok()) << what;
        EXPECT_TRUE(streamed.ok() || streamed.error().code == Code::kStorageUnavailable) << what;
        EXPECT_TRUE(chunked.ok() || chunked.error().code == Code::kStorageUnavailable) << what;
    }

    TempFolder folder_;
    std::unique_ptr<KeyRing> keys_;
    Bytes opened_;
};

}  // namespace

TEST_F(Streams, EverySizeAroundTheChunkBordersComesBack) {
    for (std::size_t const size : {std::size_t{0}, std::size_t{1}, kChunkSize - 1, kChunkSize,
                                   kChunkSize + 1, 2 * kChunkSize, 3 * kChunkSize + 17}) {
        Bytes const plain = pattern(size);
        for (std::size_t const step : {std::size_t{1000}, kChunkSize, std::size_t{1'000'000}}) {
            Bytes const sealed = seal(plain, step);
            std::size_t const chunks =
                std::max<std::size_t>(1, (size + kChunkSize - 1) / kChunkSize);
            EXPECT_EQ(sealed.size(), kStreamHeaderSize + size + chunks * kChunkTagSize);
            auto const streamed = open(sealed, step);
            ASSERT_TRUE(streamed.ok()) << size;
            EXPECT_EQ(*streamed, plain);
            auto const chunked = open_by_chunks(sealed);
            ASSERT_TRUE(chunked.ok()) << size;
            EXPECT_EQ(*chunked, plain);
        }
    }
}

TEST_F(Streams, FlippedBitsAreFoundWhereverTheyAre) {
    Bytes const sealed = seal(pattern(2 * kChunkSize + 100), 50'000);
    for (std::size_t at = 0; at < sealed.size(); at += at < 60 ? 1 : 4099) {
        Bytes damaged = sealed;
        damaged[at] ^= 1;
        expect_damaged(damaged, "octet " + std::to_string(at));
    }
}

TEST_F(Streams, NothingOfADamagedChunkReachesTheSink) {
    Bytes const plain = pattern(3 * kChunkSize);
    Bytes sealed = seal(plain, 50'000);
    sealed[kStreamHeaderSize + kSealedChunk + 5] ^= 0x80;
    EXPECT_FALSE(open(sealed).ok());
    EXPECT_EQ(opened_, Bytes(plain.begin(), plain.begin() + kChunkSize));
}

TEST_F(Streams, CutOffContentIsFoundAlsoAtAChunkBorder) {
    Bytes const sealed = seal(pattern(3 * kChunkSize), 50'000);
    for (std::size_t const size :
         {std::size_t{0}, std::size_t{10}, kStreamHeaderSize, kStreamHeaderSize + 16,
          kStreamHeaderSize + kSealedChunk, kStreamHeaderSize + 2 * kSealedChunk, sealed.size() - 1,
          sealed.size() - 16}) {
        expect_damaged(ByteView(sealed).first(size), "cut to " + std::to_string(size));
    }
    Bytes longer = sealed;
    longer.push_back(0);
    expect_damaged(longer, "one octet more");
}

TEST_F(Streams, ReorderedRepeatedAndDroppedChunksAreFound) {
    Bytes const sealed = seal(pattern(4 * kChunkSize), 50'000);
    auto const part = [&](std::size_t i) {
        return ByteView(sealed).subspan(kStreamHeaderSize + i * kSealedChunk, kSealedChunk);
    };
    auto const with = [&](std::vector<std::size_t> const& order) {
        Bytes out(sealed.begin(), sealed.begin() + kStreamHeaderSize);
        for (std::size_t const i : order) out.insert(out.end(), part(i).begin(), part(i).end());
        return out;
    };
    EXPECT_TRUE(open(with({0, 1, 2, 3})).ok());
    expect_damaged(with({1, 0, 2, 3}), "reordered");
    expect_damaged(with({0, 1, 1, 2, 3}), "repeated");
    expect_damaged(with({0, 2, 3}), "dropped");
    expect_damaged(with({0, 1, 2, 3, 3}), "last one twice");
    expect_damaged(with({0, 1, 3, 2}), "last one moved");
}

TEST_F(Streams, ChunksOfAnotherContentDoNotFit) {
    Bytes const plain = pattern(2 * kChunkSize);
    Bytes const one = seal(plain, 50'000);
    Bytes mixed = seal(plain, 50'000);
    std::copy(one.begin() + kStreamHeaderSize, one.begin() + kStreamHeaderSize + kSealedChunk,
              mixed.begin() + kStreamHeaderSize);
    expect_damaged(mixed, "mixed");
}

TEST_F(Streams, ObjectInstitutionAndPurposeAreBound) {
    Bytes const sealed = seal(pattern(100), 100);
    ASSERT_TRUE(keys_->data_key("minami").ok());
    EXPECT_TRUE(open(sealed).ok());
    EXPECT_TRUE(open(sealed, 1000, "id", "").ok()) << "any institution";
    EXPECT_FALSE(open(sealed, 1000, "other id").ok());
    EXPECT_FALSE(open(sealed, 1000, "id", "minami").ok());
    EXPECT_FALSE(open(sealed, 1000, "id", kKita, Purpose::kMetadata).ok());
}

TEST_F(Streams, AnErrorOfTheSinkStopsTheStream) {
    int calls = 0;
    auto stream =
        SealingStream::start(*keys_, Purpose::kDocument, kKita, {}, [&](ByteView) -> Status {
            if (++calls == 3) return Error(Code::kStorageUnavailable, "full");
            return {};
        });
    ASSERT_TRUE(stream.ok());
    EXPECT_FALSE(stream->write(pattern(10 * kChunkSize)).ok());
    EXPECT_FALSE(stream->write(pattern(1)).ok());
    EXPECT_FALSE(stream->finish().ok());
    EXPECT_EQ(calls, 3);
}

}  // namespace musubi::vault
