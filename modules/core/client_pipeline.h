#pragma once
// The twin of the pipeline for calls to neighbours: whatever becomes of a call, the initiator's
// audit record is written before the caller learns of it (security fact sheet, chapter 6: client
// records). Thread-safe.

#include "core/pipeline.h"

namespace musubi::core {

struct ClientCall {
    TransactionSpec const& spec;     ///< as the initiator records it: ITI-42 is Export, R
    domain::Subject const& subject;  ///< for whom; its person, if known, stands in the record
    std::string trace;
    std::string requester;      ///< our end, for the record: the endpoint for which we call
    std::string local_address;  ///< of this node; empty: its name is recorded
    std::string url;            ///< the responder
    std::vector<domain::AuditObject> objects = {};
    std::string responder = {};  ///< its UserID where that is not the URL: facility|application
};

class ClientPipeline {
public:
    ClientPipeline(Ports& ports, Clock const& clock, PipelineSettings settings);

    /// Runs `exchange` (send, open the answer, judge it) and records its outcome. An exception is
    /// kInternal. When the record cannot be written the result is kStorageUnavailable with
    /// kReasonOutcomeUnknown, whatever the exchange said: what cannot be proved did not succeed.
    Status call(ClientCall const& call, std::function<Status()> const& exchange);

    /// One of several calls made at once, which is over.
    struct Finished {
        ClientCall call;
        Status outcome;
        std::chrono::milliseconds took{0};
        std::string description = {};  ///< of what is no success; empty: the code's name
        bool further = false;          ///< a second record of a call that is counted already
    };
    /// As call(), for calls that were made elsewhere: all their records, durable together.
    Status record_all(std::vector<Finished> const& finished);

private:
    void count(ClientCall const& call, Status const& done, double seconds) const;
    domain::AuditEvent event_of(ClientCall const& call, Error const* error) const;
    Status record(ClientCall const& call, Error const* error);

    Ports& ports_;
    Clock const& clock_;
    PipelineSettings settings_;
};

}  // namespace musubi::core
