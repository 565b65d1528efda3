#include "policy/consent_store.h"

#include "policy/sql.h"

namespace musubi::policy::store {
namespace {

Result<std::vector<ConsentEntry>> entries(pg::Rows const& rows) {
    std::vector<ConsentEntry> out;
    out.reserve(static_cast<std::size_t>(rows.size()));
    for (auto const row : rows) {
        ConsentEntry entry;
        entry.patient = row.text(0);
        // A word from a newer version of the program: nothing can be decided from it.
        if (row.int16(1) < 1 || row.int16(1) > static_cast<std::int16_t>(ConsentAbout::kDeath))
            return Error(Code::kInternal, "policy.consent holds an unknown word");
        entry.about = static_cast<ConsentAbout>(row.int16(1));
        entry.scope = {std::string(row.text(2)), std::string(row.text(3)), std::string(row.text(4)),
                       std::string(row.text(5)), std::string(row.text(6)), std::string(row.text(7)),
                       std::string(row.text(8))};
        entry.granted = row.boolean(9);
        entry.absolute = row.boolean(10);
        entry.from = row.time_if(11);
        entry.until = row.time_if(12);
        entry.given_by = row.text(13);
        entry.evidence = row.text(14);
        entry.basis = row.text(15);
        entry.recorded_by = row.text(16);
        entry.organisation = row.text(17);
        entry.recorded_at = row.time(18);
        entry.position = row.int64(19);
        entry.id = row.uuid(20);
        out.push_back(std::move(entry));
    }
    return out;
}

}  // namespace

void append(pg::Tx& tx, Uuid const& id, ConsentChange const& change, bool granted, WallTime now) {
    ConsentScope const& scope = change.scope;
    tx.queue(sql::kAppend,
             std::move(pg::Params()
                           .uuid(id)
                           .text(change.patient)
                           .int2(static_cast<std::int16_t>(change.about))
                           .text(scope.owner)
                           .text(scope.reader)
                           .text(scope.person)
                           .text(scope.purpose)
                           .text(scope.department)
                           .text(scope.code)
                           .text(scope.document)
                           .boolean(granted)
                           .boolean(change.absolute)
                           .timestamptz_or_null(change.from)
                           .timestamptz_or_null(change.until)
                           .text(change.given_by)
                           .text(change.evidence)
                           .text(change.basis)
                           .text(change.recorded_by)
                           .text(change.organisation)
                           .timestamptz(now)),
             1);
}

Result<bool> is_dead(pg::Tx& tx, std::string const& patient, WallTime now) {
    tx.queue(sql::kLockPatient, std::move(pg::Params().text(patient)));
    auto const rows = TRY(tx.exec(sql::kDeath, pg::Params().text(patient).timestamptz(now)));
    return !rows.empty() && rows.front().boolean(0);
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

void end(pg::Tx& tx, std::vector<std::string> const& evidences, WallTime now) {
    tx.queue(
        sql::kEnd,
        std::move(
            pg::Params().text_array(std::span<std::string const>(evidences)).timestamptz(now)));
}

Result<std::vector<ConsentEntry>> history(pg::ReadTx& tx, std::string const& patient) {
    auto const rows = TRY(tx.exec(sql::kHistory, pg::Params().text(patient)));
    return entries(rows);
}

Result<std::set<std::int64_t>> counting(pg::ReadTx& tx, std::string const& patient) {
    std::set<std::int64_t> out;
    auto const rows = TRY(tx.exec(sql::kCounting, pg::Params().text(patient)));
    for (auto const row : rows) out.insert(row.int64(0));
    return out;
}

Result<std::set<Uuid>> known(pg::ReadTx& tx, std::vector<Uuid> const& ids) {
    std::set<Uuid> out;
    auto const rows =
        TRY(tx.exec(sql::kKnownWords, pg::Params().uuid_array(std::span<Uuid const>(ids))));
    for (auto const row : rows) out.insert(row.uuid(0));
    return out;
}

Result<std::vector<ConsentEntry>> state(pg::ReadTx& tx, std::vector<std::string> const& patients,
                                        WallTime now) {
    auto const rows =
        patients.size() == 1
            ? TRY(tx.exec(sql::kStateOfOne, pg::Params().text(patients.front()).timestamptz(now)))
            : TRY(tx.exec(sql::kState, pg::Params()
                                           .text_array(std::span<std::string const>(patients))
                                           .timestamptz(now)));
    return entries(rows);
}

void declare(pg::Tx& tx, Treatment const& treatment, WallTime now) {
    tx.queue(sql::kDeclare,
             std::move(pg::Params()
                           .text(treatment.patient)
                           .text(treatment.member)
                           .timestamptz(treatment.until)
                           .text(treatment.basis)
                           .text(treatment.declared_by)
                           .timestamptz(now)),
             1);
}

Result<std::vector<std::string>> declared(pg::ReadTx& tx, std::vector<std::string> const& patients,
                                          std::string const& member, WallTime now) {
    auto const rows =
        TRY(tx.exec(sql::kDeclared, pg::Params()
                                        .text_array(std::span<std::string const>(patients))
                                        .text(member)
                                        .timestamptz(now)));
    std::vector<std::string> out;
    for (auto const row : rows) out.emplace_back(row.text(0));
    return out;
}

}  // namespace musubi::policy::store
