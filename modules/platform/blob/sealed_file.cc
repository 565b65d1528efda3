#include "platform/blob/sealed_file.h"

#include "platform/base/crc32c.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <unistd.h>

#include <algorithm>

namespace musubi::blob {
namespace {

constexpr std::string_view kTailMagic = "MSBCRC1\n";
constexpr std::size_t kTailSize = 16;  // magic | how many checksums u32 | checksum of it all u32
using Tail = std::array<std::uint8_t, kTailSize>;

void put(Bytes& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t take(std::uint8_t const* in) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | in[i];
    return value;
}

/// What stands behind the sealed stream.
Bytes behind(std::vector<std::uint32_t> const& checksums) {
    Bytes out;
    out.reserve(checksums.size() * 4 + kTailSize);
    for (std::uint32_t const one : checksums) put(out, one);
    ByteView const magic = as_bytes(kTailMagic);
    out.insert(out.end(), magic.begin(), magic.end());
    put(out, static_cast<std::uint32_t>(checksums.size()));
    put(out, crc32c(out));
    return out;
}

std::uint64_t size_behind(std::uint64_t checksums) { return checksums * 4 + kTailSize; }

/// How much of a file of `size` octets that ends like this is the sealed stream.
std::uint64_t sealed_part(std::uint64_t size, Tail const& tail) {
    constexpr std::uint64_t kSealedChunk = vault::kChunkSize + vault::kChunkTagSize;
    if (!std::equal(kTailMagic.begin(), kTailMagic.end(), tail.begin())) return size;
    std::uint64_t const count = take(tail.data() + kTailMagic.size());
    if (count < 2 || size < vault::kStreamHeaderSize + size_behind(count)) return size;
    std::uint64_t const sealed = size - size_behind(count);
    std::uint64_t const body = sealed - vault::kStreamHeaderSize;
    return (body + kSealedChunk - 1) / kSealedChunk + 1 == count ? sealed : size;
}

Error damaged(Uuid const& id, Error error) {
    static Counter& damage = counter("musubi_blob_damaged_total");
    damage.add();
    log_error("blob.damaged", {{"blob", id.to_string()}, {"cause", error.detail}});
    error.detail = "blob " + id.to_string() + ": " + error.detail;
    return error;
}

}  // namespace

Result<std::unique_ptr<SealedFile>> SealedFile::open(vault::KeyRing& keys, vault::File file,
                                                     Uuid const& id, std::string const& owner) {
    std::uint64_t const size = TRY(file.size());
    std::array<std::uint8_t, vault::kStreamHeaderSize> header{};
    if (size < header.size()) return damaged(id, Error(Code::kStorageUnavailable, "file cut off"));
    TRY(file.read_at(0, header));
    Tail tail{};
    if (size >= tail.size()) TRY(file.read_at(size - tail.size(), tail));
    std::uint64_t const sealed = sealed_part(size, tail);
    Result<vault::ChunkOpener> opener = vault::ChunkOpener::start(
        keys, vault::Purpose::kDocument, owner, id.octets(), header, sealed);
    if (!opener) return damaged(id, std::move(opener).error());
    return std::unique_ptr<SealedFile>(new SealedFile(std::move(file), std::move(*opener), sealed));
}

Error SealedFile::damaged_chunk(std::uint64_t chunk, Error error) const {
    static Counter& damage = counter("musubi_blob_damaged_total");
    damage.add();
    log_error("blob.damaged",
              {{"file", file_.path().filename().string()}, {"chunk", std::to_string(chunk)}});
    return error;
}

Result<std::vector<std::uint32_t>> SealedFile::checksums() const {
    std::uint64_t const size = TRY(file_.size());
    std::vector<std::uint32_t> out;
    if (size != sealed_size_ + size_behind(chunk_count() + 1)) return out;
    Bytes octets(static_cast<std::size_t>(size - sealed_size_));
    TRY(file_.read_at(sealed_size_, octets));
    ByteView const all(octets);
    if (crc32c(all.first(all.size() - 4)) != take(all.last(4).data())) {
        log_warning("blob.checksums_damaged", {{"file", file_.path().filename().string()}});
        return out;
    }
    for (std::uint64_t i = 0; i <= chunk_count(); ++i) out.push_back(take(all.data() + 4 * i));
    return out;
}

Status SealedFile::compare_chunks(std::uint64_t first, std::uint64_t end,
                                  std::vector<std::uint32_t> const& checksums) const {
    Bytes octets;
    auto const same = [&](std::uint64_t offset, std::size_t size, std::uint64_t number) -> Status {
        octets.resize(size);
        TRY(file_.read_at(offset, octets));
        if (crc32c(octets) == checksums[number]) return {};
        return damaged_chunk(number, Error(Code::kStorageUnavailable, "sealed content is damaged"));
    };
    if (first == 0) TRY(same(0, vault::kStreamHeaderSize, 0));
    for (std::uint64_t chunk = first; chunk < end; ++chunk)
        TRY(same(opener_.sealed_offset(chunk), opener_.sealed_chunk_size(chunk), chunk + 1));
    return {};
}

Status SealedFile::read_chunks(std::uint64_t first, std::uint64_t end, ByteSink const& sink) const {
    Bytes sealed;
    Bytes plain;
    for (std::uint64_t chunk = first; chunk < end; ++chunk) {
        sealed.resize(opener_.sealed_chunk_size(chunk));
        plain.resize(sealed.size() - vault::kChunkTagSize);
        TRY(file_.read_at(opener_.sealed_offset(chunk), sealed));
        if (Status opened = opener_.open(chunk, sealed, plain); !opened)
            return damaged_chunk(chunk, std::move(opened).error());
        if (!plain.empty()) TRY(sink(plain));
    }
    return {};
}

Result<std::unique_ptr<StagingFile>> StagingFile::create(vault::KeyRing& keys,
                                                         std::filesystem::path const& folder,
                                                         std::string const& owner) {
    Uuid const id = system_ids().uuid();
    vault::File file = TRY(vault::File::create(folder / (id.to_string() + ".part")));
    std::unique_ptr<StagingFile> staging(new StagingFile(id, std::move(file)));
    StagingFile* const self = staging.get();
    staging->stream_ = std::make_unique<vault::SealingStream>(TRY(vault::SealingStream::start(
        keys, vault::Purpose::kDocument, owner, id.octets(), [self](ByteView sealed) {
            self->checksums_.push_back(crc32c(sealed));
            return self->file_.write(sealed);
        })));
    return staging;
}

StagingFile::~StagingFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

Status StagingFile::write(ByteView plain) { return stream_->write(plain); }

Result<std::unique_ptr<SealedFile>> StagingFile::finish(vault::KeyRing& keys,
                                                        std::string const& owner) {
    TRY(stream_->finish());
    stream_.reset();
    TRY(file_.write(behind(checksums_)));
    return SealedFile::open(keys, std::move(file_), id_, owner);
}

}  // namespace musubi::blob
