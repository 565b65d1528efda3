#pragma once
// ITI-42 Register Document Set-b (ITI TF-2 3.42): one transaction, all or nothing.

#include "codec/soap/exchange.h"
#include "core/transaction.h"
#include "registry/deps.h"

namespace musubi::registry {

struct Registered {
    std::vector<Issue> warnings;
};

struct Iti42 {
    using Deps = registry::Deps;
    using Wire = soap::Incoming;
    using Request = domain::Submission;
    using Response = Registered;
    using Reply = soap::Outgoing;

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

}  // namespace musubi::registry
