#include "registry/sets.h"

#include "codec/ebxml/fragment.h"
#include "domain/metadata.h"
#include "registry/fragment_pack.h"
#include "registry/store.h"

namespace musubi::registry {
namespace {

/// $1, $2: behind this one.
constexpr pg::Statement kSetsAfter{
    "registry.sets_after",
    "SELECT s.patient_key, s.set_key, v.cx, s.owner, s.unique_id FROM registry.submission_set s "
    "JOIN registry.patient p ON p.patient_key = s.patient_key JOIN registry.patient v ON "
    "v.patient_key = p.survivor_key WHERE (s.patient_key, s.set_key) > ($1, $2) ORDER BY "
    "s.patient_key, s.set_key LIMIT $3"};

/// The set, its entries, the folders that it was the first to hold, its memberships, the
/// associations that are members of it, and those of its entries that are nobody's members.
constexpr pg::Statement kObjectsOfSet{
    "registry.objects_of_set",
    "WITH own AS (SELECT * FROM registry.association WHERE patient_key = $1 AND source_key = $2 "
    "AND source_kind = 2), entries AS (SELECT entry_key, uuid FROM registry.entry WHERE "
    "patient_key = $1 AND set_key = $2), folders AS (SELECT f.folder_key, f.uuid FROM own o JOIN "
    "registry.folder f ON f.patient_key = o.target_patient_key AND f.folder_key = o.target_key "
    "WHERE o.target_kind = 3 AND f.patient_key = $1 AND NOT EXISTS (SELECT FROM "
    "registry.association e WHERE e.target_patient_key = f.patient_key AND e.target_key = "
    "f.folder_key AND e.type = 1 AND e.source_kind = 2 AND e.assoc_key < o.assoc_key)), "
    "associations AS (SELECT assoc_key, uuid FROM own UNION SELECT a.assoc_key, a.uuid FROM own o "
    "JOIN registry.association a ON a.patient_key = $1 AND a.assoc_key = o.target_key WHERE "
    "o.target_kind = 4 UNION SELECT a.assoc_key, a.uuid FROM registry.association a WHERE "
    "a.patient_key = $1 AND a.source_kind = 1 AND a.source_key IN (SELECT entry_key FROM entries) "
    "AND NOT EXISTS (SELECT FROM registry.association m WHERE m.target_patient_key = "
    "a.patient_key AND m.target_key = a.assoc_key AND m.type = 1 AND m.source_key <> $2)), "
    "objects AS (SELECT 1 AS turn, set_key AS k, uuid FROM registry.submission_set WHERE "
    "patient_key = $1 AND set_key = $2 UNION ALL SELECT 2, entry_key, uuid FROM entries UNION ALL "
    "SELECT 3, folder_key, uuid FROM folders UNION ALL SELECT 4, assoc_key, uuid FROM "
    "associations) SELECT o.uuid, f.institution, f.sealed FROM objects o JOIN registry.fragment f "
    "ON f.patient_key = $1 AND f.object_key = o.k ORDER BY o.turn, o.k"};

}  // namespace

Result<std::vector<StoredSet>> sets_after(pg::Pool& pool, std::int64_t patient_key,
                                          std::int64_t key, int limit) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<StoredSet>> {
        std::vector<StoredSet> out;
        auto const rows =
            TRY(tx.exec(kSetsAfter, pg::Params().int8(patient_key).int8(key).int8(limit)));
        for (pg::Row const row : rows)
            out.push_back({row.int64(0), row.int64(1), std::string(row.text(2)),
                           std::string(row.text(3)), std::string(row.text(4))});
        return out;
    });
}

Result<std::string> objects_of_set(pg::Pool& pool, vault::KeyRing& keys, StoredSet const& set) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::string> {
        std::string out, buffer;
        auto const rows =
            TRY(tx.exec(kObjectsOfSet, pg::Params().int8(set.patient_key).int8(set.key)));
        auto const approved = domain::to_urn(domain::Availability::kApproved);
        for (pg::Row const row : rows) {
            Uuid const uuid = row.uuid(0);
            auto const packed = TRY(keys.open(vault::Purpose::kMetadata, row.text(1), row.bytes(2),
                                              fragment_aad(uuid)));
            ebxml::expand_fragment(out, TRY(unpack_fragment(buffer, packed)),
                                   {approved, set.patient, "", ""});
        }
        return out;
    });
}

}  // namespace musubi::registry
