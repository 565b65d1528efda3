#pragma once
// The key ring and the database belong together: with other keys nothing that is stored can be
// read, and what is stored from then on cannot be read with the right ones. So the database
// remembers which ring it was claimed by.

#include "core/config.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"
#include "platform/vault/master_key.h"

namespace musubi::node {

/// Opens the ring. A missing master key is made only when the database was never claimed (or has no
/// structure yet); otherwise the keys have to be restored, and the error says so.
Result<std::unique_ptr<vault::KeyRing>> open_key_ring(core::Config const& config, pg::Pool& pool);

/// The master key that the configuration names, and how it names it (vault/master_key.h).
Result<std::shared_ptr<vault::MasterKey>> master_key_of(core::Config const& config);
std::string master_description(core::Config const& config);

/// Claims a database that nobody claimed, and refuses one that another ring claimed (kConflict).
Status claim_database(pg::Pool& pool, vault::KeyRing const& keys);
/// The same for one that is only read: kConflict also when nobody claimed it.
Status check_claim(pg::Pool& pool, vault::KeyRing const& keys);

}  // namespace musubi::node
