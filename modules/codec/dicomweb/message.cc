#include "codec/dicomweb/message.h"

#include "codec/dicomparts/slices.h"

namespace musubi::dicomweb {
namespace {

int status_of(Code code) {
    switch (code) {
        case Code::kInvalidMessage:
        case Code::kInvalidContent: return 400;
        case Code::kUnsupported: return 406;
        case Code::kUnauthenticated: return 401;
        case Code::kDenied: return 403;
        case Code::kNotFound: return 404;
        case Code::kConflict: return 409;
        case Code::kTooLarge: return 413;
        case Code::kBusy:
        case Code::kPeerUnavailable:
        case Code::kStorageUnavailable: return 503;
        case Code::kInternal: return 500;
    }
    return 500;
}

std::string typed(std::string const& transfer_syntax) {
    return "application/dicom; transfer-syntax=" + transfer_syntax;
}

}  // namespace

Outgoing text_answer(int status, std::string text) {
    Outgoing out{status, "text/plain; charset=utf-8", {}};
    out.body.push_back({std::move(text) + "\n", nullptr});
    return out;
}

Outgoing error_answer(Error const& error) {
    std::string text;
    for (Issue const& issue : error.issues) text += (text.empty() ? "" : "; ") + issue.context;
    if (text.empty()) text = to_string(error.code);
    return text_answer(status_of(error.code), std::move(text));
}

Outgoing object_answer(std::shared_ptr<Content const> object, std::string const& transfer_syntax) {
    Outgoing out{200, typed(transfer_syntax), {}};
    out.body.push_back({"", std::move(object)});
    return out;
}

Outgoing package_answer(int status, std::vector<PackedObject> objects,
                        std::string const& boundary) {
    Outgoing out{
        status, "multipart/related; type=\"application/dicom\"; boundary=\"" + boundary + "\"", {}};
    std::string before;
    for (PackedObject& object : objects) {
        before += "--" + boundary + "\r\nContent-Type: " + typed(object.transfer_syntax) +
                  "\r\nContent-Length: " + std::to_string(object.content->size()) + "\r\n\r\n";
        out.body.push_back({std::move(before), std::move(object.content)});
        before = "\r\n";
    }
    out.body.push_back({before + "--" + boundary + "--\r\n", nullptr});
    return out;
}

Outgoing metadata_answer(int status, std::vector<std::shared_ptr<Content const>> objects) {
    Outgoing out{status, "application/dicom+json", {}};
    std::string before = "[";
    for (auto& object : objects) {
        out.body.push_back({std::move(before), std::move(object)});
        before = ",";
    }
    out.body.push_back({objects.empty() ? "[]" : "]", nullptr});
    return out;
}

Outgoing frames_answer(std::shared_ptr<Content const> image,
                       std::vector<dicomparts::Frame> const& frames,
                       std::string const& content_type, std::string const& boundary) {
    bool const package = !boundary.empty();
    Outgoing out{200, content_type, {}};
    if (package)
        out.content_type = "multipart/related; type=\"" +
                           content_type.substr(0, content_type.find(';')) + "\"; boundary=\"" +
                           boundary + "\"";
    // One content for all of them: the image is read once.
    std::vector<dicomparts::Slice> slices;
    std::string before;
    for (dicomparts::Frame const& frame : frames) {
        std::uint64_t size = 0;
        for (dicomparts::Extent const& one : frame) size += one.size;
        if (package)
            before += "--" + boundary + "\r\nContent-Type: " + content_type +
                      "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
        for (dicomparts::Extent const& one : frame) {
            slices.push_back({std::move(before), one.offset, one.size});
            before.clear();
        }
        before = package ? "\r\n" : "";
    }
    out.body.push_back(
        {"", std::make_shared<dicomparts::SlicedContent>(std::move(image), std::move(slices))});
    if (package) out.body.push_back({"\r\n--" + boundary + "--\r\n", nullptr});
    return out;
}

}  // namespace musubi::dicomweb
