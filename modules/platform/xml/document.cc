#include "platform/xml/document.h"

#include "platform/xml/node.h"

namespace musubi::xml {
namespace {

Element next_named(ElementData const* from, std::string_view uri, std::string_view local) {
    for (; from != nullptr; from = from->next_sibling) {
        // The local name differs far more often than the namespace, so it is compared first.
        if (from->local_name == local && from->namespace_uri == uri) return Element(from);
    }
    return Element();
}

}  // namespace

std::string_view Element::namespace_uri() const {
    return data_ ? data_->namespace_uri : std::string_view();
}
std::string_view Element::local_name() const {
    return data_ ? data_->local_name : std::string_view();
}
bool Element::is(std::string_view uri, std::string_view local) const {
    return data_ && data_->local_name == local && data_->namespace_uri == uri;
}

std::optional<std::string_view> Element::attribute(std::string_view local) const {
    return attribute({}, local);
}

std::optional<std::string_view> Element::attribute(std::string_view uri,
                                                   std::string_view local) const {
    if (!data_) return std::nullopt;
    for (Attribute const& each : data_->attributes) {
        if (each.local_name == local && each.namespace_uri == uri) return each.value;
    }
    return std::nullopt;
}

std::size_t Element::attribute_count() const { return data_ ? data_->attributes.size() : 0; }
Attribute Element::attribute_at(std::size_t index) const {
    return index < attribute_count() ? data_->attributes[index] : Attribute();
}

Element Element::parent() const { return Element(data_ ? data_->parent : nullptr); }
Element::Children Element::children() const { return Children(first_child()); }
Element Element::first_child() const { return Element(data_ ? data_->first_child : nullptr); }
Element Element::first_child(std::string_view uri, std::string_view local) const {
    return next_named(data_ ? data_->first_child : nullptr, uri, local);
}
Element Element::next_sibling() const { return Element(data_ ? data_->next_sibling : nullptr); }
Element Element::next_sibling(std::string_view uri, std::string_view local) const {
    return next_named(data_ ? data_->next_sibling : nullptr, uri, local);
}

std::string_view Element::text() const { return data_ ? data_->text : std::string_view(); }
std::uint32_t Element::line() const { return data_ ? data_->line : 0; }

std::optional<std::string_view> resolve_prefix(Element element, std::string_view prefix) {
    if (prefix == "xml") return kXmlNamespace;
    for (ElementData const* at = element.data(); at != nullptr; at = at->parent) {
        for (NamespaceDeclaration const& each : at->declarations) {
            if (each.prefix != prefix) continue;
            // xmlns="" takes the default namespace away: unprefixed names are then in none.
            return each.uri;
        }
    }
    if (prefix.empty() && element) return std::string_view();
    return std::nullopt;
}

Document::Document(std::unique_ptr<DocumentData> data) : data_(std::move(data)) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Element Document::root() const { return Element(data_ ? data_->root : nullptr); }
std::vector<SchemaFinding> const& Document::schema_findings() const { return data_->findings; }

}  // namespace musubi::xml
