#pragma once
// Where the frames of an image lie in its file (PS3.5 8.1, A.4; PS3.3 C.7.6.3): of native pixels by
// their size, of compressed ones by the extended or the basic offset table, or one fragment for
// each frame; all fragments where there is but one frame. Thread-safe. Memory: 16 octets for each
// fragment, a million at most; the content is read once or twice, never held.

#include "platform/base/content.h"

namespace musubi::dicomparts {

struct Extent {
    std::uint64_t offset = 0, size = 0;
};
/// That may be asked for at once, and that metadata refer to.
inline constexpr std::size_t kMostFrames = 1000;
using Frame = std::vector<Extent>;  ///< its octets, one piece behind the other

/// `numbers`: from 1, in ascending order. kNotFound: the image has no such frame, or the object no
/// pixels; kUnsupported: frames that do not begin at an octet, a transfer syntax that cannot be
/// looked into; kInvalidContent: pixels that do not fit what is said about them, or a broken file;
/// kTooLarge; as Content::read().
Result<std::vector<Frame>> find_frames(Content const& object,
                                       std::vector<std::uint32_t> const& numbers);

}  // namespace musubi::dicomparts
