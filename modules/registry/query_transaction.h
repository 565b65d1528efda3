#pragma once
// What ITI-18 and ITI-51 have in common: everything but their names and the queries they take.

#include "codec/soap/exchange.h"
#include "registry/query.h"

namespace musubi::registry {

struct QueryTransaction {
    using Deps = registry::Deps;
    using Wire = soap::Incoming;
    using Request = QueryRequest;
    using Response = QueryResult;
    using Reply = soap::Outgoing;

    static Result<core::Located> locate(Deps& deps, Request const& request,
                                        domain::Subject const& subject);
    static core::PolicyQuery policy_query(Request const& request, core::Located const& located);
    static Result<Response> handle(Deps& deps, core::Authorized<Request> const& request);
    static int withhold(core::Permit const& permit, Response& response);
    static Result<Reply> encode(Deps& deps, Response&& response, Request const& request);
    static Reply encode_error(Deps& deps, Error const& error, Request const* request);

protected:
    enum class Queries : std::uint8_t { kOnePatient, kMultiPatient };
    static Result<Request> decode_query(Wire const& wire, Queries queries);
    static std::vector<core::AuditDraft> audit_as(core::TransactionSpec const& spec, Deps& deps,
                                                  core::AuditInput<Request, Response> const& input);
};

}  // namespace musubi::registry
