#pragma once
// Making an MTOM package: a SOAP envelope and the documents it refers to. Source: XOP 1.0
// section 4.1, ITI TF-2 V.8. Pure functions; documents are shared, not copied, and streamed by
// whoever sends the segments.

#include "platform/base/content.h"
#include "platform/base/ids.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::mtom {

struct Attachment {
    std::string content_id;    ///< without <>, as attachment_id() makes them
    std::string content_type;  ///< anything unfit for a header becomes application/octet-stream
    std::shared_ptr<Content const> content;
};

/// Text, and the document whose octets follow it (empty pointer: none).
struct PackageSegment {
    std::string text;
    std::shared_ptr<Content const> content;
};

struct Package {
    std::string content_type;  ///< for the HTTP header
    std::vector<PackageSegment> segments;
    std::uint64_t size = 0;  ///< octets of all segments
};

std::string make_boundary(IdSource& ids);  ///< MIMEBoundary_ and 32 hex digits: never needs quoting
/// The Content-ID of the `number`-th attachment: letters, digits, `.`, `-` and `@` only, so that no
/// client has anything to percent-encode in `cid:` references.
std::string attachment_id(std::string_view boundary, std::size_t number);

/// `action` empty: no action parameter. A package without attachments is a package still (an ITI-41
/// answer).
Package write_package(std::string envelope, std::vector<Attachment> attachments,
                      std::string const& boundary, std::string_view action);

}  // namespace musubi::mtom
