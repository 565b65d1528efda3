#pragma once
// ITI-47 Patient Demographics Query HL7 v3 (ITI TF-2 3.47): find, continue, cancel.

#include "codec/hl7v3/read.h"
#include "codec/hl7v3/write.h"
#include "codec/soap/exchange.h"
#include "core/transaction.h"
#include "pdq/search.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

namespace musubi::pdq {

struct V3Deps {
    Deps& common;
    Clock const& clock;
    IdSource& ids;
};

struct V3Request {
    enum class Kind : std::uint8_t { kFind, kContinue, kCancel };
    Kind kind = Kind::kFind;
    hl7v3::Header header;
    hl7v3::QueryEcho echo;  ///< of the first question also when it is continued
    hl7v3::FindQuery query;
    hl7v3::Continuation more;
    KeptResult kept;  ///< kContinue
    std::optional<Error>
        problem;  ///< told by locate(), so that record and answer hold the question
};

struct Iti47 {
    using Deps = V3Deps;
    using Wire = soap::Incoming;
    using Request = V3Request;
    using Response = Page;
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

}  // namespace musubi::pdq
