// What operators and patients are told from the trail.

#include "atna/sql.h"
#include "module/atna/audit_fixture.h"

#include <algorithm>

namespace musubi::atna {
namespace {

using Strings = std::vector<std::string>;

TEST_F(AuditTrail, SearchSeesWhatStillWaitsInJournalAndTransactions) {
    auto const journal = open_journal();
    JournalAudit audit(*pool_, *sealer_, system_ids(), *journal);
    ASSERT_TRUE(audit.record({event(1)}).ok());
    ASSERT_TRUE(pool_->run([&](pg::Tx& tx) { return audit.record_in(tx, {event(2)}); }).ok());
    auto const found = search(archive(), {});
    ASSERT_TRUE(found.ok()) << found.error().detail;
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].event.trace, "t2") << "newest first";
    // The owner of the journal passes over what the search has sealed already.
    Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", journal.get());
    EXPECT_EQ(indexer.run()->sealed, 0);
    EXPECT_EQ(count("record"), 2);
}

/// Whoever can write to the database must not be able to blind those who look for him.
TEST_F(AuditTrail, SearchTellsOfADamagedRecordAndShowsTheOthers) {
    fill(4);
    ASSERT_TRUE(search(archive(), {}).ok());
    sabotage(
        "UPDATE atna.record SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) WHERE "
        "seq = 3");
    auto const found = search(archive(), {});
    ASSERT_TRUE(found.ok()) << found.error().detail;
    ASSERT_EQ(found->size(), 4U);
    auto const& damaged = (*found)[1];
    EXPECT_EQ(damaged.seq, 3);
    EXPECT_TRUE(damaged.damaged);
    EXPECT_EQ(damaged.event.organisation, "clinic-kita") << "what the columns say";
    EXPECT_EQ(damaged.event.objects.front().id, kPatient);
    EXPECT_NE(to_json_line(damaged).find("\"damaged\": true"), std::string::npos);
    EXPECT_FALSE((*found)[0].damaged);
    EXPECT_EQ(to_json_line((*found)[0]).find("damaged"), std::string::npos);
    auto const one = record_at(archive(), 3);
    ASSERT_FALSE(one.ok());
    EXPECT_NE(one.error().detail.find("record 3 "), std::string::npos);
}

/// Whoever asks must not be able to hide what he asked by asking at length.
TEST_F(AuditTrail, TheRecordOfALongQueryIsReadLikeAnyOther) {
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    auto asked = event(1);
    domain::AuditObject query;
    query.role = 24;
    query.query = std::string(3U << 20, 'q');
    asked.objects.push_back(query);
    ASSERT_TRUE(audit.record({asked}).ok());
    auto const found = search(archive(), {});
    ASSERT_TRUE(found.ok()) << found.error().detail;
    ASSERT_EQ(found->size(), 1U);
    EXPECT_FALSE((*found)[0].damaged);
    EXPECT_EQ((*found)[0].event.objects.back().query, query.query);
    EXPECT_TRUE(record_at(archive(), 1).ok());
}

TEST_F(AuditTrail, SearchCombinesItsConditions) {
    fill(6);
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    auto refused = event(7, kHospitalId);
    refused.outcome = domain::AuditOutcome::kMinorFailure;
    refused.transaction = "ITI-41";
    ASSERT_TRUE(audit.record({refused}).ok());

    auto const traces = [&](auto set) {
        SearchQuery query;
        set(query);
        auto const found = search(archive(), query);
        EXPECT_TRUE(found.ok());
        std::string out;
        if (found) {
            for (auto const& one : *found) out += one.event.trace + " ";
        }
        return out;
    };
    EXPECT_EQ(traces([](SearchQuery& q) { q.patient = kPatient; }), "t6 t5 t4 t3 t2 t1 ");
    EXPECT_EQ(traces([](SearchQuery& q) { q.patient = kHospitalId; }), "t7 ");
    EXPECT_EQ(traces([](SearchQuery& q) { q.patient = "R1^^^&2.999.1.1.9&ISO"; }), "");
    EXPECT_EQ(traces([](SearchQuery& q) { q.member = "hospital-kita"; }), "t6 t4 t2 ");
    EXPECT_EQ(traces([](SearchQuery& q) { q.user = "dr-midori"; }), "t7 t5 t3 t1 ");
    EXPECT_EQ(traces([](SearchQuery& q) { q.document = "1.2.3.4"; }), "t4 ");
    EXPECT_EQ(traces([](SearchQuery& q) { q.transaction = "ITI-41"; }), "t7 ");
    EXPECT_EQ(traces([](SearchQuery& q) { q.outcome = domain::AuditOutcome::kMinorFailure; }),
              "t7 ");
    EXPECT_EQ(traces([](SearchQuery& q) {
                  q.from = kTime + std::chrono::seconds(2);
                  q.to = kTime + std::chrono::seconds(4);
              }),
              "t3 t2 ");
    EXPECT_EQ(traces([](SearchQuery& q) { q.limit = 2; }), "t7 t6 ");
    EXPECT_EQ(traces([](SearchQuery& q) {
                  q.patient = kPatient;
                  q.user = "dr-aoba";
                  q.member = "clinic-kita";
              }),
              "");
}

TEST_F(AuditTrail, SearchFindsEveryPatientAndDocumentOfARecordWhateverCharactersTheyHave) {
    std::string const odd = R"(a"b\c,{d} e)";
    auto many = event(1);
    many.objects.push_back(domain::audit_patient(kHospitalId));
    for (auto const& id : {std::string("NULL"), odd}) {
        many.objects.push_back(domain::audit_document(id, "2.999.1.1.2", std::nullopt));
    }
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    fs::create_directories(folder_ / "journal");
    ASSERT_TRUE(audit.record({many, event(2, "R2^^^&2.999.1.1.1&ISO")}).ok());
    for (auto const& patient : {kPatient, kHospitalId}) {
        SearchQuery query;
        query.patient = patient;
        auto const found = search(archive(), query);
        ASSERT_EQ(found->size(), 1U) << patient;
        EXPECT_EQ(found->at(0).seq, 1);
    }
    for (auto const& document : {std::string("1.2.3.1"), std::string("NULL"), odd}) {
        SearchQuery query;
        query.document = document;
        EXPECT_EQ(search(archive(), query)->size(), 1U) << document;
    }
    EXPECT_EQ(verified().damage, Damage::kNone);
}

TEST_F(AuditTrail, EverySearchHasAnIndexThatLeads) {
    // A small table would be read along any index, and sorted as a whole.
    sabotage(
        "INSERT INTO atna.record SELECT n, gen_random_uuid(), '2026-01-01'::timestamptz + n * '1 "
        "min'::interval, 'ITI-43', '110106', 'ITI-43', 0, 'm' || n % 2, sha256((n % "
        "500)::text::bytea), ARRAY['p' || n % 2000], ARRAY['d' || n], '', '', 'sealed', "
        "sha256(n::text::bytea) FROM generate_series(1000, 300000) n; ANALYZE atna.record");
    auto const plan_of = [&](pg::Statement const& statement) {
        // As the server plans it when it has stopped looking at the values.
        auto const rows =
            pg::run_script(database_.superuser(),
                           "SET plan_cache_mode = force_generic_plan; "
                           "PREPARE looked_for AS " +
                               std::string(statement.sql) +
                               "; EXPLAIN EXECUTE looked_for('{a,b}', '{c}', 'token', 'm', 't', 1, "
                               "'2026-01-01', '2026-02-01', 10)");
        std::string out;
        for (auto const& row : *rows) out += row.at(0) + "\n";
        return out;
    };
    auto const uses = [](std::string const& plan, std::string const& index) {
        return plan.find(" on " + index + " ") != std::string::npos ||
               plan.find(" using " + index + " ") != std::string::npos;
    };
    auto const led_by = [&](pg::Statement const& statement, Strings const& indexes) {
        std::string const plan = plan_of(statement);
        for (std::string const& index : indexes) EXPECT_TRUE(uses(plan, index)) << plan;
        return plan;
    };
    for (std::string const& plan :
         {led_by(sql::kSearchPatient, {"record_by_patient", "record_by_patients"}),
          led_by(sql::kSearchDocument, {"record_by_document", "record_by_documents"})})
        EXPECT_FALSE(uses(plan, "record_by_time")) << "that of all records\n" << plan;
    led_by(sql::kSearchUser, {"record_by_user"});
    for (std::string const& plan :
         {led_by(sql::kSearchMember, {}), led_by(sql::kSearchTime, {"record_by_time"})})
        EXPECT_NE(plan.find("Incremental Sort"), std::string::npos)
            << "all of the period is sorted\n"
            << plan;
}

TEST_F(AuditTrail, ColumnsHoldNoUserAndNoForeignPatientIdInTheClear) {
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    fs::create_directories(folder_ / "journal");
    ASSERT_TRUE(audit.record({event(2, kHospitalId)}).ok());
    ASSERT_EQ(search(archive(), {})->size(), 1U);
    auto const row = pg::run_script(database_.superuser(), "SELECT r::text FROM atna.record r");
    auto const& text = row->at(0).at(0);
    EXPECT_EQ(text.find("dr-aoba"), std::string::npos);
    EXPECT_EQ(text.find("0001^^^"), std::string::npos);
    EXPECT_NE(text.find("hmac:"), std::string::npos);
    EXPECT_EQ(text.find(to_hex(as_bytes("AuditMessage"))), std::string::npos)
        << "the message is sealed";
}

TEST_F(AuditTrail, JsonLineCarriesTheAgreedFields) {
    fill(2);
    SearchQuery query;
    query.limit = 1;
    auto const line = to_json_line(search(archive(), query)->at(0));
    EXPECT_TRUE(line.starts_with(
        "{\"time\": \"2026-11-21T00:00:02.000000Z\", \"transaction\": \"ITI-43\", "
        "\"event_id\": \"110106\", \"event_type\": \"ITI-43\", \"outcome\": 0, "
        "\"user\": \"dr-aoba\", \"organisation\": \"hospital-kita\", "
        "\"peer\": \"192.0.2.7\", \"patient\": \"R1^^^&2.999.1.1.1&ISO\", "
        "\"objects\": [{\"id\": \"R1^^^&2.999.1.1.1&ISO\", \"type\": 1, \"role\": 1, "
        "\"id_type\": \"2\"}, {\"id\": \"1.2.3.2\", \"type\": 2, \"role\": 3, "
        "\"id_type\": \"9\"}], \"rule\": \"K3.2\", \"message\": \"<?xml version=\\\"1.0\\\""))
        << line;
    EXPECT_TRUE(line.ends_with("</AuditMessage>\", \"trace\": \"t2\", \"seq\": 2}")) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace musubi::atna
