#pragma once
// Submission sets as they lie in the registry, one after the other, for whoever takes everything
// elsewhere. Reads only; for an operator who may, and has written that down. Thread-safe.

#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

#include <string>
#include <vector>

namespace musubi::registry {

struct StoredSet {
    std::int64_t patient_key = 0, key = 0;
    std::string patient;  ///< CX of who stands for the person today
    std::string owner;    ///< member that published
    std::string unique_id;
};
/// Behind (patient_key, key), at most `limit`; each patient's in the order in which they came.
Result<std::vector<StoredSet>> sets_after(pg::Pool& pool, std::int64_t patient_key,
                                          std::int64_t key, int limit);

/// What this set brought: itself, its entries and folders, and its associations, as ebRIM without
/// anything around it; all approved, as they were when they came. kNotFound: the keys of who
/// published it were destroyed.
Result<std::string> objects_of_set(pg::Pool& pool, vault::KeyRing& keys, StoredSet const& set);

}  // namespace musubi::registry
