#include "platform/xml/subtree.h"

#include "platform/base/text.h"
#include "platform/xml/node.h"

#include <string>
#include <vector>

namespace musubi::xml {
namespace {

class SubtreeWriter {
public:
    SubtreeWriter(Writer& writer, std::span<PrefixInScope const> in_scope)
        : writer_(writer), in_scope_(in_scope) {}

    void write(ElementData const& top) {
        unqualified_ = has_unqualified(top);
        collect(top);
        write_element(top, true);
    }

private:
    struct Declared {
        std::string_view uri;
        std::string prefix;
    };

    /// "p:local". An unqualified name needs no prefix; unqualified elements are kept out of a
    /// surrounding default namespace by write_element.
    std::string name(std::string_view uri, std::string_view local, bool attribute) const {
        if (uri.empty()) return std::string(local);
        if (uri == kXmlNamespace) return "xml:" + std::string(local);
        for (PrefixInScope const& each : in_scope_) {
            if (each.uri != uri || !usable(each, attribute)) continue;
            return (each.prefix.empty() ? "" : std::string(each.prefix) + ":") + std::string(local);
        }
        for (Declared const& each : declared_) {
            if (each.uri == uri) return each.prefix + ":" + std::string(local);
        }
        return std::string(local);
    }

    /// The default namespace serves no attribute, and nothing at all once an element in no
    /// namespace has to take it away.
    bool usable(PrefixInScope const& each, bool attribute) const {
        return !each.prefix.empty() || !(attribute || unqualified_);
    }

    static bool has_unqualified(ElementData const& element) {
        if (element.namespace_uri.empty()) return true;
        for (auto const* child = element.first_child; child; child = child->next_sibling) {
            if (has_unqualified(*child)) return true;
        }
        return false;
    }

    void need(std::string_view uri, bool attribute) {
        if (uri.empty() || uri == kXmlNamespace) return;
        for (PrefixInScope const& each : in_scope_) {
            if (each.uri == uri && usable(each, attribute)) return;
        }
        for (Declared const& each : declared_) {
            if (each.uri == uri) return;
        }
        declared_.push_back({uri, "n" + std::to_string(declared_.size())});
    }

    /// The namespace of an xsi:type value and its local part; nothing when its prefix is unknown.
    static std::optional<std::pair<std::string_view, std::string_view>> type_name(
        ElementData const& element, std::string_view value) {
        value = trim(value);
        std::size_t const colon = value.find(':');
        std::string_view const prefix =
            colon == std::string_view::npos ? std::string_view() : value.substr(0, colon);
        auto const uri = resolve_prefix(Element(&element), prefix);
        if (!uri) return std::nullopt;
        return std::pair(*uri, colon == std::string_view::npos ? value : value.substr(colon + 1));
    }

    static bool is_type(Attribute const& attribute) {
        return attribute.local_name == "type" && attribute.namespace_uri == kXsiNamespace;
    }

    // Depth is bounded by Limits::depth of the parse.
    void collect(ElementData const& element) {
        need(element.namespace_uri, false);
        for (Attribute const& each : element.attributes) {
            need(each.namespace_uri, true);
            if (!is_type(each)) continue;
            if (auto const type = type_name(element, each.value)) need(type->first, true);
        }
        for (auto const* child = element.first_child; child; child = child->next_sibling)
            collect(*child);
    }

    void write_element(ElementData const& element, bool top) {
        writer_.start(name(element.namespace_uri, element.local_name, false));
        if (top) {
            for (Declared const& each : declared_)
                writer_.attribute("xmlns:" + each.prefix, each.uri);
        }
        if (element.namespace_uri.empty() && default_namespace_around())
            writer_.attribute("xmlns", "");
        for (Attribute const& each : element.attributes) {
            auto const type = is_type(each) ? type_name(element, each.value) : std::nullopt;
            writer_.attribute(
                name(each.namespace_uri, each.local_name, true),
                type ? name(type->first, type->second, true) : std::string(each.value));
        }
        write_content(element);
        writer_.end();
    }

    void write_content(ElementData const& element) {
        TextRun const* run = element.first_run;
        if (run == nullptr && element.first_child == nullptr) {
            if (!element.text.empty()) writer_.text(element.text);
            return;
        }
        for (auto const* child = element.first_child; child; child = child->next_sibling) {
            for (; run != nullptr && run->before == child; run = run->next) writer_.text(run->text);
            write_element(*child, false);
        }
        for (; run != nullptr; run = run->next) writer_.text(run->text);
    }

    bool default_namespace_around() const {
        for (PrefixInScope const& each : in_scope_) {
            if (each.prefix.empty() && !each.uri.empty()) return true;
        }
        return false;
    }

    Writer& writer_;
    std::span<PrefixInScope const> in_scope_;
    std::vector<Declared> declared_;
    bool unqualified_ = false;  ///< some element is in no namespace
};

}  // namespace

void write_subtree(Element element, Writer& writer, std::span<PrefixInScope const> in_scope) {
    if (!element) return;
    SubtreeWriter(writer, in_scope).write(*element.data());
}

}  // namespace musubi::xml
