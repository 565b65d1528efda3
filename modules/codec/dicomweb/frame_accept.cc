#include "codec/dicomweb/frame_accept.h"

#include "codec/dicomweb/accept_ranges.h"
#include "platform/base/text.h"

#include <algorithm>
#include <optional>

namespace musubi::dicomweb {
namespace {

constexpr std::string_view kOctets = "application/octet-stream";
constexpr std::string_view kExplicit = "1.2.840.10008.1.2.1", kImplicit = "1.2.840.10008.1.2";

struct Row {
    std::string_view media_type, transfer_syntax;
};
/// PS3.18 table 8.7.3-5. Of each media type the default stands first; of each transfer syntax the
/// name of today before that of older editions.
constexpr Row kCompressed[] = {
    {"image/jpeg", "1.2.840.10008.1.2.4.70"},   {"image/jpeg", "1.2.840.10008.1.2.4.50"},
    {"image/jpeg", "1.2.840.10008.1.2.4.51"},   {"image/jpeg", "1.2.840.10008.1.2.4.57"},
    {"image/dicom-rle", "1.2.840.10008.1.2.5"}, {"image/x-dicom-rle", "1.2.840.10008.1.2.5"},
    {"image/jls", "1.2.840.10008.1.2.4.80"},    {"image/jls", "1.2.840.10008.1.2.4.81"},
    {"image/x-jls", "1.2.840.10008.1.2.4.80"},  {"image/x-jls", "1.2.840.10008.1.2.4.81"},
    {"image/jp2", "1.2.840.10008.1.2.4.90"},    {"image/jp2", "1.2.840.10008.1.2.4.91"},
    {"image/jpx", "1.2.840.10008.1.2.4.92"},    {"image/jpx", "1.2.840.10008.1.2.4.93"},
    {"image/jphc", "1.2.840.10008.1.2.4.201"},  {"image/jphc", "1.2.840.10008.1.2.4.202"},
    {"image/jphc", "1.2.840.10008.1.2.4.203"},
};

/// The octets of native pixels are the same in both.
bool is_native(std::string_view syntax) { return syntax == kExplicit || syntax == kImplicit; }

bool is_anything(std::string_view type) {
    return type == "*/*" || type == "multipart/*" || type == "application/*";
}

/// What is in a package, or the only part.
std::string inner_type(mtom::ContentType const& range) {
    if (range.type() != "multipart/related") return range.type();
    auto const inner = range.parameter("type");
    return inner ? to_lower_ascii(*inner) : "*/*";
}

bool is_package(mtom::ContentType const& range) {
    return range.type().starts_with("multipart/") || range.type() == "*/*";
}

/// Of a media type with this parameter ("*", a UID, or nothing); none when it is not had.
std::vector<FrameForm> forms_of(std::string const& type, std::optional<std::string> const& syntax) {
    bool const any = syntax == "*";
    std::vector<FrameForm> out;
    if (type == kOctets || is_anything(type)) {
        std::string const label = is_anything(type) ? "" : type;
        if (any) return {{label, ""}};
        if (syntax && !is_native(*syntax)) return {{label, *syntax}};
        return {{label, std::string(kExplicit)}, {label, std::string(kImplicit)}};
    }
    for (Row const& row : kCompressed) {
        if (row.media_type != type || (syntax && !any && row.transfer_syntax != *syntax)) continue;
        out.push_back({type, std::string(row.transfer_syntax)});
        if (!syntax) break;  // the default
    }
    return out;
}

}  // namespace

std::vector<std::string> AcceptableFrames::transfer_syntaxes() const {
    std::vector<std::string> out;
    for (FrameForm const& one : forms) {
        if (one.transfer_syntax.empty()) return {};
        out.push_back(one.transfer_syntax);
    }
    return out;
}

std::string AcceptableFrames::content_type(std::string_view transfer_syntax) const {
    std::string_view own = is_native(transfer_syntax) ? kOctets : "";
    for (Row const& row : kCompressed) {
        if (own.empty() && row.transfer_syntax == transfer_syntax) own = row.media_type;
    }
    if (own.empty()) return "";
    for (FrameForm const& one : forms) {
        if (!one.transfer_syntax.empty() && one.transfer_syntax != transfer_syntax) continue;
        return (one.media_type.empty() ? std::string(own) : one.media_type) + "; transfer-syntax=" +
               std::string(is_native(transfer_syntax) ? kExplicit : transfer_syntax);
    }
    return "";
}

Result<AcceptableFrames> read_frame_accept(std::string_view accept, bool one) {
    AcceptRanges const ranges = TRY(read_ranges(accept));
    AcceptableFrames out;
    if (ranges.anything) out.forms = forms_of("*/*", std::nullopt);
    for (mtom::ContentType const& range : ranges.wanted) {
        auto const syntax = TRY(transfer_syntax_of(range));
        bool const package = is_package(range);
        // The first way of packing that is had; further ranges add forms.
        if ((!package && !one) || (!out.forms.empty() && package != out.package)) continue;
        std::vector<FrameForm> forms = forms_of(inner_type(range), syntax);
        if (!forms.empty()) out.package = package;
        std::move(forms.begin(), forms.end(), std::back_inserter(out.forms));
    }
    if (out.forms.empty())
        return wrong(Code::kUnsupported,
                     "frames are had as application/octet-stream, or compressed as image/jpeg, "
                     "image/dicom-rle, image/jls, image/jp2, image/jpx or image/jphc");
    return out;
}

}  // namespace musubi::dicomweb
