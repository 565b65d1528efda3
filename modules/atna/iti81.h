#pragma once
// ITI-81 Retrieve ATNA AuditEvent (RESTful ATNA supplement), reading only: GET /fhir/AuditEvent.
// Asked by those whose role in the agreement may operate; an exempt role sees the whole trail,
// anybody else the records of its own organisation. Recorded as 110101 Audit Log Used.

#include "atna/archive.h"
#include "codec/fhir/audit_search.h"
#include "codec/fhir/message.h"
#include "core/transaction.h"

namespace musubi::atna {

struct Iti81 {
    struct Deps {
        pg::Pool& pool;
        vault::KeyRing& keys;
        EntrySealer const& sealer;
    };
    using Wire = fhir::Incoming;
    struct Request {
        fhir::AuditSearch search;
        fhir::Incoming wire;
    };
    struct Response {
        std::vector<FoundRecord> records;
        bool cut = false;
        bool damaged = false;  ///< some did not open
    };
    using Reply = fhir::Outgoing;

    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps& deps, Wire const& wire, core::DecodeContext const& context);
    static Result<core::Located> locate(Deps& deps, Request const& request,
                                        domain::Subject const& subject);
    static core::PolicyQuery policy_query(Request const& request, core::Located const& located);
    static Result<Response> handle(Deps& deps, core::Authorized<Request> const& request);
    static int withhold(core::Permit const& permit, Response& response);
    static std::vector<core::AuditDraft> audit(Deps& deps,
                                               core::AuditInput<Request, Response> const& input);
    static Result<Reply> encode(Deps& deps, Response&& response, Request const& request);
    static Reply encode_error(Deps& deps, Error const& error, Request const* request);
};

}  // namespace musubi::atna
