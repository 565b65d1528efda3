#include "platform/base/content.h"

#include "platform/base/digest.h"

namespace musubi {

MemoryContent::MemoryContent(Bytes bytes)
    : bytes_(std::move(bytes)), sha1_hex_(to_hex(sha1(bytes_))) {}

Status MemoryContent::read(ByteSink const& sink) const {
    constexpr std::size_t kPiece = 64 * 1024;
    for (std::size_t at = 0; at < bytes_.size(); at += kPiece) {
        TRY(sink(ByteView(bytes_).subspan(at, std::min(kPiece, bytes_.size() - at))));
    }
    return {};
}

}  // namespace musubi
