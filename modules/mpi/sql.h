#pragma once
// The statements of schema mpi; executed only in store.cc.

#include "platform/pg/statement.h"

namespace musubi::mpi::sql {

inline constexpr pg::Statement kInsertPatient{
    "mpi.insert_patient", "insert into mpi.patient (regional_id, issued) values ($1, $2)"};

// Feeds about one id happen one after the other, also when nobody knows it yet.
inline constexpr pg::Statement kLockId{"mpi.lock_id", "select pg_advisory_xact_lock($1)"};

// Locks, so that two feeds about one patient happen one after the other.
inline constexpr pg::Statement kLockPatient{
    "mpi.lock_patient", "select survivor from mpi.patient where regional_id = $1 for update"};

inline constexpr pg::Statement kFindIdentifier{
    "mpi.find_identifier",
    "select regional_id, retired from mpi.identifier where authority = $1 and token = $2"};

inline constexpr pg::Statement kInsertIdentifier{
    "mpi.insert_identifier",
    "insert into mpi.identifier (authority, token, regional_id) values ($1, $2, $3)"};

inline constexpr pg::Statement kRetireIdentifier{
    "mpi.retire_identifier",
    "update mpi.identifier set retired = true where authority = $1 and token = $2"};

inline constexpr pg::Statement kSetSurvivor{
    "mpi.set_survivor",
    "update mpi.patient set survivor = $2 where regional_id = $1 and survivor is null"};

inline constexpr pg::Statement kHistory{
    "mpi.history", "insert into mpi.history (kind, regional_id, other_id) values ($1, $2, $3)"};

// Nearly everybody is his own survivor: a look at one row tells.
inline constexpr pg::Statement kSurvivorOfOne{
    "mpi.survivor_of_one", "select survivor from mpi.patient where regional_id = $1"};

// Follows the chain A -> B -> C to its end; no row when the id is unknown.
inline constexpr pg::Statement kSurvivorOf{
    "mpi.survivor_of",
    "with recursive chain (regional_id, survivor) as ("
    " select regional_id, survivor from mpi.patient where regional_id = $1"
    " union select p.regional_id, p.survivor from mpi.patient p join chain c on p.regional_id = "
    "c.survivor)"
    " select regional_id from chain where survivor is null"};

// Authorities of every id that was fed in the merge tree below a surviving patient. A regional id
// that we issued was fed by nobody; any other names the authority that fed it.
inline constexpr pg::Statement kAuthoritiesOf{
    "mpi.authorities_of",
    "with recursive tree (regional_id) as ("
    " select regional_id from mpi.patient where regional_id = $1"
    " union select p.regional_id from mpi.patient p join tree t on p.survivor = t.regional_id)"
    " select i.authority from mpi.identifier i join tree t on t.regional_id = i.regional_id"
    " union select split_part(split_part(p.regional_id, '^', 4), '&', 2)"
    " from mpi.patient p join tree t on t.regional_id = p.regional_id where not p.issued"};

}  // namespace musubi::mpi::sql
