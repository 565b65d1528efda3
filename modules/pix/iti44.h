#pragma once
// ITI-44 Patient Identity Feed, HL7 v3 (ITI TF-2 3.44): add, revise, duplicates resolved. One
// endpoint for the cross-reference manager and one for the document registry; behind both is the
// same index.

#include "codec/hl7v3/message.h"
#include "codec/soap/exchange.h"
#include "pix/feed.h"

namespace musubi::pix {

struct V3FeedRequest {
    FeedRequest feed;
    hl7v3::Header header;  ///< for the acknowledgement
    std::string text;      ///< of the payload; feed.original points to it
};

struct Iti44 {
    using Deps = FeedDeps;
    using Wire = soap::Incoming;
    using Request = V3FeedRequest;
    using Response = core::PatientChangeOutcome;
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
