#include "mpi/temporary.h"

#include "core/temporary_ids.h"
#include "mpi/rows.h"
#include "mpi/sql.h"

#include <map>

namespace musubi::mpi {
namespace {

constexpr int kPage = 1'000;

constexpr pg::Statement kTemporary{
    "mpi.temporary_records",
    "select record_key, exists (select from mpi.identifier o where o.person_key = i.person_key and "
    "o.status = 1 and o.record_key <> i.record_key) from mpi.identifier i where authority = any "
    "($1::text[]) and record_key > $2 order by record_key limit $3"};

Result<std::map<RecordKey, Record>> records_of(pg::ReadTx& tx,
                                               std::vector<std::int64_t> const& keys) {
    std::map<RecordKey, Record> out;
    if (keys.empty()) return out;
    for (Record& record :
         read_records(TRY(tx.exec(sql::kRecordsByKey, pg::Params().int8_array(keys)))))
        out.emplace(record.key, std::move(record));
    return out;
}

}  // namespace

Result<TemporaryPage> temporary_records(Store& store, RecordKey after) {
    Context const& context = store.context();
    auto const* port = context.ports.find<core::TemporaryIdsPort>();
    auto const authorities = port ? port->temporary_authorities() : nullptr;
    if (!authorities || authorities->empty())
        return Error(Code::kUnsupported,
                     "the agreement names no temporary ids (identity.temporary)");
    return context.pool.read([&](pg::ReadTx& tx) -> Result<TemporaryPage> {
        std::vector<std::int64_t> keys, survivors;
        std::map<RecordKey, bool> linked;
        std::vector<std::string> const names(authorities->begin(), authorities->end());
        for (pg::Row const row :
             TRY(tx.exec(kTemporary, pg::Params().text_array(names).int8(after).int8(kPage)))) {
            keys.push_back(row.int64(0));
            linked[keys.back()] = row.boolean(1);
        }
        auto const own = TRY(records_of(tx, keys));
        for (auto const& [key, record] : own) {
            if (record.survivor) survivors.push_back(record.survivor);
        }
        auto const others = TRY(records_of(tx, survivors));
        TemporaryPage page;
        for (auto const& [key, record] : own) {
            TemporaryRecord one;
            one.id = TRY(context.open(record)).id;
            one.status = record.status;
            one.linked = linked[key];
            one.patient = record.home_survivor.empty() ? record.home : record.home_survivor;
            if (auto const into = others.find(record.survivor); into != others.end())
                one.merged_into = TRY(context.open(into->second)).id;
            page.records.push_back(std::move(one));
            page.last = key;
        }
        return page;
    });
}

}  // namespace musubi::mpi
