#pragma once
// Requests for images: WADO-RS (DICOM PS3.18 10.4; RAD-107) and WADO-URI (PS3.18 9; RAD-55), as far
// as whole DICOM files are asked for. Pure, thread-safe. Errors by their Code: kInvalidContent
// (400), kNotFound (404: no such resource, or an identifier that nothing can have), kUnsupported
// (406).

#include "codec/dicomweb/message.h"

namespace musubi::dicomweb {

/// UIDs; series and instance may be empty: all of them.
struct Selection {
    std::string study, series, instance;
};

/// "studies/{s}", "studies/{s}/series/{e}", "studies/{s}/series/{e}/instances/{i}".
Result<Selection> read_path(std::string_view path);

struct Acceptable {
    bool package = true;  ///< multipart/related; else the object itself
    /// Empty: as the objects are stored.
    std::vector<std::string> transfer_syntaxes;
};

/// What WADO-RS may answer with. Without a transfer syntax a range means explicit little endian
/// (PS3.18 8.7.3.5.2). `one`: a single instance is asked for, which may come without a package.
Result<Acceptable> read_accept(std::string_view accept, bool one);

struct ObjectRequest {
    Selection selection;  ///< all three filled
    std::string transfer_syntax;
};
/// WADO-URI for application/dicom. IHE wants all three UIDs, contentType and an Accept header that
/// allows it.
Result<ObjectRequest> read_object_request(std::string_view query, std::string_view accept);

}  // namespace musubi::dicomweb
