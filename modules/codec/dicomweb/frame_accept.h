#pragma once
// In which form single frames are wanted (DICOM PS3.18 8.7.3.3, 10.4.1.1.6). Pure, thread-safe.

#include "platform/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace musubi::dicomweb {

struct FrameForm {
    std::string media_type;       ///< empty: that of the transfer syntax
    std::string transfer_syntax;  ///< empty: as the image is stored
};

struct AcceptableFrames {
    bool package = true;           ///< multipart/related; else the only frame itself
    std::vector<FrameForm> forms;  ///< any of them

    /// To be asked of the archive; empty: as the image is stored.
    std::vector<std::string> transfer_syntaxes() const;
    /// How frames of an image in this transfer syntax are labelled, with the parameter; empty: they
    /// are not acceptable, or no frames (video).
    std::string content_type(std::string_view transfer_syntax) const;
};

/// Pixels as they are (application/octet-stream, explicit little endian) where nothing is said, and
/// compressed ones by the media types of PS3.18 table 8.7.3-5. `one`: a single frame is asked for,
/// which may come without a package. kInvalidContent (400), kUnsupported (406).
Result<AcceptableFrames> read_frame_accept(std::string_view accept, bool one);

}  // namespace musubi::dicomweb
