#include "policy/agreement_file.h"

#include "platform/base/text_file.h"

#include <chrono>

namespace musubi::policy {

Result<std::string> read_agreement_text(std::string const& file) {
    auto text = read_text_file(file);
    if (!text) text.error().detail = "agreement " + text.error().detail;
    return text;
}

std::optional<WallTime> japanese_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    int parts[3] = {0, 0, 0};
    std::size_t const starts[3] = {0, 5, 8}, lengths[3] = {4, 2, 2};
    for (int p = 0; p < 3; ++p) {
        for (std::size_t i = 0; i < lengths[p]; ++i) {
            char const c = text[starts[p] + i];
            if (c < '0' || c > '9') return std::nullopt;
            parts[p] = parts[p] * 10 + (c - '0');
        }
    }
    std::chrono::year_month_day const date{std::chrono::year(parts[0]),
                                           std::chrono::month(static_cast<unsigned>(parts[1])),
                                           std::chrono::day(static_cast<unsigned>(parts[2]))};
    if (!date.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) - std::chrono::hours(9);
}

}  // namespace musubi::policy
