#pragma once
// ITI-9 PIX Query, HL7 v2 (ITI TF-2 3.9): QBP^Q23.

#include "codec/hl7v2/exchange.h"
#include "pix/cross_reference.h"

namespace musubi::pix {

struct Iti9 {
    using Deps = QueryDeps;
    using Wire = hl7v2::Incoming;
    using Request = QueryRequest;
    using Response = IdsFound;
    using Reply = hl7v2::Outgoing;

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

/// Namespaces of the region, for the first part of each authority that we write.
hl7v2::AuthorityNames authority_names(core::AuthorityPort const& authorities,
                                      std::vector<domain::LocalId> const& ids);

}  // namespace musubi::pix
