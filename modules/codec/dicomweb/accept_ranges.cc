#include "codec/dicomweb/accept_ranges.h"

#include "platform/base/ids.h"
#include "platform/base/text.h"

namespace musubi::dicomweb {
namespace {

constexpr std::size_t kMaxRanges = 64;

}  // namespace

Error wrong(Code code, std::string what) {
    return Error(code, {{Severity::kError, kNoReason, std::move(what), ""}});
}

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

bool is_refused(mtom::ContentType const& range) {
    auto const q = range.parameter("q");
    return q && !q->empty() && q->find_first_not_of("0.") == std::string::npos;
}

Result<AcceptRanges> read_ranges(std::string_view accept) {
    if (accept.size() > kMaxText) return wrong(Code::kInvalidContent, "Accept is too long");
    auto const texts = ranges_of(accept);
    if (texts.size() > kMaxRanges)
        return wrong(Code::kInvalidContent, "Accept has too many ranges");
    AcceptRanges out;
    out.anything = texts.empty();
    for (std::string_view const text : texts) {
        auto range = mtom::ContentType::parse(text);
        if (!range) return wrong(Code::kInvalidContent, "Accept cannot be read");
        if (!is_refused(*range)) out.wanted.push_back(std::move(*range));
    }
    return out;
}

Result<std::optional<std::string>> transfer_syntax_of(mtom::ContentType const& range) {
    auto syntax = range.parameter("transfer-syntax");
    if (syntax && *syntax != "*" && !is_oid(*syntax))
        return wrong(Code::kInvalidContent, "Accept: transfer-syntax is no UID");
    return syntax;
}

}  // namespace musubi::dicomweb
