#include "codec/dicomparts/data_set.h"

#include "codec/dicomkos/uids.h"
#include "codec/dicomparts/dictionary.h"

#include <algorithm>

namespace musubi::dicomparts {
namespace {

constexpr std::uint32_t kUndefined = 0xFFFF'FFFF;
constexpr std::string_view kLong = "OBODOFOLOVOWSQSVUCUNURUTUV";
constexpr std::string_view kShort = "AEASATCSDADSDTFLFDISLOLTPNSHSLSSSTTMUIULUS";

bool lists(std::string_view list, std::string_view vr) {
    for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
        if (list.substr(i, 2) == vr) return true;
    }
    return false;
}

Error broken(char const* why) { return Error(Code::kInvalidContent, why); }

}  // namespace

std::uint32_t number4(ByteView octets, std::size_t at) {
    return static_cast<std::uint32_t>(octets[at]) |
           static_cast<std::uint32_t>(octets[at + 1]) << 8 |
           static_cast<std::uint32_t>(octets[at + 2]) << 16 |
           static_cast<std::uint32_t>(octets[at + 3]) << 24;
}

std::uint16_t number2(ByteView octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] | octets[at + 1] << 8);
}

std::string_view trimmed(ByteView value) {
    std::string_view text = as_text(value);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return text;
}

bool Element::is_binary() const { return vr == "UN" || (vr.size() == 2 && vr[0] == 'O'); }

Result<FileHead> DataSetReader::file_head() {
    constexpr std::uint64_t kPreamble = 128;
    constexpr std::size_t kMostMeta = 64 * 1024;
    if (as_text(TRY(window_.view(kPreamble, 4))) != "DICM")
        return broken("the mark DICM is missing");
    FileHead head;
    std::uint64_t at = kPreamble + 4;
    for (;;) {
        if (at == window_.size()) break;
        if (at > kMostMeta) return broken("a head that is too long");
        // Behind group 2 another encoding may begin.
        if (number2(TRY(window_.view(at, 2)), 0) != 0x0002) break;
        Element const one = TRY(element(at, window_.size(), Encoding::kExplicit));
        if (one.open) return broken("group 2 with a sequence");
        at = TRY(behind(one, window_.size(), 0));
        if (one.tag == 0x0002'0010) head.transfer_syntax = trimmed(TRY(value(one)));
    }
    if (head.transfer_syntax.empty()) return broken("no transfer syntax");
    if (head.transfer_syntax == dicomkos::kDeflatedLittleEndian ||
        head.transfer_syntax == dicomkos::kExplicitBigEndian)
        return Error(Code::kUnsupported, "a transfer syntax that cannot be looked into");
    if (head.transfer_syntax == dicomkos::kImplicitLittleEndian)
        head.encoding = Encoding::kImplicit;
    head.data_set = at;
    return head;
}

Result<Element> DataSetReader::element(std::uint64_t at, std::uint64_t end, Encoding encoding) {
    if (at > end || end - at < 8) return broken("an element that is cut short");
    ByteView const head = TRY(window_.view(at, 8));
    Element out;
    out.tag = static_cast<Tag>(number2(head, 0)) << 16 | number2(head, 2);
    out.value = at + 8;
    if (out.tag >> 16 == 0xFFFE) {
        if (out.tag != kItemEnd || number4(head, 4) != 0) return broken("a delimiter out of place");
        return out;
    }
    if (encoding == Encoding::kImplicit) {
        out.length = number4(head, 4);
        out.items = Encoding::kImplicit;
        out.vr = TRY(vr_of(out.tag));
    } else {
        out.vr = std::string(as_text(head.subspan(4, 2)));
        if (lists(kLong, out.vr)) {
            if (end - at < 12) return broken("an element that is cut short");
            out.length = number4(TRY(window_.view(at + 8, 4)), 0);
            out.value += 4;
        } else if (lists(kShort, out.vr)) {
            out.length = number2(head, 6);
        } else {
            return broken("no value representation");
        }
    }
    out.open =
        out.length == kUndefined && (lists(kLong, out.vr) || encoding == Encoding::kImplicit);
    if (out.open) {
        out.length = 0;
        // Of undefined length are sequences and compressed pixels; what is unknown holds items in
        // implicit VR (PS3.5 6.2.2).
        if (out.vr == "UN" || (encoding == Encoding::kImplicit && !out.is_binary())) {
            out.vr = "SQ";
            out.items = Encoding::kImplicit;
        }
        if (out.vr != "SQ" && !out.is_binary()) return broken("a text of undefined length");
    } else if (out.length > end - out.value) {
        return broken("a value that is longer than what it stands in");
    }
    return out;
}

Result<ItemHead> DataSetReader::item(std::uint64_t at, std::uint64_t end) {
    if (at > end || end - at < 8) return broken("an item that is cut short");
    ByteView const octets = TRY(window_.view(at, 8));
    ItemHead out;
    out.tag = static_cast<Tag>(number2(octets, 0)) << 16 | number2(octets, 2);
    out.value = at + 8;
    out.length = number4(octets, 4);
    if (out.tag == kSequenceEnd && out.length == 0) return out;
    if (out.tag != kItem) return broken("something else than an item");
    out.open = out.length == kUndefined;
    if (out.open)
        out.length = 0;
    else if (out.length > end - out.value)
        return broken("an item that is longer than what it stands in");
    return out;
}

Result<std::uint64_t> DataSetReader::behind(Element const& element, std::uint64_t end, int depth) {
    if (!element.open) return element.value + element.length;
    for (std::uint64_t at = element.value;;) {
        ItemHead const one = TRY(item(at, end));
        if (one.tag == kSequenceEnd) return one.value;
        if (element.vr != "SQ" && one.open) return broken("a fragment of undefined length");
        at = TRY(behind_item(one, end, element.items, depth + 1));
    }
}

Result<std::uint64_t> DataSetReader::behind_item(ItemHead const& item, std::uint64_t end,
                                                 Encoding encoding, int depth) {
    if (!item.open) return item.value + item.length;
    if (depth > kDeepest) return broken("nested too deep");
    for (std::uint64_t at = item.value;;) {
        Element const one = TRY(element(at, end, encoding));
        if (one.tag == kItemEnd) return one.value;
        at = TRY(behind(one, end, depth));
    }
}

Result<ByteView> DataSetReader::value(Element const& element) {
    return window_.view(element.value, element.length);
}

}  // namespace musubi::dicomparts
