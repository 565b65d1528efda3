// Every stored query stays inside its patient: no statement reads a clinical table from end to end
// (performance goals: cost must not grow with the registry).
#include "module/registry/world.h"
#include "platform/pg/round_trips.h"
#include "registry/query_plan.h"
#include "registry/single_documents.h"
#include "registry/sql.h"

#include <gtest/gtest.h>

#include <deque>

namespace musubi::registry::test {
namespace {

using domain::QueryKind;

/// 300 patients, each with a set, 20 entries, a folder holding all of them, and an append.
constexpr char const* kLoad =
    "WITH p AS (INSERT INTO registry.patient SELECT g, 'L' || g || '^^^&2.999.1.1.1&ISO', g "
    "FROM generate_series(100000, 100299) g RETURNING patient_key AS k), "
    "l AS (INSERT INTO registry.label VALUES (1, 'kita', 'c', 't', 'p', '{N}') RETURNING 1), "
    "lc AS (UPDATE registry.label_count SET last = 1 RETURNING 1), "
    "s AS (INSERT INTO registry.submission_set SELECT k, k * 100, gen_random_uuid(), 's' || k, 1, "
    "'src', 'ct', "
    "20260101000000, true, 'kita' FROM p RETURNING 1), "
    "f AS (INSERT INTO registry.folder SELECT k, k * 100 + 50, gen_random_uuid(), 'f' || k, 1, "
    "20260101000000, 'kita', "
    "'{f}' FROM p RETURNING 1), "
    "o AS (SELECT k, k * 100 + i AS e, i FROM p, generate_series(1, 20) i), "
    "e AS (INSERT INTO registry.entry (patient_key, entry_key, set_key, uuid, lid, label, version, "
    "kind, status, "
    "has_author, unique_id, class_code, type_code, format_code, practice_setting_code, "
    "facility_type_code, mime_type, "
    "confidentiality_codes) SELECT k, e, k * 100, gen_random_uuid(), gen_random_uuid(), 1, 1, 1, "
    "1, true, 'd' || e, "
    "'c', 't', 'f', 'p', 'h', 'text/xml', '{N}' FROM o RETURNING 1), "
    "g AS (INSERT INTO registry.fragment SELECT k, x, 'i', '\\x00', '\\x00' FROM (SELECT k, e AS x "
    "FROM o UNION ALL "
    "SELECT k, k * 100 FROM p UNION ALL SELECT k, k * 100 + 50 FROM p UNION ALL SELECT k, e * 1000 "
    "+ 1 FROM o UNION ALL "
    "SELECT k, e * 1000 + 2 FROM o) y RETURNING 1), "
    "a AS (INSERT INTO registry.association SELECT k, e * 1000 + 1, k * 100, k, e, 20260101000000, "
    "gen_random_uuid(), 1, "
    "1, 2, 1 FROM o UNION ALL SELECT k, e * 1000 + 2, k * 100 + 50, k, e, 20260101000000, "
    "gen_random_uuid(), 1, 1, 3, 1 "
    "FROM o UNION ALL SELECT k, e * 1000 + 3, e, k, e - 1, 20260101000000, gen_random_uuid(), 3, "
    "1, 1, 1 FROM o "
    "WHERE i > 1 RETURNING 1) "
    "SELECT count(*)::text FROM o";

std::string explain(World& world, pg::Statement const& statement, pg::Params const& params) {
    static std::deque<std::pair<std::string, std::string>>
        texts;  // statements live as long as the process
    auto const& text =
        texts.emplace_back(std::string(statement.name) + ".explain" + std::to_string(texts.size()),
                           std::string("EXPLAIN (ANALYZE, TIMING OFF) ") + statement.sql);
    pg::Statement const explained{text.first.c_str(), text.second.c_str()};
    std::string plan;
    auto done = world.pool.read([&](pg::ReadTx& tx) -> Status {
        pg::Rows const rows = TRY(tx.exec(explained, params));
        for (pg::Row const row : rows) plan.append(row.text(0)).append("\n");
        return {};
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().detail);
    return plan;
}

TEST(Plans, NoStoredQueryReadsAClinicalTableFromEndToEnd) {
    World world;
    ASSERT_EQ(world.sql(kLoad), "6000");
    static_cast<void>(world.sql("VACUUM ANALYZE registry.entry"));
    for (char const* table : {"patient", "submission_set", "folder", "association", "fragment"}) {
        static_cast<void>(world.sql(std::string("ANALYZE registry.") + table));
    }
    for (int kind = 0; kind < domain::kQueryKindCount; ++kind) {
        for (bool const everything : {true, false}) {
            for (auto const type :
                 {domain::ReturnType::kObjectRef, domain::ReturnType::kLeafClass}) {
                domain::StoredQuery query;
                query.kind = static_cast<QueryKind>(kind);
                query.return_type = type;
                query.documents.kinds = {domain::EntryKind::kStable};
                query.entry_statuses = query.submission_set_statuses =
                    query.folder_statuses = {domain::Availability::kApproved};
                query.association_types = {domain::AssociationType::kAppend};
                VisibilityGroup group;
                group.patients = {"L100007^^^&2.999.1.1.1&ISO"};
                group.everything = everything;
                group.labels = {1};
                // Documents about which the patient said something in particular.
                group.hidden = {10000701, 10000702};
                group.shown = {10000703};
                group.named = {{100007, 10000705}, {100007, 10000700}, {100007, 10000750}};
                QueryPlan const plan = plan_query(query, group, {"clinic", 5001, {}});
                std::string const text = explain(world, *plan.statement, plan.params);
                EXPECT_FALSE(text.empty());
                for (char const* table : {"entry", "fragment", "association"}) {
                    EXPECT_EQ(text.find(std::string("Seq Scan on ") + table), std::string::npos)
                        << plan.statement->name << "\n"
                        << text;
                }
            }
        }
    }
}

TEST(Plans, SingledOutDocumentsAreFoundByTheirIds) {
    World world;
    ASSERT_EQ(world.sql(kLoad), "6000");
    static_cast<void>(world.sql(
        "INSERT INTO registry.unique_id_dir SELECT unique_id, patient_key, entry_key, 1, 1, 1 "
        "FROM registry.entry"));
    for (char const* table : {"entry", "patient", "unique_id_dir"})
        static_cast<void>(world.sql(std::string("ANALYZE registry.") + table));
    std::string const text = explain(world, sql::kSingleDocuments,
                                     single_documents_params({"d10000701", "d10000702", "d0"}));
    EXPECT_FALSE(text.empty());
    for (char const* table : {"entry", "unique_id_dir"})
        EXPECT_EQ(text.find(std::string("Seq Scan on ") + table), std::string::npos) << text;
}

TEST(Plans, FindDocumentsIsOneRoundTripAndASubmissionTwo) {
    World world;
    ASSERT_TRUE(
        world.submit("root", Draft(1).add(entry(2))).success);  // the labels exist from here
    Parameters const parameters{{"XDSDocumentEntryPatientId", one(kPatient)},
                                {"XDSDocumentEntryStatus", approved()}};
    world.policy.rules["clinic"] = {{"clause", {"root"}, {}, {}, {}}};
    for (std::string const type : {"ObjectRef", "LeafClass"}) {
        for (int i = 0; i < 2; ++i)
            static_cast<void>(world.query("clinic", QueryKind::kFindDocuments, parameters, type));
        auto const before = pg::round_trips();
        ASSERT_EQ(world.query("clinic", QueryKind::kFindDocuments, parameters, type).ids.size(),
                  1u);
        EXPECT_EQ(pg::round_trips() - before, 1u) << type;
    }
    ASSERT_TRUE(world.submit("root", Draft(3).add(entry(4))).success);
    auto const before = pg::round_trips();
    ASSERT_TRUE(world.submit("root", Draft(5).add(entry(6))).success);
    EXPECT_EQ(pg::round_trips() - before, 2u);
}

}  // namespace
}  // namespace musubi::registry::test
