#pragma once
// ITI-64 Notify XAD-PID Link Change (ITI TF-2 3.64): whoever keeps the ids of the affinity domain
// says that a local id belongs to another one. The index follows, and with it the documents that
// were published with the local id, in one transaction. The previous regional id stays in use; a
// local id may go into the other at the same time.
//
// Told by members whom the agreement gives the regional ids' authority; the local ids may be of any
// authority of the region, for they are not the sender's to feed.

#include "codec/hl7v2/exchange.h"
#include "codec/hl7v2/link_change.h"
#include "pix/feed.h"

namespace musubi::pix {

struct LinkRequest {
    hl7v2::LinkChange link;
    core::PatientChange change;  ///< authorities resolved, without its sender
    ByteView original;
    std::optional<Error> problem = {};  ///< of the ids of `link`; told when the answer is made
};

struct Iti64 {
    using Deps = FeedDeps;
    using Wire = hl7v2::Incoming;
    using Request = LinkRequest;
    using Response = core::PatientChangeOutcome;
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
