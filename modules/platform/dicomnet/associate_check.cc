#include "platform/dicomnet/associate_check.h"

namespace musubi::dicomnet {
namespace {

constexpr std::size_t kFixedPart = 68, kTitle = 16, kMostUid = 64;
constexpr int kMostContexts = 128, kMostItems = 512;

constexpr char const* kOverlong = "an item is longer than what holds it";
constexpr char const* kBadUid = "an identifier of a wrong length";

struct Item {
    std::uint8_t type = 0;
    ByteView value;
};

std::size_t be16(ByteView from) { return static_cast<std::size_t>(from[0]) << 8 | from[1]; }

/// The next of the items that `rest` consists of.
bool take(ByteView& rest, Item& into) {
    if (rest.size() < 4) return false;
    std::size_t const length = be16(rest.subspan(2));
    if (rest.size() - 4 < length) return false;
    into = {rest[0], rest.subspan(4, length)};
    rest = rest.subspan(4 + length);
    return true;
}

std::string title(ByteView octets) {
    std::string_view text = as_text(octets);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return std::string(text);
}

char const* check_context(ByteView rest) {
    if (rest.size() < 4) return "a presentation context without a beginning";
    if (rest[0] % 2 == 0) return "an even presentation context id";
    rest = rest.subspan(4);
    for (int items = 0; !rest.empty(); ++items) {
        Item item;
        if (items == kMostItems || !take(rest, item)) return kOverlong;
        if (item.value.size() > kMostUid) return kBadUid;
    }
    return nullptr;
}

/// Lengths of 16 bits with that many octets behind each, `count` of them, and nothing else.
bool has_parts(ByteView rest, int count) {
    for (; count > 0; --count) {
        if (rest.size() < 2 || rest.size() - 2 < be16(rest)) return false;
        rest = rest.subspan(2 + be16(rest));
    }
    return rest.empty();
}

bool is_sound(Item const& item) {
    std::size_t const size = item.value.size();
    switch (item.type) {
        case 0x51:                     // maximum length
        case 0x53: return size == 4;   // asynchronous operations window
        case 0x52: return size <= 64;  // implementation class
        case 0x55: return size <= 16;  // implementation version
        case 0x54:                     // role selection
            return size >= 4 && be16(item.value) <= kMostUid && be16(item.value) == size - 4;
        case 0x56:  // extended negotiation
        case 0x57:  // common extended negotiation
            return size >= 2 && be16(item.value) <= kMostUid && be16(item.value) <= size - 2;
        case 0x58: return size >= 2 && has_parts(item.value.subspan(2), 2);  // user identity
        case 0x59: return has_parts(item.value, 1);
        default: return true;
    }
}

char const* check_user_information(ByteView rest) {
    for (int items = 0; !rest.empty(); ++items) {
        Item item;
        if (items == kMostItems || !take(rest, item)) return kOverlong;
        if (!is_sound(item)) return "user information of a wrong length";
    }
    return nullptr;
}

}  // namespace

char const* check_associate(ByteView body, AssociateFacts& into) {
    if (body.size() < kFixedPart) return "too short";
    into = {title(body.subspan(4, kTitle)), title(body.subspan(4 + kTitle, kTitle)), 0};
    ByteView rest = body.subspan(kFixedPart);
    bool user_information = false;
    for (int items = 0; !rest.empty(); ++items) {
        Item item;
        if (items == kMostItems || !take(rest, item)) return kOverlong;
        char const* wrong = nullptr;
        switch (item.type) {
            case 0x10:
                if (item.value.size() > kMostUid) wrong = kBadUid;
                break;
            case 0x20:
            case 0x21:
                wrong = ++into.contexts > kMostContexts ? "too many presentation contexts"
                                                        : check_context(item.value);
                break;
            case 0x50:
                wrong = user_information ? "user information twice"
                                         : check_user_information(item.value);
                user_information = true;
                break;
            default: wrong = "an unknown item";
        }
        if (wrong) return wrong;
    }
    return nullptr;
}

}  // namespace musubi::dicomnet
