#pragma once
// A part of a parsed document back to XML, with prefixes of our own choice. Pure function.
//
// The infoset survives (names, attributes, text, mixed content, xsi:type values with their
// namespace); prefixes, comments, indentation and quote style do not. Other values that hold
// prefixes (QNames in text) are copied as they are and lose their meaning.

#include "platform/xml/document.h"
#include "platform/xml/writer.h"

#include <span>
#include <string_view>

namespace musubi::xml {

/// A prefix that the text around the subtree declares already ("" for the default namespace). It is
/// used, not declared again.
struct PrefixInScope {
    std::string_view prefix;
    std::string_view uri;
};

/// Every namespace of the subtree that is not in scope is declared on its first element as n0, n1,
/// ...
void write_subtree(Element element, Writer& writer, std::span<PrefixInScope const> in_scope = {});

}  // namespace musubi::xml
