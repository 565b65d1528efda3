#include "mpi/listing.h"

namespace musubi::mpi {
namespace {

constexpr pg::Statement kRecordsListed{
    "mpi.records_listed",
    "select r.record_key, r.authority, r.status, coalesce(r.institution, ''), coalesce(r.sealed, "
    "''), r.regional_id, coalesce(p.survivor, r.regional_id), p.issued from mpi.identifier r join "
    "mpi.patient p on p.regional_id = r.regional_id where r.record_key > $1 order by r.record_key "
    "limit $2"};

}  // namespace

Result<std::vector<ListedRecord>> records_after(Context const& context, RecordKey after,
                                                int limit) {
    return context.pool.read([&](pg::ReadTx& tx) -> Result<std::vector<ListedRecord>> {
        std::vector<ListedRecord> out;
        auto const rows = TRY(tx.exec(kRecordsListed, pg::Params().int8(after).int8(limit)));
        for (pg::Row const row : rows) {
            Record record;
            record.key = row.int64(0);
            record.authority = row.text(1);
            record.status = static_cast<RecordStatus>(row.int16(2));
            record.institution = row.text(3);
            ByteView const sealed = row.bytes(4);
            record.sealed.assign(sealed.begin(), sealed.end());
            record.home = row.text(5);
            record.owns_home = !row.boolean(7);
            ListedRecord listed;
            listed.key = record.key;
            listed.status = record.status;
            listed.authority = record.authority;
            listed.institution = record.institution;
            listed.regional_id = record.home;
            listed.survivor = row.text(6);
            listed.content = TRY(context.open(record));
            out.push_back(std::move(listed));
        }
        return out;
    });
}

}  // namespace musubi::mpi
