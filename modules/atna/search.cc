#include "atna/up_to_date.h"

#include "atna/found.h"
#include "atna/indexer.h"
#include "atna/store.h"
#include "platform/base/log.h"

#include <algorithm>
#include <thread>

#include <unistd.h>

namespace musubi::atna {

Status bring_up_to_date(Archive const& archive, EntrySealer const& sealer) {
    Indexer indexer(archive.pool, archive.keys, sealer, archive.journal_folder, nullptr);
    for (int attempt = 0; attempt < 100; ++attempt) {
        auto const outcome = indexer.run();
        if (!outcome && outcome.error().code == Code::kConflict) {
            log_warning("atna.looking_at_a_broken_chain", {{"why", outcome.error().detail}});
            return {};
        }
        if (!outcome) return outcome.error();
        if (!outcome->another_works) return {};
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return Error(Code::kBusy, "the sealer of the audit trail does not finish");
}

Result<std::vector<FoundRecord>> search(Archive const& archive, SearchQuery const& query) {
    EntrySealer const sealer(archive.keys, archive.regional_authorities);
    TRY(bring_up_to_date(archive, sealer));
    store::Filter filter;
    if (!query.patient.empty()) filter.patients = sealer.patient_search_keys(query.patient);
    if (!query.document.empty()) filter.documents = {query.document};
    filter.user_token = sealer.user_token(query.user);
    filter.organisation = query.member;
    filter.transaction = query.transaction;
    if (query.outcome) filter.outcome = static_cast<int>(*query.outcome);
    filter.from = query.from.value_or(WallTime{});
    filter.to = query.to.value_or(WallTime(std::chrono::sys_days(std::chrono::year(9999) / 1 / 1)));
    filter.limit = std::clamp(query.limit, 1, 10'000);
    auto const rows =
        TRY(archive.pool.read([&](pg::ReadTx& tx) { return store::search(tx, filter); }));

    std::vector<FoundRecord> out;
    for (auto const& row : rows) out.push_back(found_or_damaged(sealer, row));
    return out;
}

Result<FoundRecord> record_at(Archive const& archive, std::int64_t seq) {
    EntrySealer const sealer(archive.keys, archive.regional_authorities);
    auto const rows =
        TRY(archive.pool.read([&](pg::ReadTx& tx) { return store::page(tx, seq - 1, 1); }));
    if (rows.empty() || rows.front().seq != seq)
        return Error(Code::kNotFound, "there is no such record");
    return readable_record(sealer, rows.front());
}

domain::AuditEvent log_used(std::string const& user, std::string const& organisation,
                            std::string const& what, std::string const& audit_source_id,
                            WallTime now) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110101", "Audit Log Used");
    event.action = 'R';
    event.time = now;
    event.transaction = "audit-log-used";
    event.organisation = organisation;
    event.source_id = audit_source_id;
    domain::AuditParticipant person, process;
    person.user_id = user;
    person.is_requestor = true;
    process.user_id = "musubi";
    process.alternative_user_id = std::to_string(::getpid());
    process.roles = {domain::dcm("110150", "Application")};
    event.participants = {person, process};
    domain::AuditObject log;
    log.id = "urn:musubi:audit-trail";
    log.role = 13;
    log.id_type = {"12", "RFC-3881", "URI"};
    log.name = "Security Audit Log";
    log.details = {{"command", what}};
    event.objects = {std::move(log)};
    return event;
}

}  // namespace musubi::atna
