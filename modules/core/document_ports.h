#pragma once
// What the registry and the repository of this node answer to other modules that have the question
// from somewhere else: gateways (ITI-38, ITI-39) and whoever stands in front of them. Each call is
// a transaction of this node to itself (Pipeline::call): decided with the caller's subject,
// withheld and recorded by the module that holds the data.
//
// Ownership: ports live as long as the node. Thread-safe; findings belong to one thread.

#include "core/transaction.h"
#include "domain/metadata.h"
#include "domain/retrieve.h"
#include "domain/stored_query.h"

#include <memory>

namespace musubi::core {

/// A stored query as a door decoded it.
struct AskedQuery {
    domain::StoredQuery query;
    std::string query_id;    ///< AdhocQuery/@id
    std::string query_text;  ///< the AdhocQueryRequest, for records
};

/// What a stored query found, visible to its asker, not yet written.
class QueryFindings {
public:
    virtual ~QueryFindings() = default;
    virtual std::size_t size() const = 0;
    /// One more look with the permit of the transaction that sends them; how many were removed.
    virtual int withhold(Permit const& permit) = 0;
    /// Appends rim objects or references, each with `home` (empty: none); the prefix rim is
    /// declared around them. An Error: no answer is better than half of one.
    virtual Status render(std::string_view home, std::string& out) const = 0;
};

/// The region's documents by stored queries (module registry).
class StoredQueryPort {
public:
    virtual ~StoredQueryPort() = default;
    /// Whose data the query touches.
    virtual Result<Located> locate(AskedQuery const& asked) const = 0;
    /// Errors as ITI-18 has them, in Error::issues.
    virtual Result<std::unique_ptr<QueryFindings>> query(CallContext const& call,
                                                         AskedQuery asked) = 0;
};

struct FoundDocument {
    domain::RetrievedDocument document;
    std::string patient;  ///< surviving regional id (CX)
    domain::Label label;
};
struct MissedDocument {
    domain::DocumentRequest request;
    std::string patient;  ///< for records only: the asker never learns whose it is; empty: unknown
    Issue why;            ///< location: the DocumentUniqueId
};
struct RetrieveFindings {
    std::vector<FoundDocument> delivered;
    std::vector<MissedDocument> missed;
};

/// The contents this node keeps (module repository).
class DocumentRetrievePort {
public:
    virtual ~DocumentRetrievePort() = default;
    virtual std::string const& repository_unique_id() const = 0;
    /// Documents in one request.
    virtual std::size_t most_documents() const = 0;
    /// Whose data the requests touch. Requests for others are passed over.
    virtual Result<Located> locate(std::vector<domain::DocumentRequest> const& requests) const = 0;
    /// `located` is what locate() said of the same requests.
    virtual Result<RetrieveFindings> retrieve(CallContext const& call, Located const& located,
                                              std::vector<domain::DocumentRequest> requests) = 0;
};

/// Looks into documents before a repository accepts them (module imaging: manifests). Joined; asked
/// in no order. Thread-safe.
class DocumentInspectorPort {
public:
    virtual ~DocumentInspectorPort() = default;
    struct Inspection {
        /// In the words of ITI-41; an error among them refuses the submission.
        std::vector<Issue> issues;
        /// What the inspector wants back when the document is registered; null: nothing.
        std::shared_ptr<void const> note;
    };
    /// May fill in what the entry leaves out, but nothing that a decision of the policy was based
    /// on (codes of the label, patient, unique id). An Error: the content could not be read.
    virtual Result<Inspection> inspect(domain::DocumentEntry& entry,
                                       Content const& content) const = 0;
    /// The registry has taken the entry, in this very transaction, and has told those who watch
    /// documents. Not called where the registry is another node's.
    virtual Status registered(CallContext const& call, std::string const& unique_id,
                              std::shared_ptr<void const> const& note) = 0;
};

}  // namespace musubi::core
