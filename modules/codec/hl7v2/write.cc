#include "codec/hl7v2/write.h"

#include "codec/hl7v2/escape.h"
#include "platform/base/text.h"

#include <algorithm>
#include <cassert>

namespace musubi::hl7v2 {
namespace {

template <class T>
T& slot(std::vector<T>& list, int number) {
    assert(number >= 1);
    auto const index = static_cast<std::size_t>(number - 1);
    if (list.size() <= index) list.resize(index + 1);
    return list[index];
}

template <class List, class Text>
std::string join(List const& list, char separator, Text const& text_of) {
    std::string out;
    std::size_t pending = 0;  // separators are written only when something follows
    for (auto const& item : list) {
        std::string const text = text_of(item);
        if (!text.empty()) {
            out.append(pending, separator);
            pending = 0;
            out += text;
        }
        ++pending;
    }
    return out;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The message with MSH-18 and MSH-20 filled, unless MSH-18 says something already.
std::string with_declaration(std::string_view text, Charset const& charset) {
    if (charset.declared.empty() || !text.starts_with("MSH") || text.size() < 5)
        return std::string(text);
    std::size_t const end = std::min(text.find('\r'), text.size());
    char const separator = text[3];
    std::vector<std::string_view> fields = split(text.substr(0, end), separator);
    // fields[0] is "MSH", fields[1] is MSH-2, so MSH-18 is fields[17].
    if (fields.size() > 17 && !fields[17].empty()) return std::string(text);
    std::string sets = charset.declared;
    if (fields.size() > 1 && fields[1].size() > 1)
        std::replace(sets.begin(), sets.end(), '~', fields[1][1]);
    bool const with_scheme = !charset.declared_scheme.empty();
    fields.resize(std::max<std::size_t>(fields.size(), with_scheme ? 20 : 18));
    fields[17] = sets;
    if (with_scheme) fields[19] = charset.declared_scheme;
    std::string out;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i != 0) out.push_back(separator);
        out += fields[i];
    }
    return out.append(text.substr(end));
}

}  // namespace

Builder& Builder::segment(std::string_view name) {
    segments_.push_back({std::string(name), {}, {}});
    return *this;
}

Builder& Builder::set(At at, std::string_view text) {
    assert(!segments_.empty());
    Components& components = slot(slot(segments_.back().fields, at.field).parts, at.repetition);
    slot(slot(components, at.component), at.subcomponent) = escape(text, delimiters_);
    return *this;
}

Builder& Builder::raw(int field, std::string_view encoded) {
    assert(!segments_.empty());
    std::string& target = slot(segments_.back().fields, field).raw;
    target = encoded;
    // Nothing that came from outside may begin a segment of its own.
    std::replace_if(
        target.begin(), target.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return *this;
}

Builder& Builder::raw_segment(std::string_view encoded) {
    segments_.push_back({std::string(encoded.substr(0, 3)), {}, std::string(encoded)});
    std::string& text = segments_.back().raw;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return *this;
}

std::string Builder::field_text(Field const& field) const {
    if (!field.raw.empty()) return field.raw;
    auto const as_is = [](std::string const& text) { return text; };
    auto const component = [&](Subcomponents const& list) {
        return join(list, delimiters_.subcomponent, as_is);
    };
    auto const repetition = [&](Components const& list) {
        return join(list, delimiters_.component, component);
    };
    return join(field.parts, delimiters_.repetition, repetition);
}

std::string Builder::segment_text(Entry const& entry) const {
    if (!entry.raw.empty()) return entry.raw;
    std::string out = entry.name;
    std::size_t first = 0;
    if (entry.name == "MSH") {
        Delimiters const& d = delimiters_;
        out += {d.field, d.component, d.repetition, d.escape, d.subcomponent};
        first = 2;
    }
    std::size_t last = entry.fields.size();
    while (last > first && field_text(entry.fields[last - 1]).empty()) --last;
    for (std::size_t i = first; i < last; ++i) {
        out.push_back(delimiters_.field);
        out += field_text(entry.fields[i]);
    }
    return out;
}

std::string Builder::text() const {
    std::string out;
    for (Entry const& entry : segments_) {
        out += segment_text(entry);
        out.push_back('\r');
    }
    return out;
}

Result<Bytes> write(std::string_view text, Charset const& charset,
                    OnUnmappable const& on_unmappable) {
    std::string const whole = is_ascii(text) ? std::string(text) : with_declaration(text, charset);
    std::string const octets = TRY(encode_text(whole, charset, on_unmappable));
    ByteView const view = as_bytes(octets);
    return Bytes(view.begin(), view.end());
}

}  // namespace musubi::hl7v2
