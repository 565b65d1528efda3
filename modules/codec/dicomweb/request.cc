#include "codec/dicomweb/request.h"

#include "codec/mtom/content_type.h"
#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/percent.h"
#include "platform/base/text.h"

#include <algorithm>
#include <map>

namespace musubi::dicomweb {
namespace {

constexpr std::string_view kExplicitLittleEndian = "1.2.840.10008.1.2.1";
constexpr std::string_view kDicom = "application/dicom";
constexpr std::size_t kMaxText = 8'192;  ///< of a query or an Accept header
constexpr std::size_t kMaxRanges = 64;

Error wrong(Code code, std::string what) {
    return Error(code, {{Severity::kError, kNoReason, std::move(what), ""}});
}

/// Parts between commas that stand outside of quotes.
std::vector<std::string_view> ranges_of(std::string_view header) {
    std::vector<std::string_view> out;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= header.size(); ++i) {
        if (i < header.size() && header[i] == '"') quoted = !quoted;
        if (i < header.size() && (quoted || header[i] != ',')) continue;
        std::string_view const part = trim(header.substr(begin, i - begin));
        if (!part.empty()) out.push_back(part);
        begin = i + 1;
    }
    return out;
}

/// q=0, q=0.0: not this one (RFC 9110 12.4.2).
bool is_refused(mtom::ContentType const& range) {
    auto const q = range.parameter("q");
    return q && !q->empty() && q->find_first_not_of("0.") == std::string::npos;
}

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

}  // namespace

Result<Selection> read_path(std::string_view path) {
    auto const words = split(path, '/');
    constexpr std::string_view kNames[] = {"studies", "series", "instances"};
    bool const good = words.size() >= 2 && words.size() <= 6 && words.size() % 2 == 0;
    Selection out;
    std::string* const into[] = {&out.study, &out.series, &out.instance};
    for (std::size_t i = 0; good && i < words.size() / 2; ++i) {
        if (words[2 * i] != kNames[i]) return wrong(Code::kNotFound, "no such resource");
        if (!is_oid(words[2 * i + 1])) return wrong(Code::kNotFound, "an identifier that is none");
        *into[i] = words[2 * i + 1];
    }
    if (!good) return wrong(Code::kNotFound, "no such resource");
    return out;
}

Result<Acceptable> read_accept(std::string_view accept, bool one) {
    if (accept.size() > kMaxText) return wrong(Code::kInvalidContent, "Accept is too long");
    auto const ranges = ranges_of(accept);
    if (ranges.size() > kMaxRanges)
        return wrong(Code::kInvalidContent, "Accept has too many ranges");
    Acceptable out;
    if (ranges.empty()) {
        out.transfer_syntaxes = {std::string(kExplicitLittleEndian)};
        return out;
    }
    bool any = false, stored = false;
    for (std::string_view const text : ranges) {
        auto const range = mtom::ContentType::parse(text);
        if (!range) return wrong(Code::kInvalidContent, "Accept cannot be read");
        Form const form = is_refused(*range) ? Form::kNone : form_of(*range, one);
        // The first form that is had; its further ranges add transfer syntaxes.
        if (form == Form::kNone || (any && out.package != (form == Form::kPackage))) continue;
        any = true;
        out.package = form == Form::kPackage;
        std::string const syntax =
            range->parameter("transfer-syntax").value_or(std::string(kExplicitLittleEndian));
        if (syntax != "*" && !is_oid(syntax))
            return wrong(Code::kInvalidContent, "Accept: transfer-syntax is no UID");
        stored = stored || syntax == "*";
        out.transfer_syntaxes.push_back(syntax);
    }
    if (!any) return wrong(Code::kUnsupported, "whole DICOM files are what there is");
    if (stored) out.transfer_syntaxes.clear();
    return out;
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
