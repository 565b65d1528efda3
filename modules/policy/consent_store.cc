#include "policy/consent_store.h"

#include "policy/sql.h"

namespace musubi::policy::store {
namespace {

std::int16_t number(ConsentScope scope) { return static_cast<std::int16_t>(scope); }

Result<std::vector<ConsentEntry>> entries(pg::Rows const& rows) {
    std::vector<ConsentEntry> out;
    out.reserve(static_cast<std::size_t>(rows.size()));
    for (auto const row : rows) {
        ConsentEntry entry;
        entry.patient = row.text(0);
        // A scope from a newer version of the program: nothing can be decided from it.
        if (row.int16(1) > number(ConsentScope::kDocument)) {
            return Error(Code::kInternal, "policy.consent holds an unknown scope");
        }
        entry.scope = static_cast<ConsentScope>(row.int16(1));
        entry.value = row.text(2);
        entry.granted = row.boolean(3);
        entry.basis = row.text(4);
        entry.recorded_by = row.text(5);
        entry.organisation = row.text(6);
        entry.recorded_at = row.time(7);
        entry.position = row.int64(8);
        out.push_back(std::move(entry));
    }
    return out;
}

}  // namespace

Status append(pg::Tx& tx, Uuid const& id, ConsentChange const& change, bool granted, WallTime now) {
    tx.queue(sql::kLockPatient, std::move(pg::Params().text(change.patient)));
    tx.queue(sql::kAppend,
             std::move(pg::Params()
                           .uuid(id)
                           .text(change.patient)
                           .int2(number(change.scope))
                           .text(change.value)
                           .boolean(granted)
                           .text(change.basis)
                           .text(change.recorded_by)
                           .text(change.organisation)
                           .timestamptz(now)),
             1);
    return {};
}

void merge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving) {
    tx.queue(sql::kLockPatient, std::move(pg::Params().text(subsumed)));
    tx.queue(sql::kLockPatient, std::move(pg::Params().text(surviving)));
    tx.queue(sql::kMerge, std::move(pg::Params().text(subsumed).text(surviving)));
}

void unmerge(pg::Tx& tx, std::string const& subsumed, std::string const& surviving) {
    tx.queue(sql::kLockPatient, std::move(pg::Params().text(surviving)));
    tx.queue(sql::kUnmerge, std::move(pg::Params().text(subsumed).text(surviving)));
}

Result<std::vector<ConsentEntry>> history(pg::ReadTx& tx, std::string const& patient) {
    auto const rows = TRY(tx.exec(sql::kHistory, pg::Params().text(patient)));
    return entries(rows);
}

Result<std::vector<ConsentEntry>> state(pg::ReadTx& tx, std::vector<std::string> const& patients) {
    auto const rows = patients.size() == 1
                          ? TRY(tx.exec(sql::kStateOfOne, pg::Params().text(patients.front())))
                          : TRY(tx.exec(sql::kState, pg::Params().text_array(patients)));
    return entries(rows);
}

}  // namespace musubi::policy::store
