#include "codec/hl7v2/search_field.h"

#include "codec/hl7v2/query_frame.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

constexpr int kField = 3;  // QPD-3
constexpr int kMaxValues = 16;
constexpr int kMaxNumber = 999;

/// "@PID.5.1.1"; false when it is nothing like that.
bool read_name(std::string_view name, SearchField& out) {
    if (!name.starts_with("@")) return false;
    auto const parts = split(name.substr(1), '.');
    if (parts.size() < 2 || parts.size() > 4 || parts[0].size() != 3) return false;
    out.segment = parts[0];
    std::transform(out.segment.begin(), out.segment.end(), out.segment.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    int* const numbers[] = {&out.field, &out.component, &out.subcomponent};
    for (std::size_t i = 1; i < parts.size(); ++i) {
        auto const number = number_in(parts[i], 1, kMaxNumber);
        if (!number) return false;
        *numbers[i - 1] = *number;
    }
    out.subcomponent_named = parts.size() == 4;
    return true;
}

std::vector<std::string> read_values(Segment const& qpd, int repetition,
                                     Delimiters const& delimiters, Problems& problems) {
    std::string_view const raw = qpd.raw_component({kField, repetition, 2, 1});
    auto const count = std::count(raw.begin(), raw.end(), delimiters.subcomponent) + 1;
    if (count > kMaxValues) {
        problems.add(Reason::kDataType, location_of(qpd, kField, repetition) + "^2",
                     "more than " + std::to_string(kMaxValues) + " values");
        return {};
    }
    std::vector<std::string> values;
    for (int s = 1; s <= static_cast<int>(count); ++s)
        values.emplace_back(trim(qpd.get({kField, repetition, 2, s})));
    bool const asks = std::any_of(values.begin(), values.end(),
                                  [](std::string const& value) { return !value.empty(); });
    return asks ? values : std::vector<std::string>();
}

}  // namespace

std::vector<SearchField> read_search_fields(Segment const& qpd, Delimiters const& delimiters,
                                            Problems& problems) {
    std::vector<SearchField> fields;
    bool wrong = false;
    int const count = qpd.repetition_count(kField);
    for (int r = 1; r <= count; ++r) {
        if (qpd.raw_repetition(kField, r).empty()) continue;
        SearchField one;
        one.location = location_of(qpd, kField, r);
        if (!read_name(qpd.get({kField, r}), one)) {
            problems.add(Reason::kDataType, one.location + "^1",
                         "not a field name of the form @PID.5.1.1");
            wrong = true;
            continue;
        }
        one.values = read_values(qpd, r, delimiters, problems);
        if (!one.values.empty()) fields.push_back(std::move(one));
    }
    if (fields.empty() && !wrong)
        problems.add(Reason::kRequiredFieldMissing, "QPD^1^3", "nothing to search by");
    return fields;
}

}  // namespace musubi::hl7v2
