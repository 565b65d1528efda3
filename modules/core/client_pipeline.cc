#include "core/client_pipeline.h"

#include "core/audit_participants.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <unistd.h>

namespace musubi::core {
namespace {

/// The host of an URL, as the network address of a neighbour.
std::string host_of(std::string const& url) {
    std::size_t const scheme = url.find("://");
    std::size_t const from = scheme == std::string::npos ? 0 : scheme + 3;
    std::string authority = url.substr(from, url.find('/', from) - from);
    if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
    return authority.substr(0, authority.rfind(':'));
}

std::string own_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

Status guarded(std::function<Status()> const& exchange) {
    try {
        return exchange();
    } catch (std::exception const& e) {
        return Error(Code::kInternal, kReasonOutcomeUnknown, std::string("exception: ") + e.what());
    } catch (...) {
        return Error(Code::kInternal, kReasonOutcomeUnknown, "unknown exception");
    }
}

}  // namespace

ClientPipeline::ClientPipeline(Ports& ports, Clock const& clock, PipelineSettings settings)
    : ports_(ports), clock_(clock), settings_(std::move(settings)) {}

Status ClientPipeline::call(ClientCall const& call, std::function<Status()> const& exchange) {
    auto const started = std::chrono::steady_clock::now();
    Status done = guarded(exchange);
    count(call, done,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
    Status recorded = guarded([&]() -> Status {
        TRY(FAULT("client.before_record"));
        return record(call, done ? nullptr : &done.error());
    });
    if (!recorded) {
        log_error("audit.failed", {{"detail", recorded.error().detail}});
        counter("musubi_audit_failures_total").add();
        return Error(Code::kStorageUnavailable, kReasonOutcomeUnknown, "audit unavailable");
    }
    return done;
}

void ClientPipeline::count(ClientCall const& call, Status const& done, double seconds) const {
    std::string const transaction = "transaction=\"" + std::string(call.spec.id) + "\"";
    std::string const outcome = done ? "success" : std::string(to_string(done.error().code));
    counter("musubi_peer_calls_total", transaction + ",outcome=\"" + outcome + "\"").add();
    histogram("musubi_peer_call_seconds", transaction).observe(seconds);
    if (!done) {
        log_warning("peer.call_failed", {{"transaction", std::string(call.spec.id)},
                                         {"code", outcome},
                                         {"detail", done.error().detail}});
    }
}

Status ClientPipeline::record_all(std::vector<Finished> const& finished) {
    std::vector<domain::AuditEvent> events;
    for (Finished const& one : finished) {
        if (!one.further)
            count(one.call, one.outcome, std::chrono::duration<double>(one.took).count());
        events.push_back(event_of(one.call, one.outcome ? nullptr : &one.outcome.error()));
        if (!one.outcome && !one.description.empty())
            events.back().outcome_description = one.description;
    }
    if (events.empty()) return {};
    Status recorded = guarded([&]() -> Status {
        TRY(FAULT("client.before_record"));
        return ports_.require<AuditPort>().record(std::move(events));
    });
    if (recorded) return {};
    log_error("audit.failed", {{"detail", recorded.error().detail}});
    counter("musubi_audit_failures_total").add();
    return Error(Code::kStorageUnavailable, kReasonOutcomeUnknown, "audit unavailable");
}

Status ClientPipeline::record(ClientCall const& call, Error const* error) {
    return ports_.require<AuditPort>().record({event_of(call, error)});
}

domain::AuditEvent ClientPipeline::event_of(ClientCall const& call, Error const* error) const {
    AuditDraft draft;
    draft.objects = call.objects;
    if (error) {
        draft.outcome = outcome_of(*error);
        draft.outcome_description = to_string(error->code);
    }
    AuditActors actors;
    actors.subject = &call.subject;
    actors.requester_id = call.requester;
    actors.requester_address = call.local_address.empty() ? own_name() : call.local_address;
    actors.responder_id = call.responder.empty() ? call.url : call.responder;
    actors.responder_address = host_of(call.url);
    actors.requester_is_source = call.spec.requester_is_source;
    actors.requester_is_local = true;
    AuditSource const source{settings_.audit_source_id, settings_.enterprise_site_id};
    domain::AuditEvent event =
        complete_event(std::move(draft), call.spec, actors, source, clock_.now());
    event.trace = call.trace;
    return event;
}

}  // namespace musubi::core
