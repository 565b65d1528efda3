#pragma once
// QPD-3 of ITI-21 and ITI-22: `@PID.5.1.1^value`, repeating (QIP, HL7 v2.5 2.A.59). Used inside
// codec/hl7v2. Pure functions.

#include "codec/hl7v2/problems.h"

#include <string>
#include <vector>

namespace musubi::hl7v2 {

/// One repetition with a value. Parts of the name that are left out are 1, except that a bare
/// `PID.3.4` with several subcomponents is an authority in whole.
struct SearchField {
    std::string segment;  ///< "PID"
    int field = 0, component = 1, subcomponent = 1;
    bool subcomponent_named = false;
    std::vector<std::string> values;  ///< the subcomponents of QIP.2, at least one not empty
    std::string location;             ///< "QPD^1^3^2"
};

/// All of them in order. Problems: no repetition with a value, a name that is none, too many
/// values.
std::vector<SearchField> read_search_fields(Segment const& qpd, Delimiters const& delimiters,
                                            Problems& problems);

}  // namespace musubi::hl7v2
