#include "core/outbox_fields.h"

#include <cstdint>

namespace musubi::core {

void put_field(Bytes& out, std::string_view text) {
    auto const size = static_cast<std::uint32_t>(text.size());
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(size >> shift));
    out.insert(out.end(), text.begin(), text.end());
}

std::optional<std::vector<std::string>> fields_of(ByteView plain) {
    std::vector<std::string> fields;
    while (!plain.empty()) {
        if (plain.size() < 4) return std::nullopt;
        std::uint32_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) size = (size << 8) | plain[i];
        plain = plain.subspan(4);
        if (plain.size() < size) return std::nullopt;
        fields.emplace_back(as_text(plain.first(size)));
        plain = plain.subspan(size);
    }
    return fields;
}

}  // namespace musubi::core
