#include "registry/query.h"

#include "domain/reason.h"
#include "platform/base/text.h"
#include "registry/query_located.h"
#include "registry/query_sql.h"
#include "registry/sql.h"
#include "registry/store.h"

#include <algorithm>

namespace musubi::registry {
namespace {

enum Column {
    kLabelCount,
    kKind,
    kPatientKey,
    kObjectKey,
    kUuidColumn,
    kStatus,
    kLabel,
    kUpdated,
    kInstitution,
    kSealed
};

std::vector<VisibilityGroup> groups_of(QueryScope const& scope, core::Permit const& permit,
                                       LabelTable const& table) {
    std::vector<VisibilityGroup> groups;
    for (PatientInScope const& patient : scope.patients) {
        domain::Scope const& allowed = permit.scope_for(patient.cx);
        bool const everything = permit.everything() || allowed.everything;
        std::vector<std::int32_t> labels;
        if (!everything) labels = table.allowed_by(allowed);
        auto group = std::find_if(groups.begin(), groups.end(), [&](VisibilityGroup const& g) {
            return g.everything == everything && g.labels == labels;
        });
        if (group == groups.end()) {
            group = groups.insert(group, VisibilityGroup{{}, everything, std::move(labels), {}});
        }
        group->patients.push_back(patient.cx);
        group->named.insert(group->named.end(), patient.named.begin(), patient.named.end());
    }
    return groups;
}

class Answerer {
public:
    Answerer(Deps& deps, core::Authorized<QueryRequest> const& request, pg::ReadTx& tx)
        : deps_(deps), request_(request), query_(request->query), tx_(tx) {}

    Result<QueryResult> answer() {
        auto const& scope = std::any_cast<QueryScope const&>(request_.located().details);
        // Another node, or a submission just now, may have made labels that we have not read: then
        // once more.
        for (int attempt = 0; attempt < kAttempts; ++attempt) {
            result_ = {};
            result_.return_type = query_.return_type;
            result_.labels = deps_.labels.table();
            bool complete = TRY(judge_singles());
            for (VisibilityGroup& group : groups_of(scope, request_.permit(), *result_.labels)) {
                if (!complete) break;
                group.hidden.assign(result_.singles.hidden.begin(), result_.singles.hidden.end());
                group.shown.assign(result_.singles.shown.begin(), result_.singles.shown.end());
                complete = TRY(run(group));
            }
            if (complete) return finish(scope);
            TRY(deps_.labels.refresh(tx_));
        }
        return Error(Code::kBusy, "labels kept changing while a query ran");
    }

private:
    static constexpr int kAttempts = 4;

    /// False: the table of labels is not complete. Costs nothing where no document is singled out.
    Result<bool> judge_singles() {
        auto const ids = singled_out(request_.permit(), request_.located().patients);
        if (ids.empty()) return true;
        pg::Rows const rows = TRY(tx_.exec(sql::kSingleDocuments, single_documents_params(ids)));
        auto singles = judge_singly(rows, request_.permit(), *result_.labels);
        if (!singles) return false;
        result_.singles = *std::move(singles);
        return true;
    }

    /// The limit counts what is there, not what was sealed with keys that were destroyed: when such
    /// rows have filled it, more are read.
    Result<bool> run(VisibilityGroup const& group) {
        std::size_t const objects = result_.objects.size(), rows = result_.rows.size();
        first_patient_ = result_.patients.size();
        result_.patients.insert(result_.patients.end(), group.patients.begin(),
                                group.patients.end());
        for (std::int64_t limit = deps_.settings.max_results + 1;; limit *= 4) {
            auto const found = TRY(collect(group, limit));
            if (!found) return false;
            TRY(drop_destroyed(objects));
            if (static_cast<std::int64_t>(result_.objects.size()) > deps_.settings.max_results ||
                *found == Found::kTooMany)
                return Error(Code::kTooLarge, Reason::kTooManyResults,
                             "query result over the limit");
            if (*found == Found::kAll || !deps_.keys.any_erased()) return true;
            result_.objects.resize(objects);
            result_.rows.erase(result_.rows.begin() + static_cast<std::ptrdiff_t>(rows),
                               result_.rows.end());
        }
    }

    enum class Found : std::uint8_t {
        kAll,
        kUpToLimit,  ///< perhaps there are more
        kTooMany,    ///< candidates of a search by author
    };
    /// Nothing: the table of labels is not complete.
    Result<std::optional<Found>> collect(VisibilityGroup const& group, std::int64_t limit) {
        PlanContext const context{
            request_.subject().member.code, limit,
            [&](std::string const& id) { return reference_token(deps_.keys, id); }};
        QueryPlan const plan = plan_query(query_, group, context);
        pg::Rows rows = TRY(tx_.exec(*plan.statement, plan.params));
        if (!group.everything && rows.front().int32(kLabelCount) > result_.labels->last())
            return std::optional<Found>();
        TRY(enter(group, rows));
        std::size_t const first = result_.objects.size();
        bool const sealed = plan.by_author || query_.return_type == domain::ReturnType::kLeafClass;
        for (pg::Row const row : rows) {
            if (row.is_null(kKind)) continue;
            FoundObject object = object_of(row, group);
            if (sealed && !row.is_null(kInstitution)) {
                object.institution = row.text(kInstitution);
                object.sealed = row.bytes(kSealed);
            }
            if (plan.by_author && !TRY(author_matches(object))) continue;
            result_.objects.push_back(object);
        }
        auto const count = static_cast<std::int64_t>(rows.size());
        result_.rows.push_back(std::move(rows));
        if (plan.by_author && query_.return_type == domain::ReturnType::kLeafClass)
            TRY(fetch_fragments(first));
        if (plan.by_author)
            return std::optional(count < kAuthorCandidates ? Found::kAll : Found::kTooMany);
        return std::optional(count < limit ? Found::kAll : Found::kUpToLimit);
    }

    /// Who the rows' patients are, when the group is of several.
    Status enter(VisibilityGroup const& group, pg::Rows const& rows) {
        if (group.patients.size() < 2 || rows.front().is_null(kKind)) return {};
        pg::Params params;
        params.text_array(std::span<std::string const>(group.patients));
        pg::Rows const families = TRY(tx_.exec(sql::kFamilies, params));
        for (pg::Row const row : families) {
            auto const at = std::find(group.patients.begin(), group.patients.end(), row.text(0));
            family_[row.int64(1)] =
                first_patient_ + static_cast<std::size_t>(at - group.patients.begin());
        }
        return {};
    }

    FoundObject object_of(pg::Row const& row, VisibilityGroup const& group) const {
        FoundObject object;
        object.kind = static_cast<ObjectKind>(row.int16(kKind));
        object.patient_key = row.int64(kPatientKey);
        object.key = row.int64(kObjectKey);
        object.uuid = row.uuid(kUuidColumn);
        object.status = static_cast<domain::Availability>(row.int16(kStatus));
        object.label = row.int32(kLabel);
        object.updated = row.int64_if(kUpdated);
        object.patient = first_patient_;
        if (group.patients.size() > 1) {
            auto const family = family_.find(object.patient_key);
            if (family != family_.end()) object.patient = family->second;
        }
        return object;
    }

    Result<bool> author_matches(FoundObject const& object) {
        if (object.sealed.empty()) return false;
        auto const opened = deps_.keys.open(vault::Purpose::kMetadata, object.institution,
                                            object.sealed, authors_aad(object.uuid));
        if (!opened && opened.error().code == Code::kNotFound) return false;  // keys destroyed
        Bytes const plain = TRY(opened);
        auto const& patterns = query_.documents.author_person_patterns;
        for (std::string_view const person : split(as_text(plain), '\0')) {
            if (person.empty()) continue;
            if (query_.submission_set_author_pattern &&
                like(person, *query_.submission_set_author_pattern))
                return true;
            if (std::any_of(patterns.begin(), patterns.end(),
                            [&](std::string const& p) { return like(person, p); })) {
                return true;
            }
        }
        return false;
    }

    Status fetch_fragments(std::size_t first) {
        std::vector<std::int64_t> patients, keys;
        for (std::size_t i = first; i < result_.objects.size(); ++i) {
            patients.push_back(result_.objects[i].patient_key);
            keys.push_back(result_.objects[i].key);
        }
        pg::Rows rows =
            TRY(tx_.exec(sql::kFragments, pg::Params().int8_array(patients).int8_array(keys)));
        for (std::size_t i = first; i < result_.objects.size(); ++i) {
            pg::Row const row = rows[static_cast<int>(i - first)];
            result_.objects[i].institution = row.text(0);
            result_.objects[i].sealed = row.bytes(1);
        }
        result_.rows.push_back(std::move(rows));
        return {};
    }

    /// What was sealed with a key that was destroyed on purpose is not there any more: neither
    /// references nor counts tell of it. Costs nothing where nothing was ever destroyed.
    Status drop_destroyed(std::size_t first) {
        if (result_.objects.size() == first || !deps_.keys.any_erased()) return {};
        if (query_.return_type != domain::ReturnType::kLeafClass) TRY(fetch_fragments(first));
        Status read;
        auto const gone = [&](FoundObject const& object) {
            if (!read || object.sealed.empty()) return false;
            auto const opened = deps_.keys.open(vault::Purpose::kMetadata, object.institution,
                                                object.sealed, fragment_aad(object.uuid));
            if (opened) return false;
            if (opened.error().code != Code::kNotFound) read = opened.error();
            return true;
        };
        auto const from = result_.objects.begin() + static_cast<std::ptrdiff_t>(first);
        result_.objects.erase(std::remove_if(from, result_.objects.end(), gone),
                              result_.objects.end());
        return read;
    }

    Result<QueryResult> finish(QueryScope const& scope) {
        bool const leaf = query_.return_type == domain::ReturnType::kLeafClass;
        if (leaf && is_single_patient(query_.kind) && TRY(spans_patients())) {
            return Error(Code::kInvalidContent,
                         {{Severity::kError, Reason::kResultNotSinglePatient,
                           "the objects found belong to more than one patient: ask for ObjectRef, "
                           "or for one patient's at a time",
                           ""}});
        }
        if (result_.objects.empty() && deps_.settings.unknown_patient == UnknownPatient::kError) {
            TRY(require_patients(scope));
        }
        return std::move(result_);
    }

    /// Whether the objects are those of several people. A set may refer to another patient's entry
    /// (ITI TF-3 4.2.2.1): it lies behind a key that no patient of the question stands for.
    /// Associations name nobody.
    Result<bool> spans_patients() {
        std::set<std::int64_t> keys;
        for (FoundObject const& object : result_.objects) {
            if (object.kind != ObjectKind::kAssociation) keys.insert(object.patient_key);
        }
        if (keys.size() < 2) return false;
        pg::Params params;
        params.text_array(std::span<std::string const>(result_.patients));
        pg::Rows const families = TRY(tx_.exec(sql::kFamilies, params));
        std::set<std::string> people;
        for (pg::Row const row : families) {
            if (keys.erase(row.int64(1)) > 0) people.emplace(row.text(0));
        }
        return !keys.empty() || people.size() > 1;
    }

    Status require_patients(QueryScope const& scope) {
        for (std::string const& cx : query_.patient_ids) {
            bool lives = false;
            if (domain::is_multi_patient(query_.kind)) {
                lives = std::any_of(scope.patients.begin(), scope.patients.end(),
                                    [&](PatientInScope const& p) { return p.cx == cx; });
            } else {
                lives = !TRY(tx_.exec(sql::kPatientLives, pg::Params().text(cx))).empty();
            }
            if (lives) continue;
            return Error(
                Code::kInvalidContent,
                std::vector<Issue>{{Severity::kError, Reason::kUnknownPatientId,
                                    "patientId " + cx + " is not known to this registry", ""}});
        }
        return {};
    }

    Deps& deps_;
    core::Authorized<QueryRequest> const& request_;
    domain::StoredQuery const& query_;
    pg::ReadTx& tx_;
    QueryResult result_;
    std::map<std::int64_t, std::size_t> family_;
    std::size_t first_patient_ = 0;
};

}  // namespace

Result<QueryResult> answer_query(Deps& deps, core::Authorized<QueryRequest> const& request) {
    return deps.pool.read([&](pg::ReadTx& tx) { return Answerer(deps, request, tx).answer(); });
}

int withhold_entries(core::Permit const& permit, QueryResult& result) {
    if (permit.everything()) return 0;
    auto const forbidden = [&](FoundObject const& object) {
        if (object.kind != ObjectKind::kEntry) return false;
        domain::Scope const& scope = permit.scope_for(result.patients[object.patient]);
        domain::Label const* label = result.labels->find(object.label);
        return !scope.everything &&
               !result.singles.allows(object.key, label && scope.allows(*label));
    };
    auto const kept = std::remove_if(result.objects.begin(), result.objects.end(), forbidden);
    auto const removed = result.objects.end() - kept;
    result.objects.erase(kept, result.objects.end());
    return static_cast<int>(removed);
}

}  // namespace musubi::registry
