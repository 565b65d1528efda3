#pragma once
// The visit that a hospital told last beside a person (PV1 of ITI-8), kept text by text as it was
// sent: ITI-22 searches by single components of it and tells it back. Plain values, pure functions.
// Source: ITI TF-2 3.22, HL7 v2.5 3.4.3.

#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

/// One text by its place in PV1, positions from 1.
struct VisitValue {
    int field = 0, repetition = 1, component = 1, subcomponent = 1;
    std::string text;
    bool operator==(VisitValue const&) const = default;
};

/// In the order of the message; at most kMostVisitValues. Fields: kVisitFields.
using Visit = std::vector<VisitValue>;

inline constexpr std::size_t kMostVisitValues = 100;
/// Class, location, attending, referring and consulting doctor, service, admitting doctor, visit
/// number: what ITI-22 searches by.
inline constexpr int kVisitFields[] = {2, 3, 7, 8, 9, 10, 17, 19};
inline constexpr int kVisitNumber = 19;
bool is_visit_field(int field);

/// What a feed says about the visit.
struct VisitChange {
    bool begins = false;       ///< an admission or registration: nothing of the visit before stays
    Visit values;              ///< fields with something in them
    std::vector<int> deleted;  ///< fields sent as `""`
    bool empty() const { return !begins && values.empty() && deleted.empty(); }
    /// Field by field; another visit number is another visit.
    void apply_to(Visit& visit) const;
};

/// `@PV1.3.2^389`.
struct VisitCriterion {
    int field = 0, component = 1, subcomponent = 1;
    std::string value;     ///< a trailing `*` asks for a prefix
    std::string location;  ///< "QPD^1^3^4"
};

/// Every criterion is met by a repetition of its field.
bool fits(Visit const& visit, std::vector<VisitCriterion> const& criteria);

}  // namespace musubi::domain
