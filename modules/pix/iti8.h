#pragma once
// ITI-8 Patient Identity Feed, HL7 v2 (ITI TF-2 3.8): makes patient ids known (A01, A04, A05),
// acknowledges changes of demographics (A08), merges (A40). The registry follows inside the same
// transaction.

#include "codec/hl7v2/exchange.h"
#include "codec/hl7v2/patient_feed.h"
#include "core/ports.h"
#include "core/transaction.h"

namespace musubi::pix {

struct Deps {
    core::PatientFeedPort& feed;
    hl7v2::FeedRules rules;
};

struct FeedOutcome {
    std::string
        patient;  ///< regional id (CX) made known, or the surviving one; empty for an update
    std::string subsumed;  ///< after a merge
};

struct Iti8 {
    using Deps = pix::Deps;
    using Wire = hl7v2::Incoming;
    using Request = domain::PatientFeed;
    using Response = FeedOutcome;
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

}  // namespace musubi::pix
