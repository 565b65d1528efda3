// musubi audit reconcile: what happened while another node stood in for this one (node.read_only).

#include "atna/reconcile.h"
#include "node/audit_verbs.h"
#include "node/statement_files.h"
#include "policy/stand_in.h"

#include <cstdio>

namespace musubi::node {
namespace {

/// On record before anything is brought in, and again with what came of it.
domain::AuditEvent reconcile_event(OperatorTools const& tools, std::string const& text) {
    auto event = tools.patient_event("audit-reconcile", "");
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110129", "Security Configuration")};
    event.action = 'E';
    domain::AuditObject trail;
    trail.id = "urn:musubi:audit-trail";
    trail.role = 13;  // security resource
    trail.id_type = {"12", "RFC-3881", "URI"};
    trail.details = {{"Alert Description", text}};
    event.objects = {std::move(trail)};
    return event;
}

std::string time_of(std::optional<WallTime> const& time) {
    return time ? to_rfc3339(*time) : "no record";
}

}  // namespace

Status audit_reconcile(OperatorTools& tools, Options const& options) {
    auto const& words = options.positional();
    if (words.size() != 2) return Error(Code::kInvalidContent, "reconcile FOLDER");
    auto const agreement = TRY(agreement_of(tools));
    auto const deps = emergency_deps(tools);
    std::int64_t emergencies = 0;
    auto const done = atna::reconcile(
        *tools.services->pool, *tools.services->keys, *tools.sealer,
        {words[1], options.has("by") ? options["by"] : account(), system_clock().now()},
        [&](domain::AuditEvent const& event) -> Status {
            if (TRY(policy::restore_announcement(deps, *agreement, event))) ++emergencies;
            return {};
        });
    if (!done) {
        auto event = reconcile_event(tools, "a journal of a stand-in was not brought in");
        event.outcome = domain::AuditOutcome::kSeriousFailure;
        event.outcome_description = done.error().detail;
        TRY(tools.audit->record({std::move(event)}));
        return done.error();
    }
    std::string const text = std::to_string(done->journal.records) + " records of a stand-in, " +
                             std::to_string(done->added) + " new; journal of " +
                             std::to_string(done->journal.last.seq) + " batches, " +
                             to_hex(done->journal.last.hash);
    TRY(tools.audit->record({reconcile_event(tools, text)}));
    std::printf("%lld records, %lld of them new, from %s to %s\n",
                static_cast<long long>(done->journal.records), static_cast<long long>(done->added),
                time_of(done->first).c_str(), time_of(done->last).c_str());
    if (done->journal.unacknowledged > 0)
        std::printf(
            "%lld records were left out: the stand-in died before it could answer on them\n",
            static_cast<long long>(done->journal.unacknowledged));
    std::printf(
        "%lld emergency accesses and uses to be told are new; review: musubi emergency "
        "review list\n",
        static_cast<long long>(emergencies));
    return {};
}

}  // namespace musubi::node
