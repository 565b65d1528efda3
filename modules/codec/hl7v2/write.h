#pragma once
// Making HL7 v2 messages. A Builder is filled by one thread; write() is a pure function.

#include "codec/hl7v2/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace musubi::hl7v2 {

/// Collects segments in order. Positions as in Message; what is left out stays empty, trailing
/// separators are not written. MSH-1 and MSH-2 come from the delimiters.
class Builder {
public:
    explicit Builder(Delimiters delimiters = {}) : delimiters_(delimiters) {}

    Builder& segment(std::string_view name);     ///< begins a segment; set() then fills it
    Builder& set(At at, std::string_view text);  ///< UTF-8, escaped here
    Builder& set(int field, std::string_view text) { return set(At{field, 1, 1, 1}, text); }
    /// A field that is encoded already, in the builder's delimiters (an echoed QPD, an HD of the
    /// request).
    Builder& raw(int field, std::string_view encoded);
    Builder& raw_segment(
        std::string_view encoded);  ///< a whole segment as it is, without terminator

    std::string text() const;  ///< UTF-8, each segment ended by CR

private:
    using Subcomponents = std::vector<std::string>;
    using Components = std::vector<Subcomponents>;
    using Repetitions = std::vector<Components>;
    struct Field {
        std::string raw;
        Repetitions parts;
    };
    struct Entry {
        std::string name;
        std::vector<Field> fields;
        std::string raw;
    };
    std::string field_text(Field const& field) const;
    std::string segment_text(Entry const& entry) const;

    Delimiters delimiters_;
    std::vector<Entry> segments_;
};

/// `text` as made by Builder or Message, in the octets of `charset`. When it is not plain ASCII and
/// its MSH-18 is empty, MSH-18 and MSH-20 are filled with what `charset` declares: an answer goes
/// out in the sender's own set. kInvalidContent: a character the set lacks that `on_unmappable` did
/// not replace.
Result<Bytes> write(std::string_view text, Charset const& charset,
                    OnUnmappable const& on_unmappable = {});
inline Result<Bytes> write(Message const& message, Charset const& charset,
                           OnUnmappable const& on_unmappable = {}) {
    return write(message.text(), charset, on_unmappable);
}

}  // namespace musubi::hl7v2
