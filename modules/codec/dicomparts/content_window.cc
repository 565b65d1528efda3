#include "codec/dicomparts/content_window.h"

#include <algorithm>

namespace musubi::dicomparts {
namespace {

/// Heads of images are some kilobytes, those of the largest multi-frame ones some megabytes.
constexpr int kMostFills = 48;
constexpr std::size_t kLargestFill = 1 << 20;

}  // namespace

Result<ByteView> ContentWindow::view(std::uint64_t at, std::size_t count) {
    if (at > size() || count > size() - at)
        return Error(Code::kInvalidContent, "the object ends too early");
    if (count > kMostAtOnce) return Error(Code::kTooLarge, "a value that is too large");
    if (Bytes const* const all = content_.in_memory())
        return ByteView(*all).subspan(static_cast<std::size_t>(at), count);
    if (at < begin_ || at + count > begin_ + octets_.size()) TRY(fill(at, count));
    return ByteView(octets_).subspan(static_cast<std::size_t>(at - begin_), count);
}

Status ContentWindow::fill(std::uint64_t at, std::size_t count) {
    if (++fills_ > kMostFills) return Error(Code::kTooLarge, "too much to look through");
    std::uint64_t const end =
        at + std::min<std::uint64_t>(std::max(count, next_size_), size() - at);
    next_size_ = std::min(next_size_ * 2, kLargestFill);
    octets_.clear();
    begin_ = at;
    std::uint64_t passed = 0;
    auto const read = content_.read([&](ByteView piece) -> Status {
        std::uint64_t const from = std::max(passed, at);
        std::uint64_t const to = std::min(passed + piece.size(), end);
        if (from < to) {
            ByteView const wanted = piece.subspan(static_cast<std::size_t>(from - passed),
                                                  static_cast<std::size_t>(to - from));
            octets_.insert(octets_.end(), wanted.begin(), wanted.end());
        }
        passed += piece.size();
        if (passed < end) return {};
        return Error(Code::kInternal, "enough");  // ends the reading
    });
    if (octets_.size() == end - at) return {};
    octets_.clear();
    if (!read) return read.error();
    return Error(Code::kStorageUnavailable, "a content that is shorter than it says");
}

}  // namespace musubi::dicomparts
