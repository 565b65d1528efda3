#include "platform/xml/tree_builder.h"

#include "platform/base/text.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace musubi::xml {
namespace {

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Writes at most three octets per unit; returns the end.
char* encode(std::u16string_view text, char* out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        char32_t c = text[i];
        if (c < 0x80) {
            *out++ = static_cast<char>(c);
            continue;
        }
        if (c >= 0xd800 && c <= 0xdfff) {
            char32_t const low = c < 0xdc00 && i + 1 < text.size() ? text[i + 1] : 0;
            if (low >= 0xdc00 && low <= 0xdfff) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                ++i;
            } else {
                c = 0xfffd;
            }
        }
        out = put_utf8(out, c);
    }
    return out;
}

std::size_t hash(std::u16string_view text) {
    std::uint32_t h = 2166136261U;
    for (char16_t c : text) h = (h ^ c) * 16777619U;
    return h ^ h >> 15;
}

}  // namespace

std::string to_utf8(std::u16string_view text) {
    std::string out(text.size() * 3, '\0');
    out.resize(static_cast<std::size_t>(encode(text, out.data()) - out.data()));
    return out;
}

template <class T>
T* TreeBuilder::make() {
    return new (document_.arena.allocate(sizeof(T), alignof(T))) T();
}

template <class T>
std::span<T const> TreeBuilder::keep(std::vector<T>& items) {
    if (items.empty()) return {};
    T* const memory =
        static_cast<T*>(document_.arena.allocate(sizeof(T) * items.size(), alignof(T)));
    std::uninitialized_copy(items.begin(), items.end(), memory);
    std::span<T const> const kept(memory, items.size());
    items.clear();
    return kept;
}

std::string_view TreeBuilder::copy(std::u16string_view text) {
    if (text.empty()) return {};
    bool const ascii = std::all_of(text.begin(), text.end(), [](char16_t c) { return c < 0x80; });
    if (ascii) {
        char* const memory = static_cast<char*>(document_.arena.allocate(text.size(), 1));
        std::transform(text.begin(), text.end(), memory,
                       [](char16_t c) { return static_cast<char>(c); });
        return {memory, text.size()};
    }
    std::string const converted = to_utf8(text);
    char* const memory = static_cast<char*>(document_.arena.allocate(converted.size(), 1));
    std::memcpy(memory, converted.data(), converted.size());
    return {memory, converted.size()};
}

// Names, namespaces and indentation repeat: a small direct-mapped cache spares most copies. A
// collision only costs another copy, so no input can make it slow.
std::string_view TreeBuilder::intern(std::u16string_view text) {
    if (text.empty()) return {};
    Slot& slot = interned_[hash(text) % interned_.size()];
    if (slot.key == text) return slot.utf8;
    std::size_t const size = text.size() * sizeof(char16_t);
    auto* const key = static_cast<char16_t*>(document_.arena.allocate(size, alignof(char16_t)));
    std::memcpy(key, text.data(), size);
    slot = {{key, text.size()}, copy(text)};
    return slot.utf8;
}

void TreeBuilder::declare_prefix(std::u16string_view prefix, std::u16string_view uri) {
    pending_declarations_.push_back({intern(prefix), intern(uri)});
}

void TreeBuilder::add_attribute(std::u16string_view uri, std::u16string_view local,
                                std::u16string_view value) {
    pending_attributes_.push_back({intern(uri), intern(local), copy(value)});
}

void TreeBuilder::start_element(std::u16string_view uri, std::u16string_view local,
                                std::uint32_t line) {
    flush_text();
    auto* const element = make<ElementData>();
    element->namespace_uri = intern(uri);
    element->local_name = intern(local);
    element->attributes = keep(pending_attributes_);
    element->declarations = keep(pending_declarations_);
    element->line = line;
    element->parent = open_;
    if (open_ == nullptr) {
        document_.root = element;
    } else {
        // The text just before this child was noted without knowing the child.
        if (TextRun* const run = last_runs_.back(); run != nullptr && run->before == open_) {
            run->before = element;
        }
        (open_->last_child ? open_->last_child->next_sibling : open_->first_child) = element;
        open_->last_child = element;
    }
    open_ = element;
    last_runs_.push_back(nullptr);
}

void TreeBuilder::flush_text() {
    if (pending_text_.empty()) return;
    if (open_ != nullptr) {
        bool const blank = pending_text_.find_first_not_of(u" \t\r\n") == std::u16string::npos;
        auto* const run = make<TextRun>();
        run->text = blank ? intern(pending_text_) : copy(pending_text_);
        run->before = open_;  // stands for "not known yet"; an element is never its own child
        TextRun*& last = last_runs_.back();
        (last ? last->next : open_->first_run) = run;
        last = run;
    }
    pending_text_.clear();
}

/// Decides what the text runs of a finished element were: its text, its indentation, or mixed
/// content.
void TreeBuilder::settle_mixed(ElementData& element) {
    TextRun* const first = element.first_run;
    if (first == nullptr) return;
    if (element.first_child == nullptr) {
        element.text = first->text;
        element.first_run = nullptr;
        return;
    }
    bool blank = true;
    std::size_t size = 0;
    for (TextRun* run = first; run != nullptr; run = run->next) {
        if (run->before == &element) run->before = nullptr;
        blank = blank && is_blank(run->text);
        size += run->text.size();
    }
    if (blank) {
        element.first_run = nullptr;
        return;
    }
    char* const memory = static_cast<char*>(document_.arena.allocate(size, 1));
    char* out = memory;
    for (TextRun* run = first; run != nullptr; run = run->next) {
        out = std::copy(run->text.begin(), run->text.end(), out);
    }
    element.text = {memory, size};
}

void TreeBuilder::end_element() {
    flush_text();
    settle_mixed(*open_);
    last_runs_.pop_back();
    open_ = open_->parent;
}

}  // namespace musubi::xml
