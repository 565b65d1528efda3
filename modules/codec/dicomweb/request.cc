#include "codec/dicomweb/request.h"

#include "codec/dicomweb/accept_ranges.h"
#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/percent.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace musubi::dicomweb {
namespace {

constexpr std::string_view kExplicitLittleEndian = "1.2.840.10008.1.2.1";
constexpr std::string_view kDicom = "application/dicom", kDicomJson = "application/dicom+json";

enum class Form : std::uint8_t { kNone, kObject, kPackage };

Form form_of(mtom::ContentType const& range, bool one) {
    std::string const& type = range.type();
    if (type == "*/*" || type == "multipart/*") return Form::kPackage;
    if (type == "multipart/related") {
        auto const inner = range.parameter("type");
        return !inner || to_lower_ascii(*inner) == kDicom ? Form::kPackage : Form::kNone;
    }
    return one && (type == kDicom || type == "application/*") ? Form::kObject : Form::kNone;
}

using Parameters = std::map<std::string, std::string, std::less<>>;

Result<Parameters> parameters_of(std::string_view query) {
    if (query.size() > kMaxText) return wrong(Code::kInvalidContent, "the query is too long");
    Parameters out;
    for (std::string_view const part : split(query, '&')) {
        if (part.empty()) continue;
        std::size_t const equal = std::min(part.find('='), part.size());
        std::string name = TRY(percent_decoded(part.substr(0, equal)));
        std::string value = TRY(percent_decoded(part.substr(std::min(equal + 1, part.size()))));
        if (!out.try_emplace(name, std::move(value)).second)
            return wrong(Code::kInvalidContent, "a parameter stands twice");
    }
    return out;
}

/// Missing is a mistake; empty or no UID is what nothing has.
Result<std::string> uid_of(Parameters const& parameters, std::string_view name) {
    auto const found = parameters.find(name);
    if (found == parameters.end())
        return wrong(Code::kInvalidContent, std::string(name) + " is required");
    if (!is_oid(found->second)) return wrong(Code::kNotFound, std::string(name) + " names nothing");
    return found->second;
}

bool names_dicom(std::string_view list, bool wildcards) {
    for (std::string_view const range : ranges_of(list)) {
        auto const type = mtom::ContentType::parse(range);
        if (!type || is_refused(*type)) continue;
        if (type->type() == kDicom) return true;
        if (wildcards && (type->type() == "*/*" || type->type() == "application/*")) return true;
    }
    return false;
}

/// "1,4,9": from 1, ascending (PS3.18 table 10.1-1). A comma may be percent-encoded.
Result<std::vector<std::uint32_t>> frames_of(std::string_view list) {
    auto const decoded = percent_decoded(list);
    if (!decoded) return wrong(Code::kInvalidContent, "a list of frames that cannot be read");
    std::vector<std::uint32_t> out;
    for (std::string_view const word : split(*decoded, ',')) {
        if (out.size() == dicomparts::kMostFrames)
            return wrong(Code::kTooLarge, "more than " + std::to_string(dicomparts::kMostFrames) +
                                              " frames; ask for fewer");
        std::uint32_t number = 0;
        auto const read = std::from_chars(word.data(), word.data() + word.size(), number);
        // None has so many: the number is too large for a frame, not wrong.
        if (read.ec == std::errc::result_out_of_range && read.ptr == word.data() + word.size())
            return wrong(Code::kNotFound, "no such frame");
        if (read.ec != std::errc() || read.ptr != word.data() + word.size() || number == 0)
            return wrong(Code::kInvalidContent,
                         "frames are numbers from 1 with commas between them");
        if (!out.empty() && number <= out.back())
            return wrong(Code::kInvalidContent, "frames are asked for in ascending order");
        out.push_back(number);
    }
    return out;
}

}  // namespace

Result<Target> read_path(std::string_view path) {
    auto words = split(path, '/');
    Target out;
    std::string_view list;
    if (words.size() >= 3 && words.size() % 2 != 0 && words.back() == "metadata") {
        out.resource = Resource::kMetadata;
        words.pop_back();
    } else if (words.size() == 8 && words[6] == "frames") {
        out.resource = Resource::kFrames;
        list = words[7];
        words.resize(6);
    }
    constexpr std::string_view kNames[] = {"studies", "series", "instances"};
    bool const good = words.size() >= 2 && words.size() <= 6 && words.size() % 2 == 0;
    std::string* const into[] = {&out.selection.study, &out.selection.series,
                                 &out.selection.instance};
    for (std::size_t i = 0; good && i < words.size() / 2; ++i) {
        if (words[2 * i] != kNames[i]) return wrong(Code::kNotFound, "no such resource");
        if (!is_oid(words[2 * i + 1])) return wrong(Code::kNotFound, "an identifier that is none");
        *into[i] = words[2 * i + 1];
    }
    if (!good) return wrong(Code::kNotFound, "no such resource");
    if (out.resource == Resource::kFrames) out.frames = TRY(frames_of(list));
    return out;
}

Result<Acceptable> read_accept(std::string_view accept, bool one) {
    AcceptRanges const ranges = TRY(read_ranges(accept));
    Acceptable out;
    if (ranges.anything) {
        out.transfer_syntaxes = {std::string(kExplicitLittleEndian)};
        return out;
    }
    bool any = false, stored = false;
    for (mtom::ContentType const& range : ranges.wanted) {
        Form const form = form_of(range, one);
        // The first form that is had; its further ranges add transfer syntaxes.
        if (form == Form::kNone || (any && out.package != (form == Form::kPackage))) continue;
        any = true;
        out.package = form == Form::kPackage;
        std::string const syntax =
            TRY(transfer_syntax_of(range)).value_or(std::string(kExplicitLittleEndian));
        stored = stored || syntax == "*";
        out.transfer_syntaxes.push_back(syntax);
    }
    if (!any)
        return wrong(Code::kUnsupported,
                     "whole DICOM files, metadata and frames are what there is");
    if (stored) out.transfer_syntaxes.clear();
    return out;
}

Status read_metadata_accept(std::string_view accept) {
    AcceptRanges const ranges = TRY(read_ranges(accept));
    if (ranges.anything) return {};
    for (mtom::ContentType const& range : ranges.wanted) {
        std::string const& type = range.type();
        if (type == kDicomJson || type == "application/*" || type == "*/*") return {};
    }
    return wrong(Code::kUnsupported, "metadata are had as application/dicom+json");
}

Result<ObjectRequest> read_object_request(std::string_view query, std::string_view accept) {
    Parameters const parameters = TRY(parameters_of(query));
    auto const value = [&](std::string_view name) {
        auto const found = parameters.find(name);
        return found == parameters.end() ? std::string() : found->second;
    };
    if (value("requestType") != "WADO")
        return wrong(Code::kInvalidContent, "requestType must be WADO");
    if (trim(accept).empty()) return wrong(Code::kInvalidContent, "an Accept header is required");
    // Each must be there before any of them is looked at.
    for (std::string_view const name : {"studyUID", "seriesUID", "objectUID", "contentType"}) {
        if (!parameters.contains(name))
            return wrong(Code::kInvalidContent, std::string(name) + " is required");
    }
    ObjectRequest out;
    out.selection.study = TRY(uid_of(parameters, "studyUID"));
    out.selection.series = TRY(uid_of(parameters, "seriesUID"));
    out.selection.instance = TRY(uid_of(parameters, "objectUID"));
    if (!names_dicom(value("contentType"), false) || !names_dicom(accept, true) ||
        value("anonymize") == "yes")
        return wrong(Code::kUnsupported, "application/dicom, unchanged, is what there is");
    for (std::string_view const name :
         {"annotation", "rows", "columns", "region", "windowCenter", "windowWidth", "frameNumber",
          "imageQuality", "presentationUID", "presentationSeriesUID"}) {
        if (parameters.contains(name))
            return wrong(Code::kInvalidContent,
                         std::string(name) + " does not go with application/dicom");
    }
    out.transfer_syntax = value("transferSyntax");
    if (out.transfer_syntax.empty()) out.transfer_syntax = kExplicitLittleEndian;
    if (!is_oid(out.transfer_syntax))
        return wrong(Code::kInvalidContent, "transferSyntax is no UID");
    return out;
}

}  // namespace musubi::dicomweb
