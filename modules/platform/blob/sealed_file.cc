#include "platform/blob/sealed_file.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <unistd.h>

namespace musubi::blob {
namespace {

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
    Result<vault::ChunkOpener> opener = vault::ChunkOpener::start(keys, vault::Purpose::kDocument,
                                                                  owner, id.octets(), header, size);
    if (!opener) return damaged(id, std::move(opener).error());
    return std::unique_ptr<SealedFile>(new SealedFile(std::move(file), std::move(*opener)));
}

Status SealedFile::read_chunks(std::uint64_t first, std::uint64_t end, ByteSink const& sink) const {
    Bytes sealed;
    Bytes plain;
    for (std::uint64_t chunk = first; chunk < end; ++chunk) {
        sealed.resize(opener_.sealed_chunk_size(chunk));
        plain.resize(sealed.size() - vault::kChunkTagSize);
        TRY(file_.read_at(opener_.sealed_offset(chunk), sealed));
        if (Status opened = opener_.open(chunk, sealed, plain); !opened) {
            static Counter& damage = counter("musubi_blob_damaged_total");
            damage.add();
            log_error("blob.damaged", {{"file", file_.path().filename().string()},
                                       {"chunk", std::to_string(chunk)}});
            return opened;
        }
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
        keys, vault::Purpose::kDocument, owner, id.octets(),
        [self](ByteView sealed) { return self->file_.write(sealed); })));
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
    return SealedFile::open(keys, std::move(file_), id_, owner);
}

}  // namespace musubi::blob
