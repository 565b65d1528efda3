#pragma once
// What the door of DICOM web services hands to a transaction and sends back (DICOM PS3.18).

#include "platform/base/content.h"

#include <memory>
#include <string>
#include <vector>

namespace musubi::dicomweb {

struct Incoming {
    std::string path;    ///< below the service, without a slash at its beginning: "studies/1.2.3"
    std::string query;   ///< of the URL, behind '?'
    std::string accept;  ///< the header; empty when absent
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

}  // namespace musubi::dicomweb
