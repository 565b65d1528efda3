#include "codec/dicomparts/metadata.h"

#include "codec/dicomparts/data_set.h"
#include "codec/dicomparts/dictionary.h"
#include "codec/dicomparts/json_value.h"

#include <algorithm>
#include <charconv>

namespace musubi::dicomparts {
namespace {

constexpr Tag kSpecificCharacterSet = 0x0008'0005;
constexpr Tag kNumberOfFrames = 0x0028'0008, kPixelRepresentation = 0x0028'0103;
/// Each needs tables of its own; a file has one, or a few in items.
constexpr int kMostCharacterSets = 256;

/// What holds for a data set and the items in it.
struct Surroundings {
    std::shared_ptr<TextDecoder const> decoder;
    bool is_signed = false;
};

/// Where an element stands in the JSON, with the comma before it.
struct Told {
    Tag tag = 0;
    std::size_t begin = 0, end = 0;
};

class MetadataWriter {
public:
    MetadataWriter(Content const& object, std::string const& instance)
        : window_(object), reader_(window_), instance_(instance) {}

    Result<std::string> write() {
        FileHead const head = TRY(reader_.file_head());
        Surroundings const none{std::make_shared<TextDecoder>(""), false};
        TRY(data_set(head.data_set, window_.size(), head.encoding, none, 0, false));
        return std::move(out_);
    }

private:
    static Error broken(char const* why) { return Error(Code::kInvalidContent, why); }

    /// Where it ends. `open`: with a delimiter.
    Result<std::uint64_t> data_set(std::uint64_t at, std::uint64_t end, Encoding encoding,
                                   Surroundings around, int depth, bool open) {
        if (depth > kDeepest) return broken("nested too deep");
        out_ += '{';
        std::vector<Told> told;
        for (;;) {
            if (at == end && !open) break;
            Element one = TRY(reader_.element(at, end, encoding));
            if (one.tag == kItemEnd) {
                if (!open) return broken("an item's end where none belongs");
                at = one.value;
                break;
            }
            std::size_t const begin = out_.size();
            bool const pixels = depth == 0 && is_pixel_data(one.tag);
            if (pixels) {
                pixel_data(one);
            } else {
                TRY(learn(one, around, depth));
                at = TRY(element(one, end, around, depth));
            }
            if (out_.size() != begin) told.push_back({one.tag, begin, out_.size()});
            if (pixels) break;
            if (out_.size() > kMostMetadata) return Error(Code::kTooLarge, "too much metadata");
        }
        TRY(put_in_order(told));
        out_ += '}';
        return at;
    }

    /// Some programs write items as they think of their elements; JSON has them in order (F.2.2).
    Status put_in_order(std::vector<Told>& told) {
        auto const before = [](Told const& a, Told const& b) { return a.tag < b.tag; };
        bool const ordered = std::is_sorted(told.begin(), told.end(), before);
        std::size_t const begin = told.empty() ? 0 : told.front().begin;
        if (!ordered) std::sort(told.begin(), told.end(), before);
        if (std::adjacent_find(told.begin(), told.end(), [](Told const& a, Told const& b) {
                return a.tag == b.tag;
            }) != told.end())
            return broken("an element that stands twice");
        if (ordered) return {};
        std::string sorted;
        for (Told const& one : told) {
            std::size_t const comma = out_[one.begin] == ',' ? 1 : 0;
            if (!sorted.empty()) sorted += ',';
            sorted.append(out_, one.begin + comma, one.end - one.begin - comma);
        }
        out_.replace(begin, out_.npos, sorted);
        return {};
    }

    Status learn(Element const& one, Surroundings& around, int depth) {
        if (one.tag == kSpecificCharacterSet && one.length <= kMostBinary) {
            if (++character_sets_ > kMostCharacterSets) return broken("too many character sets");
            around.decoder = std::make_shared<TextDecoder>(as_text(TRY(reader_.value(one))));
        } else if (one.tag == kPixelRepresentation && one.length == 2) {
            around.is_signed = number2(TRY(reader_.value(one)), 0) == 1;
        } else if (one.tag == kNumberOfFrames && depth == 0 && one.length <= 16) {
            std::string const text = json_number(trimmed(TRY(reader_.value(one))));
            std::from_chars(text.data(), text.data() + text.size(), frames_);
        }
        return {};
    }

    static bool is_left_out(Element const& one) {
        if ((one.tag & 0xFFFF) == 0) return true;  // lengths of groups (F.2.2)
        if (one.vr == "SQ") return false;
        return one.open || is_pixel_data(one.tag) ||
               one.length > (one.is_binary() ? kMostBinary : kMostText);
    }

    Result<std::uint64_t> element(Element const& one, std::uint64_t end, Surroundings const& around,
                                  int depth) {
        if (is_left_out(one)) return reader_.behind(one, end, depth);
        bool const now_signed =
            around.is_signed && one.items == Encoding::kImplicit && may_be_signed(one.tag);
        std::string const vr = now_signed && one.vr == "US" ? "SS" : one.vr;
        key(one.tag, vr);
        std::uint64_t behind = 0;
        if (one.vr == "SQ") {
            behind = TRY(sequence(one, end, around, depth));
        } else {
            if (one.tag == kSpecificCharacterSet)
                out_ += ",\"Value\":[\"ISO_IR 192\"]";
            else
                put_value(out_, vr, TRY(reader_.value(one)), *around.decoder);
            behind = TRY(reader_.behind(one, end, depth));
        }
        out_ += '}';
        return behind;
    }

    Result<std::uint64_t> sequence(Element const& one, std::uint64_t end,
                                   Surroundings const& around, int depth) {
        if (!one.open) end = one.value + one.length;
        bool empty = true;
        std::uint64_t at = one.value;
        while (one.open || at < end) {
            ItemHead const item = TRY(reader_.item(at, end));
            at = item.value;
            if (item.tag == kSequenceEnd) {
                if (!one.open) return broken("a sequence's end where none belongs");
                break;
            }
            out_ += empty ? ",\"Value\":[" : ",";
            empty = false;
            at = TRY(data_set(at, item.open ? end : at + item.length, one.items, around, depth + 1,
                              item.open));
            if (out_.size() > kMostMetadata) return Error(Code::kTooLarge, "too much metadata");
        }
        if (!empty) out_ += ']';
        return at;
    }

    void key(Tag tag, std::string_view vr) {
        constexpr char kDigits[] = "0123456789ABCDEF";
        out_ += out_.back() == '{' ? "\"" : ",\"";
        for (int shift = 28; shift >= 0; shift -= 4) out_ += kDigits[tag >> shift & 0xF];
        ((out_ += "\":{\"vr\":\"") += vr) += '"';
    }

    void pixel_data(Element const& one) {
        if (instance_.empty() || frames_ < 1 || frames_ > static_cast<int>(kMostFrames)) return;
        key(one.tag, one.vr);
        out_ += ",\"BulkDataURI\":\"" + instance_ + "/frames/1";
        for (int i = 2; i <= frames_; ++i) out_ += ',' + std::to_string(i);
        out_ += "\"}";
    }

    ContentWindow window_;
    DataSetReader reader_;
    std::string const& instance_;
    std::string out_;
    int frames_ = 1;
    int character_sets_ = 0;
};

}  // namespace

Result<std::string> read_metadata(Content const& object, std::string const& instance) {
    return MetadataWriter(object, instance).write();
}

}  // namespace musubi::dicomparts
