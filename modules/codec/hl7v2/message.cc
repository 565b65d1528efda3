#include "codec/hl7v2/message.h"

#include "codec/hl7v2/escape.h"

namespace musubi::hl7v2 {
namespace {

constexpr std::string_view kDelete = "\"\"";

/// The `number`-th part (from 1) of `text`; empty when there are fewer.
std::string_view part(std::string_view text, char separator, int number) {
    if (number < 1) return {};
    std::size_t start = 0;
    for (int i = 1; i < number; ++i) {
        std::size_t const end = text.find(separator, start);
        if (end == std::string_view::npos) return {};
        start = end + 1;
    }
    return text.substr(start, text.find(separator, start) - start);
}

Presence presence_of(std::string_view raw) {
    if (raw.empty()) return Presence::kAbsent;
    return raw == kDelete ? Presence::kDelete : Presence::kValue;
}

}  // namespace

Segment::Segment(std::shared_ptr<MessageData const> data, std::size_t index)
    : data_(std::move(data)), index_(index) {}

std::string_view Segment::raw() const {
    MessageData::Span const& span = data_->segments[index_];
    return std::string_view(data_->text).substr(span.begin, span.end - span.begin);
}

std::string_view Segment::name() const { return raw().substr(0, 3); }

int Segment::occurrence() const { return data_->segments[index_].occurrence; }

int Segment::field_count() const {
    int const separators = static_cast<int>(data_->segments[index_].fields);
    return name() == "MSH" ? separators + 1 : separators;
}

std::string_view Segment::raw_field(int field) const {
    bool const header = name() == "MSH";
    if (header && field == 1) return raw().substr(3, 1);
    int const index = header ? field - 1 : field;
    MessageData::Span const& span = data_->segments[index_];
    if (index < 1 || index > static_cast<int>(span.fields)) return {};
    std::size_t const slot = span.first_field + static_cast<std::size_t>(index) - 1;
    std::size_t const begin = data_->field_starts[slot];
    bool const last = index == static_cast<int>(span.fields);
    std::size_t const end = last ? span.end : data_->field_starts[slot + 1] - 1;
    return std::string_view(data_->text).substr(begin, end - begin);
}

int Segment::repetition_count(int field) const {
    std::string_view const raw = raw_field(field);
    if (raw.empty()) return 0;
    if (name() == "MSH" && field <= 2) return 1;
    int count = 1;
    for (char const c : raw) count += c == data_->delimiters.repetition ? 1 : 0;
    return count;
}

std::string_view Segment::raw_repetition(int field, int repetition) const {
    std::string_view const raw = raw_field(field);
    if (name() == "MSH" && field <= 2) return repetition == 1 ? raw : std::string_view();
    return part(raw, data_->delimiters.repetition, repetition);
}

std::string_view Segment::raw_component(At at) const {
    std::string_view const repetition = raw_repetition(at.field, at.repetition);
    if (name() == "MSH" && at.field <= 2)
        return at.component == 1 ? repetition : std::string_view();
    return part(repetition, data_->delimiters.component, at.component);
}

std::string Segment::get(At at) const {
    std::string_view const component = raw_component(at);
    if (name() == "MSH" && at.field <= 2) return std::string(component);
    std::string_view const raw = part(component, data_->delimiters.subcomponent, at.subcomponent);
    if (raw == kDelete) return {};
    return unescape(raw, data_->delimiters, data_->charset);
}

Presence Segment::presence(At at) const { return presence_of(raw_component(at)); }
Presence Segment::field_presence(int field) const { return presence_of(raw_field(field)); }

std::size_t Message::segment_count() const { return data_->segments.size(); }
Segment Message::segment(std::size_t index) const { return Segment(data_, index); }

int Message::count(std::string_view name) const {
    int found = 0;
    for (std::size_t i = 0; i < segment_count(); ++i) found += segment(i).name() == name ? 1 : 0;
    return found;
}

std::optional<Segment> Message::find(std::string_view name, int occurrence) const {
    for (std::size_t i = 0; i < segment_count(); ++i) {
        Segment const candidate = segment(i);
        if (candidate.name() == name && candidate.occurrence() == occurrence) return candidate;
    }
    return std::nullopt;
}

std::string Message::get(std::string_view segment, At at) const {
    auto const found = find(segment);
    return found ? found->get(at) : std::string();
}

Delimiters const& Message::delimiters() const { return data_->delimiters; }
Charset const& Message::charset() const { return data_->charset; }
std::string const& Message::text() const { return data_->text; }

}  // namespace musubi::hl7v2
