#pragma once
// The XML library's validity errors in our words. Private to this room.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace musubi::xml {

/// When the element named in a finding becomes known.
enum class FindingAt : std::uint8_t {
    kOpenElement,  ///< the innermost open one
    kNextEvent,    ///< the one that the next start or end event is about
};

struct SchemaWords {
    std::string rule;
    FindingAt at = FindingAt::kNextEvent;
};

/// `code` in the validity domain with the library's own message, from which only names and facet
/// names are taken: the message also quotes values, which must not travel. Nothing when the
/// violation is not one (length counted in UTF-16 units although the standard counts characters).
std::optional<SchemaWords> describe_violation(unsigned code, std::u16string_view message);
/// The same for the library's exceptions about values, which carry the broken facet in their
/// message only.
std::optional<SchemaWords> describe_value(std::u16string_view message);

}  // namespace musubi::xml
