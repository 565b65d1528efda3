#pragma once
// Requests for images: WADO-RS (DICOM PS3.18 10.4; RAD-107), as far as whole DICOM files, metadata
// and frames are asked for (frame_accept.h), and WADO-URI (PS3.18 9; RAD-55) for whole files. Pure,
// thread-safe. Errors by their Code: kInvalidContent (400), kNotFound (404: no such resource, or an
// identifier that nothing can have), kUnsupported (406), kTooLarge (413).

#include "codec/dicomweb/message.h"

namespace musubi::dicomweb {

/// UIDs; series and instance may be empty: all of them.
struct Selection {
    std::string study, series, instance;
};

enum class Resource : std::uint8_t { kObjects, kMetadata, kFrames };

struct Target {
    Selection selection;
    Resource resource = Resource::kObjects;
    std::vector<std::uint32_t>
        frames;  ///< of the instance, from 1, ascending; dicomparts::kMostFrames at most
};

/// "studies/{s}", "studies/{s}/series/{e}", "studies/{s}/series/{e}/instances/{i}"; each of them
/// also with "/metadata", the last one with "/frames/{n,m,...}".
Result<Target> read_path(std::string_view path);

struct Acceptable {
    bool package = true;  ///< multipart/related; else the object itself
    /// Empty: as the objects are stored.
    std::vector<std::string> transfer_syntaxes;
};

/// What WADO-RS may answer with. Without a transfer syntax a range means explicit little endian
/// (PS3.18 8.7.3.5.2). `one`: a single instance is asked for, which may come without a package.
Result<Acceptable> read_accept(std::string_view accept, bool one);

/// Whether application/dicom+json will do, which is what metadata are told in.
Status read_metadata_accept(std::string_view accept);

struct ObjectRequest {
    Selection selection;  ///< all three filled
    std::string transfer_syntax;
};
/// WADO-URI for application/dicom. IHE wants all three UIDs, contentType and an Accept header that
/// allows it.
Result<ObjectRequest> read_object_request(std::string_view query, std::string_view accept);

}  // namespace musubi::dicomweb
