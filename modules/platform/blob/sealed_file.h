#pragma once
// One encrypted file while it is written (StagingFile) and while it is read (SealedFile): a sealed
// stream and, behind it, a checksum of each of its parts (README.md). Internal to this room.

#include "platform/base/content.h"
#include "platform/base/ids.h"
#include "platform/vault/durable_file.h"
#include "platform/vault/stream.h"

namespace musubi::blob {

/// Reads sealed content at any time, each chunk verified before it is handed on.
class SealedFile final : public Content {
public:
    /// An empty `owner` takes whichever institution the key belongs to.
    static Result<std::unique_ptr<SealedFile>> open(vault::KeyRing& keys, vault::File file,
                                                    Uuid const& id, std::string const& owner);
    std::uint64_t size() const override { return opener_.plain_size(); }
    Status read(ByteSink const& sink) const override { return read_chunks(0, chunk_count(), sink); }
    std::uint64_t chunk_count() const { return opener_.chunk_count(); }
    /// The chunks from `first` to before `end`. Several threads may do so at a time.
    Status read_chunks(std::uint64_t first, std::uint64_t end, ByteSink const& sink) const;
    /// The checksums as they were written: of the header, then of each chunk. Empty where there are
    /// none (an older file) or they are damaged themselves.
    Result<std::vector<std::uint32_t>> checksums() const;
    /// Whether these chunks still have their checksums; the first chunk's header too.
    Status compare_chunks(std::uint64_t first, std::uint64_t end,
                          std::vector<std::uint32_t> const& checksums) const;
    vault::KeyId key_id() const { return opener_.key_id(); }
    vault::File& file() { return file_; }

private:
    SealedFile(vault::File file, vault::ChunkOpener opener, std::uint64_t sealed_size)
        : file_(std::move(file)), opener_(std::move(opener)), sealed_size_(sealed_size) {}
    Error damaged_chunk(std::uint64_t chunk, Error error) const;
    vault::File file_;
    vault::ChunkOpener opener_;
    std::uint64_t const sealed_size_;  ///< without what lies behind the sealed stream
};

/// A file in the staging folder. Removed by the destructor unless its path was taken over.
class StagingFile {
public:
    static Result<std::unique_ptr<StagingFile>> create(vault::KeyRing& keys,
                                                       std::filesystem::path const& folder,
                                                       std::string const& owner);
    ~StagingFile();
    StagingFile(StagingFile const&) = delete;
    StagingFile& operator=(StagingFile const&) = delete;

    Status write(ByteView plain);
    /// Closes the sealing and opens the same file for reading. Not yet durable.
    Result<std::unique_ptr<SealedFile>> finish(vault::KeyRing& keys, std::string const& owner);
    Uuid const& id() const { return id_; }
    std::filesystem::path const& path() const { return path_; }
    void forget() { path_.clear(); }  ///< it is somebody else's now

private:
    StagingFile(Uuid const& id, vault::File file)
        : id_(id), file_(std::move(file)), path_(file_.path()) {}
    Uuid id_;
    vault::File file_;
    std::filesystem::path path_;
    std::unique_ptr<vault::SealingStream> stream_;
    std::vector<std::uint32_t> checksums_;  ///< of what the stream has handed out, call by call
};

}  // namespace musubi::blob
