#pragma once
// ITI-43 Retrieve Document Set (ITI TF-2 3.43). A document that the permit does not cover is
// answered like one that does not exist. Content is verified as a whole before its first octet
// leaves. At most kMaxDocuments in one request: small documents are held in memory until they were
// sent.

#include "codec/soap/exchange.h"
#include "core/transaction.h"
#include "domain/retrieve.h"
#include "repository/deps.h"

namespace musubi::repository {

inline constexpr std::size_t kMaxDocuments = 200;

struct DeliveredDocument {
    domain::RetrievedDocument document;
    std::string patient;  ///< surviving regional id
    domain::Label label;
};

struct RetrieveOutcome {
    std::vector<DeliveredDocument> delivered;
    std::vector<domain::DocumentRequest> failed;
    std::vector<Issue> issues;  ///< one for each failed request
};

/// Whose document was asked for, whether or not the asker may see it; empty when we hold none.
/// `located` as Iti43::locate() made it; may be null.
std::string patient_of(Deps const& deps, core::Located const* located,
                       domain::DocumentRequest const& request);

struct Iti43 {
    using Deps = repository::Deps;
    using Wire = soap::Incoming;
    using Request = std::vector<domain::DocumentRequest>;
    using Response = RetrieveOutcome;
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

}  // namespace musubi::repository
