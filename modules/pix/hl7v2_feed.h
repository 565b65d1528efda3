#pragma once
// The members that ITI-8 and ITI-30 share: both are HL7 v2 feeds.

#include "codec/hl7v2/exchange.h"
#include "pix/feed.h"

namespace musubi::pix {

struct Hl7v2Feed {
    using Deps = FeedDeps;
    using Wire = hl7v2::Incoming;
    using Request = FeedRequest;
    using Response = core::PatientChangeOutcome;
    using Reply = hl7v2::Outgoing;

    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
};

}  // namespace musubi::pix
