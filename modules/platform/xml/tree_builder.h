#pragma once
// Makes the tree from parser events. Private to this room; knows nothing of the XML library but its
// text unit, UTF-16. One object per document, used by one thread.

#include "platform/xml/node.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::xml {

class TreeBuilder {
public:
    explicit TreeBuilder(DocumentData& document) : document_(document) {}

    /// Belongs to the element that starts next.
    void declare_prefix(std::u16string_view prefix, std::u16string_view uri);
    void add_attribute(std::u16string_view uri, std::u16string_view local,
                       std::u16string_view value);
    void start_element(std::u16string_view uri, std::u16string_view local, std::uint32_t line);
    void characters(std::u16string_view text) { pending_text_.append(text); }
    void end_element();

    ElementData const* open_element() const { return open_; }

private:
    struct Slot {
        std::u16string_view key;  ///< a copy in the arena
        std::string_view utf8;
    };

    std::string_view copy(std::u16string_view text);
    std::string_view intern(std::u16string_view text);
    void flush_text();
    void settle_mixed(ElementData& element);
    template <class T>
    std::span<T const> keep(std::vector<T>& items);
    template <class T>
    T* make();

    DocumentData& document_;
    ElementData* open_ = nullptr;
    std::u16string pending_text_;
    std::vector<NamespaceDeclaration> pending_declarations_;
    std::vector<Attribute> pending_attributes_;
    std::vector<TextRun*> last_runs_;  ///< per open element, its last text run
    std::array<Slot, 256> interned_{};
};

/// UTF-16 to UTF-8; unpaired surrogates become U+FFFD.
std::string to_utf8(std::u16string_view text);

}  // namespace musubi::xml
