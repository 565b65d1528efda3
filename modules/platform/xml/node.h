#pragma once
// The tree's inner form, private to this room. All of it lies in the Document's arena and is
// trivially destructible.

#include "platform/xml/document.h"

#include <memory_resource>
#include <span>

namespace musubi::xml {

struct NamespaceDeclaration {
    std::string_view prefix;
    std::string_view uri;
};

/// A piece of mixed content: stands before the child `before`, or after the last child when that is
/// null.
struct TextRun {
    std::string_view text;
    ElementData const* before = nullptr;
    TextRun* next = nullptr;
};

struct ElementData {
    std::string_view namespace_uri;
    std::string_view local_name;
    std::string_view text;
    std::span<Attribute const> attributes;
    std::span<NamespaceDeclaration const> declarations;
    ElementData* parent = nullptr;
    ElementData* first_child = nullptr;
    ElementData* last_child = nullptr;
    ElementData* next_sibling = nullptr;
    TextRun* first_run =
        nullptr;  ///< only with child elements and text that is more than white space
    std::uint32_t line = 0;
};

struct DocumentData {
    explicit DocumentData(std::size_t first_block) : arena(first_block) {}
    std::pmr::monotonic_buffer_resource arena;
    ElementData* root = nullptr;
    std::vector<SchemaFinding> findings;
};

}  // namespace musubi::xml
