#pragma once
// What RAD-107 makes of images that have come, where not whole files are asked for: their metadata,
// or single frames of one. An image of which it cannot be made is a missed one. Thread-safe.

#include "codec/dicomparts/frames.h"
#include "codec/dicomweb/frame_accept.h"
#include "imaging/retrieval.h"

namespace musubi::imaging {

/// Octets of one answer with metadata, which is in memory until it was sent.
inline constexpr std::size_t kMostMetadata = 32 << 20;

/// Each image becomes its metadata, and its octets are let go of. `service`: where frames can be
/// asked for. kTooLarge: more than one answer may have.
Status turn_into_metadata(Delivery& delivery, std::string const& service);

struct CutFrames {
    std::vector<dicomparts::Frame> frames;
    std::string content_type;  ///< of each
};
/// Of the only image: where the frames lie in it.
CutFrames cut_frames(Delivery& delivery, std::vector<std::uint32_t> const& numbers,
                     dicomweb::AcceptableFrames const& acceptable);

}  // namespace musubi::imaging
