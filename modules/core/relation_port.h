#pragma once
// Whether members treat patients, as far as the region can know: for the review of the audit trail.
// `node` provides it from the agreement, the patient index and what members declared. Thread-safe.

#include "platform/base/clock.h"
#include "platform/base/result.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::core {

class RelationPort {
public:
    virtual ~RelationPort() = default;
    /// Of these patients (regional ids, CX) those with whom the member had no relation between the
    /// two times: none of its authorities has fed the person, nobody declared that it treats him,
    /// and it did not break the glass for him (that is reviewed by itself). None of a member that
    /// the agreement exempts from consent, or does not know.
    virtual Result<std::set<std::string>> untreated(std::string const& member,
                                                    std::vector<std::string> const& patients,
                                                    WallTime from, WallTime to) const = 0;
};

}  // namespace musubi::core
