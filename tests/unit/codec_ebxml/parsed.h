#pragma once
// XML text as a parsed document, or a failed test.

#include "platform/xml/parse.h"

#include <stdexcept>
#include <string_view>

namespace musubi::test {

inline xml::Document parsed(std::string_view text) {
    auto document = xml::parse(as_bytes(text));
    if (!document) throw std::runtime_error("not XML: " + document.error().detail);
    return std::move(*document);
}

}  // namespace musubi::test
