#pragma once
// An HL7 v2 message, decoded to UTF-8 and split into segments and fields.
//
// Ownership: a Message shares its immutable content, so copies are cheap and a Segment stays valid
// on its own. Thread-safety: immutable. Positions are HL7's: all count from 1, MSH-1 is the field
// separator, MSH-2 the encoding characters (never split, never unescaped). What is absent reads as
// an empty text; ask presence() to tell an empty field (keep what is stored) from `""` (delete it;
// HL7 v2.5 2.5.3). Source: HL7 v2.5 chapter 2, ITI TF-2 Appendix C.

#include "codec/hl7v2/charset.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::hl7v2 {

struct Delimiters {
    char field = '|';
    char component = '^';
    char repetition = '~';
    char escape = '\\';
    char subcomponent = '&';
    bool operator==(Delimiters const&) const = default;
};

struct At {
    int field = 1;
    int repetition = 1;
    int component = 1;
    int subcomponent = 1;
};

enum class Presence : std::uint8_t { kAbsent, kDelete, kValue };

struct MessageData;

class Segment {
public:
    Segment(std::shared_ptr<MessageData const> data, std::size_t index);

    std::string_view name() const;
    int occurrence()
        const;  ///< among the segments of this name, from 1: the second part of an ERL location
    int field_count() const;
    int repetition_count(int field) const;  ///< 0 when the field is empty

    /// Escapes resolved; `""` reads as empty.
    std::string get(At at) const;
    Presence presence(At at) const;  ///< of the component
    Presence field_presence(int field) const;

    /// As sent, escapes not resolved.
    std::string_view raw_field(int field) const;
    std::string_view raw_repetition(int field, int repetition) const;
    std::string_view raw_component(At at) const;
    std::string_view raw() const;  ///< the whole segment without its terminator

private:
    std::shared_ptr<MessageData const> data_;
    std::size_t index_;
};

class Message {
public:
    explicit Message(std::shared_ptr<MessageData const> data) : data_(std::move(data)) {}

    std::size_t segment_count() const;
    Segment segment(std::size_t index) const;  ///< index from 0; 0 is MSH
    int count(std::string_view name) const;
    std::optional<Segment> find(std::string_view name, int occurrence = 1) const;
    std::string get(std::string_view segment, At at) const;  ///< of the first such segment

    Delimiters const& delimiters() const;
    Charset const& charset() const;
    std::string const& text() const;  ///< UTF-8, each segment ended by CR

private:
    std::shared_ptr<MessageData const> data_;
};

/// What a Message is made of. For the parser.
struct MessageData {
    struct Span {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        std::uint32_t first_field = 0;  ///< index into field_starts
        std::uint32_t fields = 0;
        int occurrence = 1;
    };
    std::string text;
    std::vector<Span> segments;
    std::vector<std::uint32_t> field_starts;
    Delimiters delimiters;
    Charset charset;
};

}  // namespace musubi::hl7v2
