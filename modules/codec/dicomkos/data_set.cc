#include "codec/dicomkos/data_set.h"

#include "codec/dicomkos/uids.h"

#include <algorithm>

namespace musubi::dicomkos {
namespace {

constexpr Tag kItem = 0xFFFE'E000, kItemEnd = 0xFFFE'E00D, kSequenceEnd = 0xFFFE'E0DD;
constexpr std::uint32_t kUndefined = 0xFFFF'FFFF;
constexpr std::size_t kPreamble = 128;

struct Header {
    Tag tag = 0;
    bool sequence = false;  ///< says so itself
    bool unknown =
        false;  ///< VR UN: of undefined length it holds items in implicit VR (PS3.5 6.2.2)
    bool fragments = false;  ///< encapsulated octets, no items
    std::uint32_t length = 0;
};

class Walker {
public:
    Walker(ByteView input, std::span<Tag const> wanted, ReadLimits const& limits)
        : input_(input), wanted_(wanted), limits_(limits) {}

    ReadOutcome run(Encoding encoding, DataSet& into) {
        static_cast<void>(data_set(input_.size(), false, encoding, &into, 0));
        return outcome_;
    }

    /// Whether an element's header could be read at the current place.
    bool header(std::size_t end, Encoding encoding, Header& out) {
        if (!tag_at(end, out.tag)) return false;
        if (encoding == Encoding::kImplicit || out.tag >> 16 == 0xFFFE) return length4(end, out);
        if (!has(end, 4)) return false;
        char const a = static_cast<char>(input_[at_]), b = static_cast<char>(input_[at_ + 1]);
        if (a < 'A' || a > 'Z' || b < 'A' || b > 'Z') return broken("no value representation");
        out.sequence = a == 'S' && b == 'Q';
        out.unknown = a == 'U' && b == 'N';
        out.fragments = a == 'O';
        if (!is_long(a, b)) {
            out.length = static_cast<std::uint32_t>(input_[at_ + 2] | input_[at_ + 3] << 8);
            at_ += 4;
            return true;
        }
        at_ += 4;
        return length4(end, out);
    }

    std::size_t at() const { return at_; }
    ReadOutcome const& outcome() const { return outcome_; }
    bool value(std::size_t end, Header const& head, ByteView& out) {
        if (head.length == kUndefined) return broken("a value of undefined length");
        if (!has(end, head.length)) return false;
        out = input_.subspan(at_, head.length);
        at_ += head.length;
        return true;
    }
    void rewind(std::size_t to) { at_ = to; }

private:
    /// In implicit VR nothing tells a sequence of defined length from a text: these are entered.
    static bool is_sequence(Tag tag) {
        constexpr Tag kEntered[] = {0x0008'0051, 0x0008'1115, 0x0008'1199,
                                    0x0040'A043, 0x0040'A370, 0x0040'A375};
        return std::find(std::begin(kEntered), std::end(kEntered), tag) != std::end(kEntered);
    }
    static bool is_long(char a, char b) {
        constexpr std::string_view kLong = "OBODOFOLOVOWSQSVUCUNURUTUV";
        for (std::size_t i = 0; i + 1 < kLong.size(); i += 2) {
            if (kLong[i] == a && kLong[i + 1] == b) return true;
        }
        return false;
    }
    bool broken(char const* why) {
        outcome_ = {ReadState::kBroken, why, false};
        return false;
    }
    /// What a part says about its length must fit its surroundings; the whole may be cut short.
    bool has(std::size_t end, std::size_t octets) {
        if (octets <= end - at_) return true;
        if (end == input_.size())
            outcome_ = {ReadState::kCutShort, "the data set ends too early", false};
        else
            broken("longer than what it stands in");
        return false;
    }
    std::uint32_t number4() {
        std::uint32_t const n = static_cast<std::uint32_t>(input_[at_]) |
                                static_cast<std::uint32_t>(input_[at_ + 1]) << 8 |
                                static_cast<std::uint32_t>(input_[at_ + 2]) << 16 |
                                static_cast<std::uint32_t>(input_[at_ + 3]) << 24;
        at_ += 4;
        return n;
    }
    bool tag_at(std::size_t end, Tag& out) {
        if (!has(end, 4)) return false;
        std::uint32_t const n = number4();
        out = n << 16 | n >> 16;
        return true;
    }
    bool length4(std::size_t end, Header& out) {
        if (!has(end, 4)) return false;
        out.length = number4();
        return true;
    }
    bool wants(Tag tag) const { return std::binary_search(wanted_.begin(), wanted_.end(), tag); }

    bool data_set(std::size_t end, bool open_ended, Encoding encoding, DataSet* into, int depth) {
        if (depth > limits_.depth) return broken("nested too deep");
        while (at_ < end) {
            std::size_t const start = at_;
            Header head;
            if (!header(end, encoding, head)) return false;
            if (head.tag == kItemEnd && open_ended)
                return head.length == 0 || broken("an item's end with a length");
            if (head.tag >> 16 == 0xFFFE) return broken("a delimiter where none belongs");
            if (depth == 0 && head.tag > limits_.stop_behind) {
                at_ = start;
                outcome_.stopped = true;
                return true;
            }
            if (!element(end, encoding, head, into, depth)) return false;
            if (depth == 0 && head.tag == limits_.stop_behind) {
                outcome_.stopped = true;
                return true;
            }
        }
        if (!open_ended) return true;
        return has(end, 1);  // always fails: the item's end is missing
    }

    bool element(std::size_t end, Encoding encoding, Header const& head, DataSet* into, int depth) {
        bool const keep = into != nullptr && wants(head.tag);
        bool const items = head.sequence || (head.length == kUndefined && !head.fragments) ||
                           (encoding == Encoding::kImplicit && is_sequence(head.tag));
        if (!items) {
            ByteView octets;
            if (head.length == kUndefined) return broken("pixel data before what was looked for");
            if (!value(end, head, octets)) return false;
            if (!keep) return true;
            if (++kept_ > limits_.elements) return broken("too many elements");
            into->elements.push_back({head.tag, octets, {}});
            return true;
        }
        Element* made = nullptr;
        if (keep) {
            if (++kept_ > limits_.elements) return broken("too many elements");
            into->elements.push_back({head.tag, {}, {}});
            made = &into->elements.back();
        }
        bool const implicit = head.unknown || encoding == Encoding::kImplicit;
        return sequence(end, head, implicit ? Encoding::kImplicit : encoding, made, depth);
    }

    bool sequence(std::size_t end, Header const& head, Encoding encoding, Element* into,
                  int depth) {
        bool const open_ended = head.length == kUndefined;
        if (!open_ended) {
            if (!has(end, head.length)) return false;
            end = at_ + head.length;
            if (into == nullptr) {
                at_ = end;
                return true;
            }
        }
        for (;;) {
            if (!open_ended && at_ == end) return true;
            Header item;
            if (!tag_at(end, item.tag) || !length4(end, item)) return false;
            if (item.tag == kSequenceEnd && open_ended)
                return item.length == 0 || broken("a sequence's end with a length");
            if (item.tag != kItem) return broken("something else than an item in a sequence");
            DataSet* made = nullptr;
            if (into != nullptr) {
                if (++kept_ > limits_.elements) return broken("too many elements");
                made = &into->items.emplace_back();
            }
            bool const open_item = item.length == kUndefined;
            if (!open_item && !has(end, item.length)) return false;
            if (!data_set(open_item ? end : at_ + item.length, open_item, encoding, made,
                          depth + 1))
                return false;
        }
    }

    ByteView const input_;
    std::span<Tag const> const wanted_;
    ReadLimits const& limits_;
    std::size_t at_ = 0;
    std::size_t kept_ = 0;
    ReadOutcome outcome_;
};

std::string_view trimmed(ByteView value) {
    std::string_view text = as_text(value);
    auto const padding = [](char c) { return c == ' ' || c == '\0'; };
    while (!text.empty() && padding(text.back())) text.remove_suffix(1);
    while (!text.empty() && padding(text.front())) text.remove_prefix(1);
    return text;
}

}  // namespace

Element const* DataSet::find(Tag tag) const {
    for (Element const& one : elements) {
        if (one.tag == tag) return &one;
    }
    return nullptr;
}

std::string_view DataSet::text(Tag tag) const {
    Element const* const found = find(tag);
    return found ? trimmed(found->value) : std::string_view();
}

std::vector<DataSet> const& DataSet::items(Tag tag) const {
    static std::vector<DataSet> const kNone;
    Element const* const found = find(tag);
    return found ? found->items : kNone;
}

ReadOutcome read_data_set(ByteView input, Encoding encoding, std::span<Tag const> wanted,
                          ReadLimits const& limits, DataSet& into) {
    return Walker(input, wanted, limits).run(encoding, into);
}

ReadOutcome read_file_meta(ByteView input, FileMeta& into) {
    constexpr std::string_view kMark = "DICM";
    std::string_view const text = as_text(input);
    if (text.size() < kPreamble + kMark.size()) {
        return {ReadState::kCutShort, "shorter than a preamble", false};
    }
    if (text.substr(kPreamble, kMark.size()) != kMark) {
        return {ReadState::kBroken, "no DICOM file: the mark DICM is missing", false};
    }
    std::size_t const begin = kPreamble + kMark.size();
    ReadLimits const limits;
    Walker walker(input.subspan(begin), {}, limits);
    std::size_t const end = input.size() - begin;
    for (;;) {
        std::size_t const start = walker.at();
        Header head;
        if (!walker.header(end, Encoding::kExplicit, head)) {
            // Behind group 2 another encoding may begin, which is no fault of the header.
            if (!into.transfer_syntax.empty() && head.tag >> 16 != 0x0002 &&
                walker.outcome().state == ReadState::kBroken) {
                into.size = begin + start;
                return {};
            }
            return walker.outcome();
        }
        if (head.tag >> 16 != 0x0002) {
            walker.rewind(start);
            into.size = begin + start;
            break;
        }
        ByteView value;
        if (!walker.value(end, head, value)) return walker.outcome();
        into.size = begin + walker.at();
        if (head.tag == 0x0002'0002) into.sop_class = trimmed(value);
        if (head.tag == 0x0002'0003) into.sop_instance = trimmed(value);
        if (head.tag == 0x0002'0010) into.transfer_syntax = trimmed(value);
    }
    if (into.transfer_syntax.empty()) return {ReadState::kBroken, "no transfer syntax", false};
    return {};
}

bool encoding_of(std::string_view transfer_syntax, Encoding& into) {
    if (transfer_syntax == kDeflatedLittleEndian || transfer_syntax == kExplicitBigEndian)
        return false;
    into = transfer_syntax == kImplicitLittleEndian ? Encoding::kImplicit : Encoding::kExplicit;
    return true;
}

}  // namespace musubi::dicomkos
