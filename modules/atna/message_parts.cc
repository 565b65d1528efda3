#include "atna/message_parts.h"

#include <algorithm>
#include <array>

namespace musubi::atna {
namespace {

// What stands before a text in base64, and the character that ends it.
struct Place {
    std::string_view before;
    char end;
};
constexpr std::array<Place, 2> kPlaces = {{{"<ParticipantObjectQuery>", '<'}, {" value=\"", '"'}}};

/// Whether `text`, which decodes to `octets`, is what encoding them gives: neither spaces, which
/// would make it longer, nor stray bits in its last characters.
bool is_encoding_of(std::string_view text, ByteView octets) {
    std::size_t const last = octets.size() % 3 == 0 ? 3 : octets.size() % 3;
    return text.size() == (octets.size() + 2) / 3 * 4 &&
           text.ends_with(to_base64(octets.last(last)));
}

/// The next stretch between such marks, or both at the end of the message.
struct Stretch {
    std::size_t begin, end;
};
Stretch next_stretch(std::string_view message, std::size_t from) {
    Stretch found{message.size(), message.size()};
    for (auto const& place : kPlaces) {
        auto const at = message.find(place.before, from);
        if (at == std::string_view::npos || at + place.before.size() >= found.begin) continue;
        auto const begin = at + place.before.size();
        found = {begin, std::min(message.find(place.end, begin), message.size())};
    }
    return found;
}

}  // namespace

std::vector<std::string> parts_of(std::string_view message) {
    std::vector<std::string> out;
    std::size_t kept = 0;
    for (auto at = next_stretch(message, 0); at.begin < message.size();
         at = next_stretch(message, at.end)) {
        auto const text = message.substr(at.begin, at.end - at.begin);
        auto const octets = from_base64(text);
        if (!octets || octets->empty() || !is_encoding_of(text, *octets)) continue;
        out.emplace_back(message.substr(kept, at.begin - kept));
        out.emplace_back(as_text(*octets));
        kept = at.end;
    }
    out.emplace_back(message.substr(kept));
    return out;
}

std::string join(std::vector<std::string> const& parts) {
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        out += i % 2 == 0 ? parts[i] : to_base64(as_bytes(parts[i]));
    return out;
}

}  // namespace musubi::atna
