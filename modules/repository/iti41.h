#pragma once
// ITI-41 Provide and Register Document Set-b (ITI TF-2 3.41): documents, metadata and audit record
// become durable with one commit, or not at all. Small documents travel with that commit; large
// ones are final files before it, and a file without a row is removed by reconciliation.

#include "codec/soap/exchange.h"
#include "core/document_ports.h"
#include "core/transaction.h"
#include "repository/deps.h"
#include "repository/provided_documents.h"
#include "repository/signature_check.h"
#include "repository/store.h"

namespace musubi::repository {

/// The documents of a request as they will lie in the store, each with the label that it was
/// permitted by.
struct SealedDocuments {
    std::vector<DocumentRow> rows;
    std::map<std::size_t, Bytes> small;  ///< sealed contents, by their places in `rows`
};
/// What those who understand a kind of documents have found in the documents of a request.
struct Inspected {
    struct Note {
        core::DocumentInspectorPort* inspector;
        std::string unique_id;
        std::shared_ptr<void const> note;
    };
    std::vector<Issue> warnings;
    std::vector<Note> notes;
    std::vector<FoundSignature> signatures;
};
/// They may complete the entries. An Error carries everything that refuses the submission.
Result<Inspected> inspect_documents(Deps& deps, domain::Submission& submission,
                                    core::Authorized<ProvideRequest> const& request);
/// Seals small documents and turns large ones into final blobs; nothing is in the database yet.
Result<SealedDocuments> seal_documents(Deps& deps, core::Authorized<ProvideRequest> const& request);
/// Makes the small contents durable, all with one write, and notes in the rows where they lie. What
/// no row is committed for is freed by reconciliation.
Status store_small(Deps& deps, SealedDocuments& documents);
/// Gives the room of what store_small() stored back at once: there will be no row. What cannot be
/// freed now is freed by reconciliation.
void free_small(Deps& deps, SealedDocuments const& documents);

struct ProvideOutcome {
    std::vector<Issue> warnings;
    std::vector<FoundSignature> signatures = {};
};

struct Iti41 {
    using Deps = repository::Deps;
    using Wire = soap::Incoming;
    using Request = ProvideRequest;
    using Response = ProvideOutcome;
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
