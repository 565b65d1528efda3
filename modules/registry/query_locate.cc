#include "registry/query.h"
#include "registry/query_located.h"
#include "registry/sql.h"

#include "domain/reason.h"

#include <algorithm>

namespace musubi::registry {
namespace {

using domain::QueryKind;
using domain::StoredQuery;

std::vector<std::string> all_of(domain::CodeGroups const& groups) {
    std::vector<std::string> out;
    for (auto const& group : groups) out.insert(out.end(), group.begin(), group.end());
    return out;
}

core::Located located(QueryScope scope) {
    core::Located out;
    for (auto const& patient : scope.patients) out.patients.push_back(patient.cx);
    out.details = std::move(scope);
    return out;
}

/// Entries, folders or sets by UUID or unique id.
Result<core::Located> locate_named(Deps& deps, StoredQuery const& query) {
    bool const by_uuid = !query.entry_uuids.empty();
    pg::Params params;
    if (by_uuid) {
        std::vector<Uuid> uuids;
        for (auto const& urn : query.entry_uuids) {
            if (auto const uuid = uuid_of(urn)) uuids.push_back(*uuid);
        }
        params.uuid_array(std::span<Uuid const>(uuids));
    } else {
        params.text_array(std::span<std::string const>(query.unique_ids));
    }
    return deps.pool.read([&](pg::ReadTx& tx) -> Result<core::Located> {
        pg::Rows const rows =
            TRY(tx.exec(by_uuid ? sql::kLocateUuids : sql::kLocateUniqueIds, params));
        QueryScope scope;
        for (pg::Row const row : rows) {
            std::string_view const cx = row.text(4);
            auto patient = std::find_if(scope.patients.begin(), scope.patients.end(),
                                        [&](PatientInScope const& p) { return p.cx == cx; });
            if (patient == scope.patients.end()) {
                patient = scope.patients.insert(patient, PatientInScope{std::string(cx), {}});
            }
            patient->named.push_back({row.int64(0), row.int64(1)});
        }
        return located(std::move(scope));
    });
}

/// ITI-51 without patients: who has something with one of the codes.
Result<std::vector<std::string>> patients_with(Deps& deps, StoredQuery const& query) {
    pg::Params params;
    bool const folders = query.kind == QueryKind::kFindFoldersForMultiplePatients;
    auto add = [&](std::vector<std::string> const& codes) {
        codes.empty() && !folders ? params.null()
                                  : params.text_array(std::span<std::string const>(codes));
    };
    if (folders) {
        add(all_of(query.folder_codes));
    } else {
        add(query.documents.class_codes);
        add(all_of(query.documents.event_codes));
        add(query.documents.healthcare_facility_type_codes);
    }
    params.int8(deps.settings.max_patients + 1);
    return deps.pool.read([&](pg::ReadTx& tx) -> Result<std::vector<std::string>> {
        pg::Rows const rows =
            TRY(tx.exec(folders ? sql::kPatientsWithFolders : sql::kPatientsWithEntries, params));
        std::vector<std::string> out;
        for (pg::Row const row : rows) out.emplace_back(row.text(0));
        return out;
    });
}

Result<core::Located> locate_many(Deps& deps, StoredQuery const& query) {
    QueryScope scope;
    if (query.patient_ids.empty()) {
        auto const found = TRY(patients_with(deps, query));
        if (static_cast<std::int64_t>(found.size()) > deps.settings.max_patients) {
            return Error(Code::kTooLarge, Reason::kTooManyResults,
                         "query without patients touches too many");
        }
        for (auto const& cx : found) scope.patients.push_back({cx, {}});
        return located(std::move(scope));
    }
    return deps.pool.read([&](pg::ReadTx& tx) -> Result<core::Located> {
        pg::Params params;
        params.text_array(std::span<std::string const>(query.patient_ids));
        pg::Rows const rows = TRY(tx.exec(sql::kFamilies, params));
        std::set<std::string> living;
        for (pg::Row const row : rows) living.emplace(row.text(0));
        for (auto const& cx : living) scope.patients.push_back({cx, {}});
        return located(std::move(scope));
    });
}

}  // namespace

Result<core::Located> locate_query(Deps& deps, QueryRequest const& request) {
    StoredQuery const& query = request.query;
    if (names_objects(query.kind)) return locate_named(deps, query);
    if (domain::is_multi_patient(query.kind)) return locate_many(deps, query);
    // One patient by id: the statement itself finds out whether it lives, so that the usual query
    // is one round trip.
    QueryScope scope;
    for (auto const& cx : query.patient_ids) scope.patients.push_back({cx, {}});
    return located(std::move(scope));
}

}  // namespace musubi::registry
