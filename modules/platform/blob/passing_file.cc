#include "platform/blob/passing_file.h"

#include "platform/base/ids.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <fcntl.h>
#include <unistd.h>

namespace musubi::blob {
namespace {

constexpr std::size_t kSealedChunk = PassingFile::kChunk + vault::PassingKey::kOverhead;
constexpr std::size_t kPage = 4096;
/// Whole pages, so that all of an extent can be taken back.
constexpr std::uint64_t kExtent = (PassingFile::kChunks * kSealedChunk + kPage - 1) / kPage * kPage;

std::uint64_t offset_of(std::uint64_t extent, std::size_t chunk) {
    return extent * kExtent + chunk * kSealedChunk;
}

/// One for each thread: sealed octets pass through it.
Bytes& sealed_room(std::size_t plain) {
    thread_local Bytes room;
    room.resize(plain + vault::PassingKey::kOverhead);
    return room;
}

}  // namespace

Result<std::shared_ptr<PassingFile>> PassingFile::create(std::filesystem::path const& folder) {
    auto file = TRY(vault::File::create(folder / (system_ids().uuid().to_string() + ".part")));
    if (::unlink(file.path().c_str()) != 0)
        return vault::system_error("unlink", file.path(), errno);
    return std::shared_ptr<PassingFile>(new PassingFile(std::move(file)));
}

std::optional<std::uint64_t> PassingFile::take_extent() {
    std::uint64_t const extent = next_++;
    if (extent >= kExtents) return std::nullopt;
    return extent;
}

Status PassingFile::write(std::uint64_t extent, std::size_t chunk, ByteView plain) {
    Bytes& sealed = sealed_room(plain.size());
    std::uint64_t const offset = offset_of(extent, chunk);
    key_.seal(offset, plain, sealed);
    return file_.write_at(offset, sealed);
}

Status PassingFile::read(std::uint64_t extent, std::size_t chunk,
                         std::span<std::uint8_t> plain) const {
    Bytes& sealed = sealed_room(plain.size());
    std::uint64_t const offset = offset_of(extent, chunk);
    TRY(file_.read_at(offset, sealed));
    if (key_.open(offset, sealed, plain)) return {};
    static Counter& damage = counter("musubi_blob_damaged_total");
    damage.add();
    log_error("blob.passing_damaged");
    return Error(Code::kStorageUnavailable, "what was staged is damaged");
}

void PassingFile::give_back(std::uint64_t extent) noexcept {
    // Where it cannot be done, the room comes back with the file.
    (void)::fallocate(file_.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                      static_cast<off_t>(extent * kExtent), static_cast<off_t>(kExtent));
}

}  // namespace musubi::blob
