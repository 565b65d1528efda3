#include "xca/cause.h"

#include <algorithm>

namespace musubi::xca {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// As a whole: one id may be another's beginning.
bool has_id(std::string_view text, std::string_view id) {
    for (std::size_t at = text.find(id); at != text.npos; at = text.find(id, at + 1)) {
        std::string_view const behind = text.substr(at + id.size());
        bool const begins = at == 0 || (!is_digit(text[at - 1]) && text[at - 1] != '.');
        bool const goes_on =
            !behind.empty() &&
            (is_digit(behind[0]) || (behind[0] == '.' && behind.size() > 1 && is_digit(behind[1])));
        if (begins && !goes_on) return true;
    }
    return false;
}

bool names(ebxml::RegistryErrorRow const& row, std::string const& id) {
    return !id.empty() && (has_id(row.location, id) || has_id(row.context, id));
}

}  // namespace

ebxml::RegistryErrorRow const* cause_of(std::string const& id, std::vector<std::string> const& all,
                                        ebxml::RegistryResponse const& response) {
    ebxml::RegistryErrorRow const* of_all = nullptr;
    for (ebxml::RegistryErrorRow const& row : response.errors) {
        if (row.severity != Severity::kError) continue;
        if (names(row, id)) return &row;
        if (of_all) continue;
        bool const of_another = std::any_of(
            all.begin(), all.end(), [&](std::string const& one) { return names(row, one); });
        if (!of_another) of_all = &row;
    }
    return of_all;
}

}  // namespace musubi::xca
