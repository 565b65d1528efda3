#include "core/pipeline.h"

#include "core/admission.h"
#include "core/audit_participants.h"
#include "core/pipeline_run.h"
#include "core/read_only.h"
#include "domain/reason.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/pg/errors.h"

namespace musubi::core {
namespace {

void count(TransactionSpec const& spec, std::string_view outcome, double seconds) {
    std::string const transaction = "transaction=\"" + std::string(spec.id) + "\"";
    counter("musubi_requests_total", transaction + ",outcome=\"" + std::string(outcome) + "\"")
        .add();
    histogram("musubi_request_seconds", transaction).observe(seconds);
}

/// Our words for the record; never what the peer sent.
std::string describe(Error const& error) {
    std::string text(to_string(error.code));
    if (error.reason != Reason::kNone && static_cast<int>(error.reason) < kReasonCount)
        text.append(": ").append(to_string(error.reason));
    return text;
}

/// The payload breaks its schema: told in the transaction's own words.
Error malformed(TransactionSpec const& spec, std::vector<Issue> issues) {
    Reason const reason = spec.malformed == Reason::kNone ? Reason::kGeneral : spec.malformed;
    for (Issue& issue : issues) issue.reason = reason;
    return Error(Code::kInvalidContent, std::move(issues));
}

Error only_reads() {
    counter("musubi_read_only_refusals_total").add();
    return Error(Code::kBusy, "this node stands in for another and only reads");
}

/// On what a disclosure about a patient rests stands with the patient.
void add_details(domain::AuditEvent& event,
                 std::vector<std::pair<std::string, domain::AuditDetail>> const& details) {
    for (domain::AuditObject& object : event.objects) {
        if (object.type != 1) continue;
        for (auto const& [patient, detail] : details)
            if (patient == object.id) object.details.push_back(detail);
    }
}

/// Why a handshake failed is said in our own words; other details may quote what a peer sent.
std::string alert_text(std::string const& endpoint, Error const& why) {
    return endpoint == "tls" && !why.detail.empty() ? why.detail + ": " : "";
}

/// As records name it: a clause means something only in its version of the agreement.
std::string cited(Decision const& decision) {
    return decision.agreement.empty() ? decision.rule_id
                                      : decision.rule_id + " @" + decision.agreement;
}

void log_failure(TransactionSpec const& spec, Error const& error) {
    bool const ours = error.code == Code::kInternal || error.code == Code::kStorageUnavailable;
    log_event(ours ? LogLevel::kError : LogLevel::kInfo, "request.failed",
              {{"transaction", std::string(spec.id)},
               {"code", describe(error)},
               {"detail", error.detail}});
}

}  // namespace

Pipeline::Run::~Run() {
    if (audited) return;
    Error const error(Code::kInternal, "request ended without an audit record");
    log_failure(definition.spec(), error);
    tx.reset();
    static_cast<void>(pipeline.record_failure(*this, error));
}

Pipeline::Pipeline(Ports& ports, pg::Pool& pool, Clock const& clock, PipelineSettings settings)
    : ports_(ports), pool_(pool), clock_(clock), settings_(std::move(settings)) {}

Status Pipeline::prepare(Run& run) {
    Definition const& d = run.definition;
    domain::Subject const& subject = run.inbound.subject;
    if (auto admitted = ports_.require<PolicyPort>().admit(subject, d.spec().id); !admitted) {
        run.rule = rule_against(admitted.error());
        return std::move(admitted).error();
    }
    auto decoded = d.decode_(d.deps_, run.inbound.wire, DecodeContext{subject});
    if (!run.inbound.payload_issues.empty()) {
        // What could be read all the same lets the refusal name the message that it answers.
        if (decoded) run.request = *decoded;
        // The decoder may have a code of its own for what the schema only calls a missing element.
        bool const has_own_word = !decoded && decoded.error().code == Code::kInvalidContent &&
                                  decoded.error().reason != Reason::kNone;
        return has_own_word ? std::move(decoded).error()
                            : malformed(d.spec(), run.inbound.payload_issues);
    }
    run.request = TRY(std::move(decoded));
    if (d.spec().changes_data && is_read_only(ports_)) return only_reads();
    run.located = TRY(d.locate_(d.deps_, run.request.get(), subject));
    return permit(run, nullptr);
}

Result<Erased> Pipeline::act(Run& run) {
    Definition const& d = run.definition;
    if (d.spec().changes_data && !d.settle_)
        run.tx = TRY(AuditedTx::begin(pool_, ports_.require<AuditPort>()));
    auto response =
        TRY(d.handle_(d.deps_, run.request.get(), *run.permit, *run.located, run.call()));
    withhold(run, response.get());
    if (d.settle_) {
        run.tx = TRY(AuditedTx::begin(pool_, ports_.require<AuditPort>()));
        TRY(d.settle_(d.deps_, response.get(), *run.tx));
    }
    return response;
}

void Pipeline::withhold(Run const& run, void* response) const {
    Definition const& d = run.definition;
    // The scope was in the SQL already: whatever is removed here slipped through it, which is an
    // alarm.
    if (int const removed = d.withhold_(*run.permit, response); removed != 0) {
        counter("musubi_withheld_late_total", "transaction=\"" + std::string(d.spec().id) + "\"")
            .add(static_cast<std::uint64_t>(removed));
        log_error("withhold.removed",
                  {{"transaction", std::string(d.spec().id)}, {"items", std::to_string(removed)}});
    }
}

Status Pipeline::permit(Run& run, Decided const* before) {
    Definition const& d = run.definition;
    PolicyQuery query = d.policy_query_(run.request.get(), *run.located);
    if (before && before->action == d.spec().action && before->query == query) {
        run.permit = *before->permit;
    } else {
        auto permit = decide(d, run.inbound.subject, query);
        if (!permit) {
            run.rule = permit.error().detail;
            return std::move(permit).error();
        }
        run.permit = std::move(*permit);
    }
    run.rule = run.permit->cited_;
    run.decided = Decided{d.spec().action, std::move(query), &*run.permit};
    return {};
}

Result<Permit> Pipeline::decide(Definition const& definition, domain::Subject const& subject,
                                PolicyQuery const& query) {
    auto decision = ports_.require<PolicyPort>().decide(subject, definition.spec(), query);
    if (!decision) {
        // Failing to decide is a denial; only the reason of the failure decides how it is told.
        Code const code = decision.error().code == Code::kBusy ||
                                  decision.error().code == Code::kStorageUnavailable
                              ? decision.error().code
                              : Code::kDenied;
        log_warning("policy.undecided", {{"detail", decision.error().detail}});
        return Error(code, "default");
    }
    if (!decision->permitted) {
        return Error(Code::kDenied, decision->told ? Reason::kGeneral : Reason::kNone,
                     cited(*decision));
    }
    Permit permit;
    permit.rule_id_ = decision->rule_id;
    permit.cited_ = cited(*decision);
    permit.subject_ = &subject;
    permit.everything_ = decision->everything;
    permit.scopes_ = std::move(decision->scopes);
    permit.details_ = std::move(decision->details);
    return permit;
}

Result<std::vector<domain::AuditEvent>> Pipeline::events_of(Run const& run, Error const* error,
                                                            void const* response) const {
    Definition const& d = run.definition;
    ErasedAuditInput const input{run.request.get(), response, run.located ? &*run.located : nullptr,
                                 error};
    std::vector<AuditDraft> drafts;
    auto drafted = guarded([&]() -> Status {
        drafts = d.audit_(d.deps_, input);
        return {};
    });
    if (!drafted) {
        if (!error) return std::move(drafted).error();
        log_error("audit.incomplete",
                  {{"transaction", std::string(d.spec().id)}, {"detail", drafted.error().detail}});
        drafts.clear();
    }
    // A transaction that has nothing to tell was carried out all the same.
    if (drafts.empty()) drafts.emplace_back();
    AuditActors actors;
    actors.subject = &run.inbound.subject;
    actors.requester_id = run.inbound.requester.empty() ? run.inbound.subject.certificate_subject
                                                        : run.inbound.requester;
    actors.requester_address = run.inbound.subject.remote_address;
    actors.responder_id = run.inbound.endpoint;
    actors.responder_address =
        run.inbound.peer ? run.inbound.peer->local_address : std::string(run.local_address);
    // A call of this node to itself comes from here, whoever it is made for.
    if (!run.inbound.peer && !run.local_address.empty())
        actors.requester_address = run.local_address;
    actors.requester_is_source = d.spec().requester_is_source;
    AuditSource const source{settings_.audit_source_id, settings_.enterprise_site_id};
    std::vector<domain::AuditEvent> events;
    for (AuditDraft& draft : drafts) {
        if (error) {
            draft.outcome = outcome_of(*error);
            if (draft.outcome_description.empty()) draft.outcome_description = describe(*error);
        }
        domain::AuditEvent event =
            complete_event(std::move(draft), d.spec(), actors, source, clock_.now());
        event.rule = run.rule;
        event.trace = run.inbound.trace;
        if (run.permit) add_details(event, run.permit->details_);
        events.push_back(std::move(event));
    }
    return events;
}

Result<Outbound> Pipeline::succeed(Run& run, Erased const& response) {
    Definition const& d = run.definition;
    std::vector<domain::AuditEvent> events = TRY(events_of(run, nullptr, response.get()));
    std::any reply = TRY(d.encode_(d.deps_, response.get(), run.request.get()));
    if (run.tx) {
        TRY(run.tx->record(std::move(events)));
        TRY(FAULT("pipeline.before_commit"));
        TRY(run.tx->commit());
        run.audited = true;
        static_cast<void>(FAULT("pipeline.after_commit"));
    } else {
        // No record, no data.
        TRY(ports_.require<AuditPort>().record(std::move(events)));
    }
    run.audited = true;
    count(d.spec(), "success", run.seconds());
    return Outbound{std::move(reply), std::nullopt, true};
}

Status Pipeline::record_failure(Run& run, Error const& error) {
    if (run.audited) return {};
    run.audited = true;  // tried once: what keeps the trail from working is told by the trail
    auto recorded = guarded([&]() -> Status {
        return ports_.require<AuditPort>().record(TRY(events_of(run, &error, nullptr)));
    });
    if (!recorded) {
        log_error("audit.failed", {{"detail", recorded.error().detail}});
        counter("musubi_audit_failures_total").add();
    }
    return recorded;
}

Outbound Pipeline::fail(Run& run, Error error) {
    Definition const& d = run.definition;
    run.tx.reset();  // rolled back before anything is told
    log_failure(d.spec(), error);
    // Not the transaction's to answer: who may call is settled before it, and a broken message
    // never reached it.
    bool const is_fault = d.spec().errors_are_faults ||
                          (!run.request && error.code == Code::kDenied) ||
                          error.reason == kReasonTooOften || error.code == Code::kInvalidMessage ||
                          error.code == Code::kUnauthenticated;
    // Even a refusal tells something about the store: unrecorded, nothing is told.
    if (!record_failure(run, error)) error = Error(Code::kStorageUnavailable, "audit unavailable");
    count(d.spec(), to_string(error.code), run.seconds());
    if (is_fault) return {std::any(), std::move(error), false};
    auto reply = guarded(
        [&]() -> Result<std::any> { return d.encode_error_(d.deps_, error, run.request.get()); });
    if (!reply) {
        log_failure(d.spec(), reply.error());
        return {std::any(), std::move(reply).error(), false};
    }
    return {std::move(*reply), std::nullopt, false};
}

Result<Erased> Pipeline::call_erased(Definition const& definition, CallContext const& context,
                                     Erased request) {
    Inbound const inner = inbound_of(context, definition.spec());
    Run run(*this, definition, inner);
    run.request = std::move(request);
    run.local_address = context.local_address;
    auto response = guarded([&]() -> Result<Erased> {
        if (definition.spec().changes_data && is_read_only(ports_)) return only_reads();
        if (definition.spec().changes_data && !context.tx) {
            return Error(Code::kInternal, "a change was called from outside a transaction");
        }
        run.located = TRY(definition.locate_(definition.deps_, run.request.get(), context.subject));
        TRY(permit(run, context.decided));
        CallContext const own{context.subject, context.tx,       context.trace,
                              inner.endpoint,  context.deadline, context.local_address,
                              &*run.decided};
        auto done = TRY(definition.handle_(definition.deps_, run.request.get(), *run.permit,
                                           *run.located, own));
        withhold(run, done.get());
        auto events = TRY(events_of(run, nullptr, done.get()));
        if (context.tx) {
            TRY(context.tx->record(std::move(events)));
        } else {
            TRY(ports_.require<AuditPort>().record(std::move(events)));
        }
        run.audited = true;
        return done;
    });
    // A failure is recorded outside the caller's transaction, which will be rolled back.
    if (!response) TRY(record_failure(run, response.error()));
    return response;
}

Status Pipeline::record_refusal(domain::Subject const* subject, PeerConnection const& peer,
                                std::string const& endpoint, std::string const& trace,
                                Error const& why) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110126", "Node Authentication")};
    if (subject) event.event_types = {domain::dcm("110132", "Use of Restricted Function")};
    event.time = clock_.now();
    event.outcome = outcome_of(why);
    event.outcome_description = describe(why);
    event.participants = participants_of({subject, peer.certificate.subject, peer.remote_address,
                                          endpoint, peer.local_address, true});
    event.source_id = settings_.audit_source_id;
    event.enterprise_site_id = settings_.enterprise_site_id;
    domain::AuditObject node;
    node.id = peer.remote_address;
    node.role = 26;
    node.id_type = {"110182", "DCM", "Node ID"};
    node.details = {{"Alert Description", alert_text(endpoint, why) + peer.certificate.subject +
                                              " serial " + peer.certificate.serial_hex}};
    event.objects = {std::move(node)};
    event.transaction = "refusal";
    event.organisation = subject ? subject->member.code : "";
    event.trace = trace;
    log_warning("request.refused",
                {{"code", describe(why)}, {"detail", why.detail}, {"peer", peer.remote_address}});
    return ports_.require<AuditPort>().record({std::move(event)});
}

Status Pipeline::record_event(domain::AuditEvent event) {
    event.time = clock_.now();
    event.source_id = settings_.audit_source_id;
    event.enterprise_site_id = settings_.enterprise_site_id;
    return ports_.require<AuditPort>().record({std::move(event)});
}

}  // namespace musubi::core
