#pragma once
// The one way in: identify, decode, locate, decide, act, withhold, audit, respond, in this order
// for every transaction (admit and read happen in the binding, before there is a message).
// Thread-safe.

#include "core/definition.h"
#include "core/ports.h"
#include "platform/base/clock.h"

namespace musubi::core {

/// What the binding knows when the envelope is open.
struct Inbound {
    domain::Subject subject;
    PeerConnection const* peer = nullptr;
    std::string
        endpoint;  ///< our URL or facility|application: the responder's UserID in the audit record
    std::string
        requester;  ///< wsa:ReplyTo or facility|application; empty: the certificate's subject
    std::string message_id;  ///< wsa:MessageID or MSH-10
    std::string trace;
    WireRef wire;
    std::chrono::steady_clock::time_point deadline;
    std::vector<Issue> payload_issues =
        {};  ///< what the binding found wrong with the payload (schema); not empty: refused
};

struct Outbound {
    std::any reply;  ///< the transaction's Reply type; empty when `fault` is set
    std::optional<Error>
        fault;  ///< the binding phrases it: nothing that the transaction could answer
    bool success = false;
};

class ParkedRun;
class InnerRun;

/// What came of a request so far: an answer, or a run that waits for its errand.
struct Started {
    std::optional<Outbound> outbound;
    std::unique_ptr<ParkedRun> parked;
};

struct PipelineSettings {
    std::string audit_source_id;  ///< AuditSourceIdentification/@AuditSourceID
    std::string enterprise_site_id;
};

class Pipeline {
public:
    Pipeline(Ports& ports, pg::Pool& pool, Clock const& clock, PipelineSettings settings);

    /// Blocks its thread while a transaction that sets out waits.
    Outbound run(Definition const& definition, Inbound const& inbound);
    /// As run(), but returns where it would wait. `inbound`, and what it points to, must outlive
    /// the parked run.
    Started start(Definition const& definition, Inbound const& inbound);

    /// A call of this node to itself, with the original subject, inside the caller's transaction:
    /// decide, act, withhold, audit. `Request` must be the transaction's request type.
    template <class T>
    Result<typename T::Response> call(Definition const& definition, CallContext const& context,
                                      typename T::Request request) {
        auto erased = std::make_shared<typename T::Request>(std::move(request));
        auto response = call_erased(definition, context, erased);
        if (!response) return std::move(response).error();
        return std::move(*std::static_pointer_cast<typename T::Response>(*response));
    }

    /// Records a refusal that happened before there was a transaction (non-member, unknown action,
    /// unparsable body).
    Status record_refusal(domain::Subject const* subject, PeerConnection const& peer,
                          std::string const& endpoint, std::string const& trace, Error const& why);
    /// Records an event that is not a transaction, e.g. application start (security.md 6.4).
    Status record_event(domain::AuditEvent event);

private:
    friend class ParkedRun;
    friend class InnerRun;
    struct Run;
    /// Nothing: parked.
    std::optional<Outbound> advance(Run& run);
    Result<Permit> decide(Definition const& definition, domain::Subject const& subject,
                          PolicyQuery const& query);
    /// Fills run.permit, with the answer to the same question that was asked before if there is
    /// one.
    Status permit(Run& run, Decided const* before);
    void withhold(Run const& run, void* response) const;
    Status prepare(Run& run);
    /// Null: nothing is awaited.
    Result<std::shared_ptr<Errand>> set_out(Run& run);
    Result<Erased> act(Run& run);
    Result<Erased> call_erased(Definition const& definition, CallContext const& context,
                               Erased request);
    /// At least one. Fails only for a success: a failure is recorded with what is known.
    Result<std::vector<domain::AuditEvent>> events_of(Run const& run, Error const* error,
                                                      void const* response) const;
    Status record_failure(Run& run, Error const& error);
    Outbound fail(Run& run, Error error);
    Result<Outbound> succeed(Run& run, Erased const& response);

    Ports& ports_;
    pg::Pool& pool_;
    Clock const& clock_;
    PipelineSettings settings_;
};

/// A request between its decision and its answer. One thread at a time. Destroyed before it ended:
/// recorded as a failure.
class ParkedRun {
public:
    ~ParkedRun();
    /// What it waits for; changes with each go_on().
    Errand& errand() const { return *errand_; }
    /// After the errand is done. Nothing: it waits again.
    std::optional<Outbound> go_on();

private:
    friend class Pipeline;
    ParkedRun();
    std::unique_ptr<Pipeline::Run> run_;
    std::shared_ptr<Errand> errand_;
};

}  // namespace musubi::core
