#pragma once
// A parsed XML document as a read-only tree.
//
// Ownership: the Document owns everything; an Element is a handle of one pointer, and it and every
// string_view it gives out live as long as the Document (moving the Document keeps them valid).
// Thread-safety: const access from many threads. Text is UTF-8.
// A null Element (false in a condition) answers every question with "nothing", so that a chain of
// first_child() calls needs one check at its end.
//
// White space between child elements is dropped; white space that is an element's only content, or
// part of mixed content, is kept. Comments and processing instructions are dropped.

#include "platform/base/error.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::xml {

inline constexpr std::string_view kXsiNamespace = "http://www.w3.org/2001/XMLSchema-instance";
inline constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";

struct ElementData;  // node.h, private to this room
struct DocumentData;

struct Attribute {
    std::string_view namespace_uri;  ///< empty for the usual unqualified attribute
    std::string_view local_name;
    std::string_view value;  ///< after XML attribute-value normalisation
};

class Element {
public:
    class Children;

    Element() = default;
    explicit Element(ElementData const* data) : data_(data) {}
    explicit operator bool() const { return data_ != nullptr; }
    bool operator==(Element const&) const = default;

    std::string_view namespace_uri() const;
    std::string_view local_name() const;
    bool is(std::string_view namespace_uri, std::string_view local_name) const;

    std::optional<std::string_view> attribute(
        std::string_view local_name) const;  ///< in no namespace
    std::optional<std::string_view> attribute(std::string_view namespace_uri,
                                              std::string_view local_name) const;
    std::size_t attribute_count() const;
    Attribute attribute_at(std::size_t index) const;

    Element parent() const;
    Children children() const;  ///< child elements in document order
    Element first_child() const;
    Element first_child(std::string_view namespace_uri, std::string_view local_name) const;
    Element next_sibling() const;
    Element next_sibling(std::string_view namespace_uri, std::string_view local_name) const;

    /// The character data directly inside this element, CDATA included, untrimmed; not that of
    /// descendants.
    std::string_view text() const;
    std::uint32_t line() const;  ///< 1-based line on which the start tag ends
    ElementData const* data() const { return data_; }

private:
    ElementData const* data_ = nullptr;
};

class Element::Children {
public:
    class Iterator {
    public:
        explicit Iterator(Element at) : at_(at) {}
        Element operator*() const { return at_; }
        Iterator& operator++() {
            at_ = at_.next_sibling();
            return *this;
        }
        bool operator==(Iterator const&) const = default;

    private:
        Element at_;
    };
    explicit Children(Element first) : first_(first) {}
    Iterator begin() const { return Iterator(first_); }
    Iterator end() const { return Iterator(Element()); }

private:
    Element first_;
};

/// The namespace that `prefix` stands for at `element` ("" is the default namespace): for QName
/// values such as xsi:type. Nothing when the prefix is not declared there.
std::optional<std::string_view> resolve_prefix(Element element, std::string_view prefix);

/// One violation of the schema, in our words. `path` is made of local names:
/// "Envelope/Body/AdhocQueryRequest".
struct SchemaFinding {
    Issue issue;
    std::string path;
};

class Document {
public:
    explicit Document(std::unique_ptr<DocumentData> data);
    ~Document();
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;

    Element root() const;
    /// Empty unless parsed with OnSchemaError::kKeepDocument; at most Limits::findings entries.
    std::vector<SchemaFinding> const& schema_findings() const;

private:
    std::unique_ptr<DocumentData> data_;
};

}  // namespace musubi::xml
