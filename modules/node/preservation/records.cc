#include "node/preservation/records.h"

#include "node/operator_records.h"
#include "platform/base/metrics.h"

namespace musubi::node {
namespace {

constexpr pg::Statement kInsert{
    "node.preservation_insert",
    "insert into node.preservation (run_uuid, kind, began_at, ended_at, good, place, findings, "
    "summary) values ($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr pg::Statement kNewest{
    "node.preservation_newest",
    "select distinct on (kind) kind, extract(epoch from ended_at)::bigint, good, findings from "
    "node.preservation order by kind, ended_at desc"};

}  // namespace

Status record_run_in(pg::Tx& tx, OperatorTools& tools, PreservationRun const& run) {
    auto event = operator_event(tools, run.kind, "urn:musubi:preservation", run.summary);
    if (!run.good) {
        event.outcome = domain::AuditOutcome::kSeriousFailure;
        event.outcome_description = "something is wrong; the operator was told what";
    }
    pg::Params params;
    params.uuid(system_ids().uuid())
        .text(run.kind)
        .timestamptz(run.began)
        .timestamptz(system_clock().now())
        .boolean(run.good)
        .text(run.place)
        .int8(run.findings)
        .text(run.summary);
    tx.queue(kInsert, std::move(params), 1);
    return tools.audit->record_in(tx, {event});
}

Status record_run(OperatorTools& tools, PreservationRun const& run) {
    return tools.services->pool->run(
        [&](pg::Tx& tx) -> Status { return record_run_in(tx, tools, run); });
}

void show_newest_runs(pg::Pool& pool) {
    auto const shown = pool.read([](pg::ReadTx& tx) -> Status {
        for (pg::Row const row : TRY(tx.exec(kNewest))) {
            std::string const label = "kind=\"" + std::string(row.text(0)) + "\"";
            gauge("musubi_preservation_newest_seconds", label).set(row.int64(1));
            gauge("musubi_preservation_newest_good", label).set(row.boolean(2) ? 1 : 0);
            gauge("musubi_preservation_newest_findings", label).set(row.int64(3));
        }
        return {};
    });
    static_cast<void>(shown);
}

}  // namespace musubi::node
