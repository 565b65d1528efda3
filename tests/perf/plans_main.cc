// musubi_plans: how the database answers each stored query, as JSON.
//
//   musubi_plans --config FILE --patient N     for the patient of this number (see
//   scripts/bench/plans.py)
//
// Prints an array of {"query", "statement", "everything", "plan"}; `plan` is what EXPLAIN (ANALYZE,
// BUFFERS) says of the statement that the node prepares, in a session set up like the node's.

#include "node/platform_services.h"
#include "perf/corpus.h"
#include "registry/query_plan.h"
#include "registry/sql.h"

#include <cstdio>
#include <cstdlib>
#include <deque>

namespace musubi::perf {
namespace {

using domain::QueryKind;
using domain::ReturnType;

constexpr std::int64_t kLimit = 5001;

constexpr pg::Statement kObjects{
    "perf.plan_objects",
    "SELECT d.uuid, d.patient_key, d.object_key, d.kind FROM registry.uuid_dir d"
    " JOIN registry.patient p USING (patient_key) WHERE p.cx = $1 AND d.uuid = ANY (ARRAY("
    "SELECT uuid FROM registry.entry e WHERE e.patient_key = p.patient_key"
    " UNION ALL SELECT uuid FROM registry.folder f WHERE f.patient_key = p.patient_key"
    " UNION ALL SELECT uuid FROM registry.submission_set s WHERE s.patient_key = p.patient_key))"
    " ORDER BY d.kind, d.object_key"};
constexpr pg::Statement kUniqueIds{
    "perf.plan_unique_ids",
    "SELECT unique_id FROM registry.entry e JOIN registry.patient p USING (patient_key)"
    " WHERE p.cx = $1 ORDER BY e.entry_key LIMIT 3"};

class Explainer {
public:
    explicit Explainer(pg::Pool& pool) : pool_(pool) {}

    Status show(std::string_view query, pg::Statement const& statement, pg::Params const& params,
                bool everything) {
        // Once to have it planned and its pages at hand, as in a node that has worked for a while.
        TRY(explain(statement, params));
        std::printf(
            "%s{\"query\": \"%.*s\", \"statement\": \"%s\", \"everything\": %s, \"plan\": %s}",
            first_ ? "" : ",\n", static_cast<int>(query.size()), query.data(),
            std::string(statement.name).c_str(), everything ? "true" : "false",
            TRY(explain(statement, params)).c_str());
        first_ = false;
        return {};
    }

private:
    Result<std::string> explain(pg::Statement const& statement, pg::Params const& params) {
        auto const& [name, sql] = texts_.emplace_back(
            std::string(statement.name) + ".explain" + std::to_string(texts_.size()),
            std::string("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ") +
                std::string(statement.sql));
        return pool_.read([&](pg::ReadTx& tx) -> Result<std::string> {
            pg::Rows const rows = TRY(tx.exec({name.c_str(), sql.c_str()}, params));
            return std::string(rows.front().text(0));
        });
    }
    pg::Pool& pool_;
    std::deque<std::pair<std::string, std::string>> texts_;  ///< live as long as statements must
    bool first_ = true;
};

struct Subject {
    std::string cx;
    std::vector<Uuid> uuids;
    std::vector<std::string> unique_ids;
    std::vector<registry::NamedObject>
        named;  ///< an entry that was replaced, the next, a set, a folder
};

Result<Subject> subject_of(pg::Pool& pool, std::int64_t patient) {
    return pool.read([&](pg::ReadTx& tx) -> Result<Subject> {
        Subject out;
        out.cx = regional_cx(patient);
        std::map<std::int16_t, int> taken;
        for (pg::Row const row : TRY(tx.exec(kObjects, pg::Params().text(out.cx)))) {
            std::int16_t const kind = row.int16(3);
            if (taken[kind]++ >= (kind == 1 ? 2 : 1)) continue;
            out.uuids.push_back(row.uuid(0));
            out.named.push_back({row.int64(1), row.int64(2)});
        }
        for (pg::Row const row : TRY(tx.exec(kUniqueIds, pg::Params().text(out.cx))))
            out.unique_ids.emplace_back(row.text(0));
        if (out.named.size() < 4 || out.unique_ids.empty())
            return Error(Code::kNotFound, "the database holds no such patient");
        return out;
    });
}

domain::StoredQuery query_of(QueryKind kind, ReturnType type) {
    domain::StoredQuery query;
    query.kind = kind;
    query.return_type = type;
    query.documents.kinds = {domain::EntryKind::kStable};
    query.entry_statuses = query.submission_set_statuses =
        query.folder_statuses = {domain::Availability::kApproved};
    query.association_types = {domain::AssociationType::kReplace};
    if (kind == QueryKind::kFindDocumentsByReferenceId ||
        kind == QueryKind::kFindDocumentsByReferenceIdForMultiplePatients)
        query.documents.reference_ids = {{"1^^^^x"}};
    return query;
}

Status show_all(pg::Pool& pool, std::int64_t patient) {
    Explainer explainer(pool);
    Subject const subject = TRY(subject_of(pool, patient));
    pg::Params uuids, unique_ids;
    uuids.uuid_array(std::span<Uuid const>(subject.uuids));
    unique_ids.text_array(std::span<std::string const>(subject.unique_ids));
    std::printf("[");
    TRY(explainer.show("locate by entryUUID", registry::sql::kLocateUuids, uuids, true));
    TRY(explainer.show("locate by uniqueId", registry::sql::kLocateUniqueIds, unique_ids, true));
    registry::PlanContext const context{"clinic-kita", kLimit,
                                        [](std::string const&) { return Bytes(32, 7); }};
    for (int kind = 0; kind < domain::kQueryKindCount; ++kind) {
        for (bool const everything : {true, false}) {
            for (auto const type : {ReturnType::kObjectRef, ReturnType::kLeafClass}) {
                auto const query = query_of(static_cast<QueryKind>(kind), type);
                registry::VisibilityGroup group;
                group.patients = {subject.cx};
                if (domain::is_multi_patient(query.kind))
                    group.patients.insert(group.patients.end(),
                                          {regional_cx(patient + 1), regional_cx(patient + 2)});
                group.everything = everything;
                for (std::int32_t label = 1; label <= 10; ++label) group.labels.push_back(label);
                group.named = subject.named;
                auto const plan = registry::plan_query(query, group, context);
                TRY(explainer.show(domain::to_string(query.kind), *plan.statement, plan.params,
                                   everything));
            }
        }
    }
    std::printf("]\n");
    return {};
}

}  // namespace
}  // namespace musubi::perf

int main(int count, char** values) {
    using namespace musubi;
    std::string config;
    std::int64_t patient = 0;
    for (int i = 1; i + 1 < count; i += 2) {
        std::string const name = values[i];
        if (name == "--config") config = values[i + 1];
        if (name == "--patient") patient = std::atoll(values[i + 1]);
    }
    auto services = node::PlatformServices::open(config);
    Status const done =
        services ? perf::show_all(*(*services)->pool, patient) : Status(services.error());
    if (done) return 0;
    std::fprintf(stderr, "musubi_plans: %s\n", done.error().detail.c_str());
    return 1;
}
