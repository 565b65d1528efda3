#include "codec/ebxml/document_source.h"

#include "codec/ebxml/names.h"
#include "codec/ebxml/object_reader.h"
#include "platform/base/bytes.h"

namespace musubi::ebxml {
namespace {

// RFC 2392: a cid URL is the percent-encoded Content-ID; some stacks encode every colon and at
// sign.
Result<std::string> decode_percent(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        auto const octet = from_hex(text.substr(i + 1, 2));
        if (!octet || octet->size() != 1) return Error(Code::kInvalidMessage, "malformed cid URL");
        out.push_back(static_cast<char>(octet->front()));
        i += 2;
    }
    return out;
}

}  // namespace

Result<DocumentSource> read_document_source(xml::Element document) {
    xml::Element const include = document.first_child(kXop, "Include");
    if (!include) {
        if (document.first_child())
            return Error(Code::kInvalidMessage,
                         "Document holds an element that is not xop:Include");
        return DocumentSource{document.text(), {}};
    }
    if (include.next_sibling(kXop, "Include"))
        return Error(Code::kInvalidMessage, "several xop:Include in one Document");
    std::string const href = attribute_of(include, "href").value_or("");
    if (!href.starts_with("cid:"))
        return Error(Code::kInvalidMessage, "xop:Include without a cid URL");
    return DocumentSource{{}, TRY(decode_percent(std::string_view(href).substr(4)))};
}

}  // namespace musubi::ebxml
