#pragma once
// ITI-41 at a repository whose registry is another node's (ITI TF-2 3.41, 3.42). The order keeps
// one promise: an entry that the registry shows has its content here. Documents are committed as
// pending, the registry is called, and its answer confirms or drops them; when the answer is
// unknown they stay, and are settled later (README.md).

#include "repository/iti41.h"
#include "repository/pending.h"

namespace musubi::repository {

struct RemoteIti41 {
    using Deps = repository::Deps;
    using Wire = soap::Incoming;
    using Request = ProvideRequest;
    struct Response {
        std::vector<Issue> warnings;
        std::vector<FoundSignature> signatures = {};
        std::int64_t pending = 0;  ///< 0: no document came with the submission
    };
    using Reply = soap::Outgoing;

    static core::TransactionSpec const& spec() { return Iti41::spec(); }
    static Result<Request> decode(Deps&, Wire const&, core::DecodeContext const&);
    static Result<core::Located> locate(Deps&, Request const&, domain::Subject const&);
    static core::PolicyQuery policy_query(Request const&, core::Located const&);
    static Result<Response> handle(Deps&, core::Authorized<Request> const&);
    /// Confirms, in one commit with the audit record.
    static Status settle(Deps&, Response const&, core::AuditedTx&);
    static int withhold(core::Permit const&, Response&) { return 0; }
    static std::vector<core::AuditDraft> audit(Deps&, core::AuditInput<Request, Response> const&);
    static Result<Reply> encode(Deps&, Response&&, Request const&);
    static Reply encode_error(Deps&, Error const&, Request const*);
};

/// Asks the registry for a pending submission and confirms it when it is there. True: its documents
/// may be delivered. `call` lends trace and endpoint; the registry is asked in the name of the
/// member that published.
Result<bool> settle_now(Deps& deps, core::CallContext const& call,
                        PendingSubmission const& submission);

}  // namespace musubi::repository
