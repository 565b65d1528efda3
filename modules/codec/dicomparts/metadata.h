#pragma once
// What a DICOM file says beside its bulk data, in the DICOM JSON Model (PS3.18 annex F; for the
// metadata resources of 10.4.1.1.2). UTF-8, whatever character sets the file uses; numbers and
// texts as they stand in it.
//
// Pixel data are told as a BulkDataURI where their frames can be asked for, octets and texts that
// are larger than a viewer needs are left out. Nothing behind the pixels is looked at. Thread-safe;
// memory is bounded by kMostMetadata and some windows of the content, nesting by 16, time by what
// lies before the pixels.

#include "codec/dicomparts/frames.h"

namespace musubi::dicomparts {

inline constexpr std::size_t kMostMetadata = 16 << 20;  ///< octets of JSON, for one file
inline constexpr std::size_t kMostBinary = 128 * 1024;  ///< of a value that stands inline
inline constexpr std::size_t kMostText = 1 << 20;       ///< of any other value

/// One JSON object. `instance`: the address of the instance resource, for references to its frames;
/// empty: none. kInvalidContent: no DICOM file, broken, or an element in it twice;
/// kUnsupported: a transfer syntax that cannot be looked into; kTooLarge; as Content::read().
Result<std::string> read_metadata(Content const& object, std::string const& instance);

}  // namespace musubi::dicomparts
