#pragma once
// ITI-21 Patient Demographics Query and ITI-22 Patient Demographics and Visit Query, HL7 v2 (ITI
// TF-2 3.21, 3.22): persons by what is known of them, in pages, with cancellation (QCN^J01, taken
// for both by ITI-21). Visits are those that hospitals told last; a member is told, and may search
// by, those of its own records only.

#include "codec/hl7v2/exchange.h"
#include "codec/hl7v2/query.h"
#include "core/transaction.h"
#include "pdq/search.h"

namespace musubi::pdq {

struct V2Request {
    bool cancels = false;
    hl7v2::DemographicsMessage asked;
    hl7v2::QueryCancel cancel;
    std::string control_id;
    std::string message;           ///< as received, for the audit record
    Bytes digest;                  ///< of QPD: a pointer goes with one question
    std::optional<Error> problem;  ///< told by locate(), so that the record holds the question
};

struct V2Response {
    Page page;
    std::string continuation;
};

struct V2Transaction {
    using Deps = pdq::Deps;
    using Wire = hl7v2::Incoming;
    using Request = V2Request;
    using Response = V2Response;
    using Reply = hl7v2::Outgoing;

    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    static int withhold(core::Permit const&, Response&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);

protected:
    static Result<core::Located> locate_as(core::TransactionSpec const& spec, Deps&, Request const&,
                                           domain::Subject const&);
    static std::vector<core::AuditDraft> audit_as(core::TransactionSpec const& spec,
                                                  core::AuditInput<Request, Response> const&);
};

struct Iti21 : V2Transaction {
    static core::TransactionSpec const& spec();
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
};

struct Iti22 : V2Transaction {
    static core::TransactionSpec const& spec();
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
};

}  // namespace musubi::pdq
