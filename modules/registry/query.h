#pragma once
// Answering stored queries: whose data, what of it is visible, the answer's objects (ITI-18, ITI-51
// share it).
//
// Hidden leaves no trace: what the permit does not cover is no candidate of any statement, so
// counts, limits, times and errors are those of a registry without it.

#include "core/transaction.h"
#include "domain/stored_query.h"
#include "registry/deps.h"
#include "registry/numbering.h"
#include "registry/query_plan.h"
#include "registry/single_documents.h"

namespace musubi::registry {

struct QueryRequest {
    domain::StoredQuery query;
    std::string query_id;    ///< AdhocQuery/@id
    std::string query_text;  ///< the AdhocQueryRequest, for the audit record
    /// Why it cannot be run: then only what its record needs is here.
    std::optional<Error> refused = {};
};

struct FoundObject {
    ObjectKind kind = ObjectKind::kEntry;
    Uuid uuid;
    domain::Availability status = domain::Availability::kApproved;
    std::int32_t label = 0;  ///< entries
    std::int64_t patient_key = 0, key = 0;
    std::size_t patient = 0;              ///< index in QueryResult::patients
    std::optional<std::int64_t> updated;  ///< folders: lastUpdateTime as 14 digits
    std::string_view institution;         ///< LeafClass
    ByteView sealed;                      ///< LeafClass; both point into QueryResult::rows
};

struct QueryResult {
    domain::ReturnType return_type = domain::ReturnType::kLeafClass;
    std::vector<FoundObject> objects;
    std::vector<std::string> patients;  ///< CX, surviving
    std::vector<pg::Rows> rows;
    std::shared_ptr<LabelTable const> labels;
    SingleDocuments singles;
};

Result<core::Located> locate_query(Deps& deps, QueryRequest const& request);
Result<QueryResult> answer_query(Deps& deps, core::Authorized<QueryRequest> const& request);
/// Last look: removes entries whose label the permit does not allow, and tells how many.
int withhold_entries(core::Permit const& permit, QueryResult& result);
/// The rim objects or ObjectRefs of the answer, opened and expanded, with `home` on each (empty:
/// none).
Status render_objects(Deps& deps, QueryResult const& result, std::string_view home,
                      std::string& out);

}  // namespace musubi::registry
