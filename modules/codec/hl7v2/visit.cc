#include "codec/hl7v2/visit.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

constexpr int kClass = 2;
constexpr char const* kNoVisit = "N";
constexpr std::size_t kLongest = 200;
constexpr int kMostParts = 20;  ///< components of a field, subcomponents of a component

/// The texts of one repetition.
void read_repetition(Segment const& pv1, Delimiters const& delimiters, int field, int repetition,
                     domain::Visit& values) {
    auto const parts_of = [](std::string_view raw, char separator) {
        auto const parts = std::count(raw.begin(), raw.end(), separator) + 1;
        return static_cast<int>(std::min<std::ptrdiff_t>(parts, kMostParts));
    };
    int const components = parts_of(pv1.raw_repetition(field, repetition), delimiters.component);
    for (int c = 1; c <= components; ++c) {
        int const subcomponents =
            parts_of(pv1.raw_component({field, repetition, c, 1}), delimiters.subcomponent);
        for (int s = 1; s <= subcomponents; ++s) {
            std::string text = pv1.get({field, repetition, c, s});
            if (text.empty() || text.size() > kLongest) continue;
            if (values.size() == domain::kMostVisitValues) return;
            values.push_back({field, repetition, c, s, std::move(text)});
        }
    }
}

}  // namespace

domain::VisitChange read_visit(Message const& message, bool begins) {
    domain::VisitChange change;
    auto const pv1 = message.find("PV1");
    if (!pv1 || pv1->get({kClass}) == kNoVisit) return change;
    change.begins = begins;
    for (int const field : domain::kVisitFields) {
        if (pv1->field_presence(field) == Presence::kDelete) change.deleted.push_back(field);
        for (int r = 1; r <= pv1->repetition_count(field); ++r)
            read_repetition(*pv1, message.delimiters(), field, r, change.values);
    }
    return change;
}

void set_visit(Builder& pv1, domain::Visit const& visit) {
    bool const has_class =
        std::any_of(visit.begin(), visit.end(),
                    [](domain::VisitValue const& value) { return value.field == kClass; });
    if (!has_class) pv1.set(kClass, kNoVisit);
    for (domain::VisitValue const& value : visit)
        pv1.set(At{value.field, value.repetition, value.component, value.subcomponent}, value.text);
}

}  // namespace musubi::hl7v2
