#pragma once
// ITI-45 PIX Query, HL7 v3 (ITI TF-2 3.45): PRPA_IN201309UV02.

#include "codec/soap/exchange.h"
#include "pix/cross_reference.h"

namespace musubi::pix {

struct V3QueryRequest : QueryRequest {
    hl7v3::Header header;   ///< for the answer
    hl7v3::QueryEcho echo;  ///< likewise
};

struct Iti45 {
    using Deps = QueryDeps;
    using Wire = soap::Incoming;
    using Request = V3QueryRequest;
    using Response = IdsFound;
    using Reply = soap::Outgoing;

    static core::TransactionSpec const& spec();
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

}  // namespace musubi::pix
