#pragma once
// Which statement answers a stored query, and its parameters. Pure.

#include "domain/stored_query.h"
#include "platform/pg/params.h"
#include "platform/pg/statement.h"

#include <functional>
#include <string>
#include <vector>

namespace musubi::registry {

/// Rows of a search by author, before we judge them; a search that has so many is refused.
inline constexpr std::int64_t kAuthorCandidates = 100'000;

/// An object that a query names, found through the directories.
struct NamedObject {
    std::int64_t patient_key = 0, key = 0;
};

/// Patients that the asking member sees the same labels of: one statement serves them all.
struct VisibilityGroup {
    std::vector<std::string> patients;  ///< CX, surviving
    bool everything = false;
    std::vector<std::int32_t> labels;                   ///< ascending; unless everything
    std::vector<NamedObject> named;                     ///< of these patients
    std::vector<std::int64_t> hidden = {}, shown = {};  ///< keys of entries judged one by one
};

struct PlanContext {
    std::string member;
    std::int64_t limit = 0;
    std::function<Bytes(std::string const&)> reference_token;
};

struct QueryPlan {
    pg::Statement const* statement = nullptr;
    pg::Params params;
    bool by_author = false;  ///< rows carry the sealed author list: judge them before counting
};

QueryPlan plan_query(domain::StoredQuery const& query, VisibilityGroup const& group,
                     PlanContext const& context);

/// Whether LeafClass answers must not span patients (ITI TF-2 3.18.4.1.2.3.7).
bool is_single_patient(domain::QueryKind kind);
/// Whether the query names its objects instead of a patient.
bool names_objects(domain::QueryKind kind);
/// SQL LIKE of a whole value: % any text, _ one character (ITI TF-2 3.18.4.1.2.3.5). Both in normal
/// form C.
bool like(std::string_view text, std::string_view pattern);

}  // namespace musubi::registry
