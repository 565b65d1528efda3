#pragma once
// The parts of a query as they are compared. Internal to the room.

#include "domain/patient_feed.h"
#include "mpi/match/birth_date.h"
#include "mpi/match/names.h"

#include <optional>

namespace musubi::mpi::match {

/// A part of a name asked for, without its `*`.
struct AskedPart {
    NamePart part;
    Text letters;  ///< capitals with blanks between words, when Latin letters were asked for
    bool prefix = false;
    bool empty() const { return part.empty() && letters.empty(); }
};

struct AskedName {
    AskedPart family, given, middle;
    bool empty() const { return family.empty() && given.empty() && middle.empty(); }
};

AskedName read_asked(domain::NameCriterion const& criterion);

/// Days yyyymmdd, both included; low > high: nothing can satisfy it.
struct AskedDays {
    std::int32_t low = 0, high = 0;
};
std::optional<AskedDays> read_asked(domain::DateRange const& range);
/// All days that a possibly imprecise date may mean.
AskedDays days_of(BirthDate const& date);

}  // namespace musubi::mpi::match
