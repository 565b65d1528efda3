#include "atna/reconcile.h"

#include "atna/found.h"
#include "atna/store.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr std::size_t kTogether = 500;

/// Every record must open before any is added.
Result<Reconciled> look(vault::KeyRing& keys, EntrySealer const& sealer,
                        std::filesystem::path const& folder) {
    Reconciled out;
    out.journal = TRY(read_stand_in(folder, keys, [&](auto const& records) -> Status {
        for (SealedRecord const& record : records) {
            auto const columns = sealer.open_columns(record.id, record.sealed);
            if (!columns)
                return Error(Code::kConflict,
                             "the stand-in's journal holds a record that was not sealed with the "
                             "keys of this node: " +
                                 record.id.to_string());
            out.first = std::min(out.first.value_or(columns->time), columns->time);
            out.last = std::max(out.last.value_or(columns->time), columns->time);
        }
        return {};
    }));
    return out;
}

Result<std::int64_t> add(pg::Pool& pool, std::vector<SealedRecord> const& records) {
    std::vector<Uuid> ids;
    for (auto const& record : records) ids.push_back(record.id);
    return pool.run([&](pg::Tx& tx) -> Result<std::int64_t> {
        // In this order: what leaves the one meanwhile has arrived in the other.
        std::set<Uuid> there = TRY(store::waiting(tx, ids));
        there.merge(TRY(store::known(tx, ids)));
        std::vector<SealedRecord> fresh;
        for (auto const& record : records) {
            if (there.insert(record.id).second) fresh.push_back(record);
        }
        store::queue_pending(tx, fresh);
        return static_cast<std::int64_t>(fresh.size());
    });
}

Status tell(EntrySealer const& sealer, std::vector<SealedRecord> const& records,
            EventSink const& sink) {
    for (auto const& record : records) {
        StoredRecord row;
        row.id = record.id;
        row.sealed = record.sealed;
        row.columns = TRY(sealer.open_columns(record.id, record.sealed));
        TRY(sink(TRY(found_record(sealer, row)).event));
    }
    return {};
}

}  // namespace

Result<Reconciled> reconcile(pg::Pool& pool, vault::KeyRing& keys, EntrySealer const& sealer,
                             ReconcileOrder const& order, EventSink const& sink) {
    if (TRY(list_segments(order.folder)).empty())
        return Error(Code::kNotFound, "there is no journal of a stand-in in this folder");
    Reconciled out = TRY(look(keys, sealer, order.folder));
    std::vector<SealedRecord> batch;
    auto const flush = [&]() -> Status {
        if (batch.empty()) return {};
        out.added += TRY(add(pool, batch));
        TRY(tell(sealer, batch, sink));
        batch.clear();
        return {};
    };
    auto const again = TRY(read_stand_in(order.folder, keys, [&](auto const& records) -> Status {
        batch.insert(batch.end(), records.begin(), records.end());
        return batch.size() >= kTogether ? flush() : Status();
    }));
    TRY(flush());
    if (again.last.seq != out.journal.last.seq)
        return Error(Code::kConflict, "the stand-in's journal grew meanwhile: stop it, try again");
    TRY(pool.run([&](pg::Tx& tx) -> Status {
        store::queue_reconciliation(tx, out, order);
        return {};
    }));
    return out;
}

}  // namespace musubi::atna
