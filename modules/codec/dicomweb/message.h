#pragma once
// What the door of DICOM web services hands to a transaction and sends back (DICOM PS3.18).

#include "codec/dicomparts/frames.h"

#include <memory>
#include <string>
#include <vector>

namespace musubi::dicomweb {

struct Incoming {
    std::string path;    ///< below the service, without a slash at its beginning: "studies/1.2.3"
    std::string query;   ///< of the URL, behind '?'
    std::string accept;  ///< the header; empty when absent
    std::string service = {};  ///< the service's own address, without a slash at its end
};

/// Text, and the object whose octets follow it (null: none).
struct Piece {
    std::string text;
    std::shared_ptr<Content const> content;
};

struct Outgoing {
    int status = 200;
    std::string content_type;
    std::vector<Piece> body;
};

/// Status and a line of text for an error; the detail stays here.
Outgoing error_answer(Error const& error);
Outgoing text_answer(int status, std::string text);

/// One object as it is.
Outgoing object_answer(std::shared_ptr<Content const> object, std::string const& transfer_syntax);

struct PackedObject {
    std::shared_ptr<Content const> content;
    std::string transfer_syntax;
};
/// multipart/related of DICOM files (PS3.18 8.6.1.2). `boundary` must occur in none of them.
Outgoing package_answer(int status, std::vector<PackedObject> objects, std::string const& boundary);

/// A JSON array of metadata, each content one object (PS3.18 F.2).
Outgoing metadata_answer(int status, std::vector<std::shared_ptr<Content const>> objects);

/// Frames of an image, each labelled with `content_type`; without a boundary it is one, and comes
/// without a package.
Outgoing frames_answer(std::shared_ptr<Content const> image,
                       std::vector<dicomparts::Frame> const& frames,
                       std::string const& content_type, std::string const& boundary);

}  // namespace musubi::dicomweb
