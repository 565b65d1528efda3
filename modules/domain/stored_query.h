#pragma once
// Registry stored queries as typed requests (ITI TF-2 3.18.4.1.2.3, ITI-51). The codec reads names
// and raw values, make_stored_query() judges them against the parameter tables and gives this
// struct.

#include "domain/metadata.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

enum class QueryKind : std::uint8_t {
    kFindDocuments,
    kFindSubmissionSets,
    kFindFolders,
    kGetAll,
    kGetDocuments,
    kGetFolders,
    kGetAssociations,
    kGetDocumentsAndAssociations,
    kGetSubmissionSets,
    kGetSubmissionSetAndContents,
    kGetFolderAndContents,
    kGetFoldersForDocument,
    kGetRelatedDocuments,
    kFindDocumentsByReferenceId,
    // ITI-51
    kFindDocumentsForMultiplePatients,
    kFindFoldersForMultiplePatients,
    kFindDocumentsByReferenceIdForMultiplePatients,
};
inline constexpr int kQueryKindCount = 17;
std::string_view to_urn(QueryKind kind);
std::string_view to_string(QueryKind kind);
std::optional<QueryKind> query_kind_of(std::string_view urn);
bool is_multi_patient(QueryKind kind);

enum class ReturnType : std::uint8_t { kLeafClass, kObjectRef };

/// One parameter as it stood on the wire: each slot of that name is one group; a value is the raw
/// text of rim:Value elements, joined only by the codec when a list was split.
struct RawParameter {
    std::string name;
    std::vector<std::vector<std::string>> groups;  ///< per slot: its Value elements, trimmed
};
struct RawQuery {
    std::string id;  ///< AdhocQuery/@id
    std::string return_type;
    std::optional<std::string> home;
    std::vector<RawParameter> parameters;
};

/// OR inside a group, AND between groups. Empty: no condition.
using CodeGroups = std::vector<std::vector<std::string>>;  ///< "code^^scheme"
using TextGroups = std::vector<std::vector<std::string>>;

/// from <= value < to, both padded to 14 digits; empty: open.
struct TimeRange {
    std::string from;
    std::string to;
    bool empty() const { return from.empty() && to.empty(); }
};

struct DocumentCriteria {
    std::vector<std::string> class_codes, type_codes, practice_setting_codes,
        healthcare_facility_type_codes,
        format_codes;  ///< "code^^scheme", OR
    CodeGroups event_codes, confidentiality_codes;
    std::vector<std::string> author_person_patterns;  ///< SQL LIKE with % and _, OR
    TimeRange creation_time, service_start_time, service_stop_time;
    std::vector<EntryKind> kinds;  ///< never empty; default stable only
    TextGroups reference_ids;      ///< CXi text, exact
};

struct StoredQuery {
    QueryKind kind = QueryKind::kFindDocuments;
    ReturnType return_type = ReturnType::kLeafClass;
    std::optional<std::string> home;
    std::vector<std::string> patient_ids;  ///< CX text exactly as asked; one, except for ITI-51
    std::vector<Availability> entry_statuses, submission_set_statuses, folder_statuses;
    DocumentCriteria documents;
    // submission sets
    std::vector<std::string> source_ids, content_type_codes;
    std::optional<std::string> submission_set_author_pattern;
    TimeRange submission_time;
    // folders
    CodeGroups folder_codes;
    TimeRange folder_last_update_time;
    // by identity: exactly one of the two is filled, per query
    std::vector<std::string>
        entry_uuids;  ///< urn:uuid:..., lower case; also $uuid, folders, submission sets
    std::vector<std::string> unique_ids;
    std::vector<AssociationType> association_types;  ///< GetRelatedDocuments
};

/// ITI-18 or ITI-51 parameter rules, with the exact error for each breach: XDSUnknownStoredQuery,
/// XDSStoredQueryMissingParam, XDSStoredQueryParamNumber, else XDSRegistryError. All breaches are
/// reported.
Result<StoredQuery> make_stored_query(RawQuery const& raw, bool multi_patient_transaction);

}  // namespace musubi::domain
