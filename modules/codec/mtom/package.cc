#include "codec/mtom/package.h"

#include "platform/base/text.h"

#include <algorithm>
#include <array>

namespace musubi::mtom {
namespace {

constexpr std::string_view kPrefix = "MIMEBoundary_";

/// The random half of the boundary, which makes the Content-IDs of two packages different.
std::string_view tag_of(std::string_view boundary) {
    return boundary.starts_with(kPrefix) ? boundary.substr(kPrefix.size()) : boundary;
}

bool fits_header(std::string_view value) {
    return !value.empty() && value.size() <= 256 &&
           std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}
/// A document that is itself a package is octets here: readers that look for parts wherever they
/// are told of some would take it apart (the type that counts is told in the message).
bool is_composite(std::string_view type) {
    std::string const lower = to_lower_ascii(type);
    return lower.starts_with("multipart/") || lower.starts_with("message/");
}
/// Fit to stand between quotes.
bool fits_quotes(std::string_view value) {
    return fits_header(value) && value.find_first_of("\"\\") == std::string_view::npos;
}

}  // namespace

std::string make_boundary(IdSource& ids) {
    std::array<std::uint8_t, 16> random{};
    ids.random(random.data(), random.size());
    return std::string(kPrefix) + to_hex(random);
}

std::string attachment_id(std::string_view boundary, std::size_t number) {
    return std::to_string(number) + "." + std::string(tag_of(boundary)) + "@musubi";
}

Package write_package(std::string envelope, std::vector<Attachment> attachments,
                      std::string const& boundary, std::string_view action) {
    std::string const root_id = "root." + std::string(tag_of(boundary)) + "@musubi";
    Package package;
    package.content_type = "multipart/related; boundary=\"" + boundary +
                           "\"; type=\"application/xop+xml\"; start=\"<" + root_id +
                           ">\"; start-info=\"application/soap+xml\"";
    if (fits_quotes(action)) package.content_type += "; action=\"" + std::string(action) + "\"";

    std::string text =
        "--" + boundary +
        "\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"application/soap+xml\"\r\n"
        "Content-Transfer-Encoding: binary\r\nContent-ID: <" +
        root_id + ">\r\n\r\n" + std::move(envelope);
    for (Attachment& part : attachments) {
        bool const fits = fits_header(part.content_type) && !is_composite(part.content_type);
        text += "\r\n--" + boundary +
                "\r\nContent-Type: " + (fits ? part.content_type : "application/octet-stream") +
                "\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <" + part.content_id +
                ">\r\n\r\n";
        package.segments.push_back({std::move(text), std::move(part.content)});
        text.clear();
    }
    text += "\r\n--" + boundary + "--\r\n";
    package.segments.push_back({std::move(text), nullptr});
    for (PackageSegment const& segment : package.segments) {
        package.size += segment.text.size() + (segment.content ? segment.content->size() : 0);
    }
    return package;
}

}  // namespace musubi::mtom
