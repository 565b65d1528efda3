#include "atna/archive.h"
#include "atna/audit.h"
#include "atna/indexer.h"
#include "atna/module.h"
#include "atna/sql.h"
#include "core/pipeline.h"
#include "platform/base/fault.h"
#include "platform/pg/admin.h"
#include "support/source_tree.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

namespace musubi::atna {
namespace {

namespace fs = std::filesystem;

std::string const kPatient = "R1^^^&2.999.1.1.1&ISO";
std::string const kHospitalId = "0001^^^&1.2.392.100495.20.3.51.11319876543&ISO";
WallTime const kTime = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));

domain::AuditEvent event(int number, std::string const& patient = kPatient) {
    domain::AuditEvent out;
    out.event_id = domain::dcm("110106", "Export");
    out.action = 'R';
    out.time = kTime + std::chrono::seconds(number);
    out.event_types = {domain::ihe_transaction("ITI-43", "Retrieve Document Set")};
    domain::AuditParticipant source, destination, human;
    source.user_id = "https://localhost:8443/xds/repository";
    source.alternative_user_id = "1";
    source.roles = {domain::dcm("110153", "Source Role ID")};
    source.network_address = "127.0.0.1";
    destination.user_id = "CN=hospital-kita";
    destination.is_requestor = true;
    destination.roles = {domain::dcm("110152", "Destination Role ID")};
    destination.network_address = "192.0.2.7";
    human.user_id = number % 2 == 0 ? "dr-aoba" : "dr-midori";
    human.is_requestor = true;
    out.participants = {source, destination, human};
    out.source_id = "node-a";
    out.objects = {
        domain::audit_patient(patient),
        domain::audit_document("1.2.3." + std::to_string(number), "2.999.1.1.2", std::nullopt)};
    out.transaction = "ITI-43";
    out.organisation = number % 2 == 0 ? "hospital-kita" : "clinic-kita";
    out.rule = "K3.2";
    out.trace = "t" + std::to_string(number);
    return out;
}

class AuditTrail : public ::testing::Test {
protected:
    AuditTrail()
        : sql_(test::read_file(test::source_dir() / "db/atna/V0001__init.sql")),
          files_{{"atna/V0001__init.sql", sql_}},
          database_(files_) {
        static std::atomic<int> number{0};
        folder_ = fs::temp_directory_path() /
                  ("musubi-atna-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
        fs::create_directories(folder_);
        keys_ = *vault::KeyRing::open(folder_ / "keys", folder_ / "master.key",
                                      vault::KeyRing::IfAbsent::kCreate);
        sealer_.emplace(*keys_, std::vector<std::string>{"2.999.1.1.1"});
        connect();
    }
    ~AuditTrail() override {
        arm_faults("");
        pool_.reset();
        fs::remove_all(folder_);
    }
    void connect() {
        pg::PoolConfig config;
        config.conninfo = database_.serving();
        config.size = 4;
        pool_.emplace(config);
    }
    std::unique_ptr<Journal> open_journal(std::uint64_t segment_bytes = 1024) {
        JournalSettings settings;
        settings.folder = folder_ / "journal";
        settings.segment_bytes = segment_bytes;
        auto journal = Journal::open(settings);
        if (!journal) throw std::runtime_error(journal.error().detail);
        return std::move(*journal);
    }
    Archive archive() { return {*pool_, *keys_, folder_ / "journal", {"2.999.1.1.1"}}; }
    std::int64_t count(std::string const& table) {
        auto const rows =
            pg::run_script(database_.superuser(), "SELECT count(*) FROM atna." + table);
        return std::stoll(rows->at(0).at(0));
    }
    void sabotage(std::string const& script) {
        auto const done = pg::run_script(database_.superuser(), script);
        ASSERT_TRUE(done.ok()) << done.error().detail;
    }
    /// Records 1 to n, sealed.
    void fill(int n) {
        DatabaseAudit audit(*pool_, *sealer_, system_ids());
        fs::create_directories(folder_ / "journal");
        for (int i = 1; i <= n; ++i) ASSERT_TRUE(audit.record({event(i)}).ok());
        Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
        auto const done = indexer.run();
        ASSERT_TRUE(done.ok()) << done.error().detail;
        ASSERT_EQ(done->sealed, n);
    }
    Verification verified() {
        auto const out = verify(archive());
        if (!out) throw std::runtime_error(out.error().detail);
        return *out;
    }

    /// Five records in the journal, one in a transaction, then the end at `point`. In a child
    /// process.
    void die_while_sealing(std::string const& point) {
        connect();
        auto const journal = open_journal();
        JournalAudit audit(*pool_, *sealer_, system_ids(), *journal);
        for (int i = 1; i <= 5; ++i) {
            if (!audit.record({event(i)}).ok()) ::_exit(1);
        }
        if (!pool_->run([&](pg::Tx& tx) { return audit.record_in(tx, {event(6)}); }).ok())
            ::_exit(2);
        arm_faults(point + "=kill");
        Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", journal.get());
        [[maybe_unused]] auto const outcome = indexer.run();
    }

    std::string sql_;
    std::vector<pg::MigrationFile> files_;
    test::TestDatabase database_;
    fs::path folder_;
    std::unique_ptr<vault::KeyRing> keys_;
    std::optional<EntrySealer> sealer_;
    std::optional<pg::Pool> pool_;
};

TEST_F(AuditTrail, JournalAndTransactionsShareOneUnbrokenChain) {
    auto const journal = open_journal();
    JournalAudit audit(*pool_, *sealer_, system_ids(), *journal);
    for (int i = 1; i <= 10; ++i) ASSERT_TRUE(audit.record({event(i)}).ok());
    auto const done = pool_->run([&](pg::Tx& tx) {
        return audit.record_in(tx, {event(11), event(12)});
    });
    ASSERT_TRUE(done.ok()) << done.error().detail;
    EXPECT_EQ(count("pending"), 2);
    EXPECT_GT(journal->segments().size(), 1U);

    Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", journal.get());
    auto const outcome = indexer.run();
    ASSERT_TRUE(outcome.ok()) << outcome.error().detail;
    EXPECT_EQ(outcome->sealed, 12);
    EXPECT_EQ(count("pending"), 0);
    EXPECT_EQ(count("record"), 12);
    auto const left = journal->segments();
    EXPECT_LE(left.size(), 1U) << "closed segments are deleted once all of them is committed";
    auto const again = indexer.run();
    EXPECT_EQ(again->sealed, 0);
    auto const result = verified();
    EXPECT_EQ(result.damage, Damage::kNone) << result.text;
    EXPECT_EQ(result.records, 12);
}

TEST_F(AuditTrail, ABacklogIsSealedBatchByBatchInTheOrderOfTheJournal) {
    auto const journal = open_journal(64U << 20);
    JournalAudit audit(*pool_, *sealer_, system_ids(), *journal);
    std::vector<domain::AuditEvent> events;
    for (int i = 1; i <= 1500; ++i) events.push_back(event(i));
    ASSERT_TRUE(audit.record(events).ok());
    Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", journal.get());
    auto const all = indexer.unsealed_octets();
    auto const first = indexer.run_batch();
    ASSERT_TRUE(first.ok()) << first.error().detail;
    EXPECT_EQ(first->sealed, 1000);
    EXPECT_TRUE(first->more);
    EXPECT_GT(indexer.unsealed_octets(), 0);
    EXPECT_LT(indexer.unsealed_octets(), all / 2);
    auto const second = indexer.run_batch();
    EXPECT_EQ(second->sealed, 500);
    EXPECT_FALSE(second->more);
    EXPECT_EQ(indexer.unsealed_octets(), 0);
    auto const out_of_order = pg::run_script(
        database_.superuser(), "SELECT count(*) FROM atna.record WHERE trace <> 't' || seq::text");
    EXPECT_EQ(out_of_order->at(0).at(0), "0");
    EXPECT_EQ(verified().records, 1500);
}

TEST_F(AuditTrail, RecordInIsGoneWithTheRollback) {
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    auto const failed = pool_->run([&](pg::Tx& tx) -> Status {
        auto const status = audit.record_in(tx, {event(1)});
        if (!status) return status;
        return Error(Code::kConflict, "the change itself failed");
    });
    EXPECT_FALSE(failed.ok());
    EXPECT_EQ(count("pending"), 0);
}

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
    // An empty table would be read along any index.
    sabotage("DROP INDEX atna.record_by_time; DROP INDEX atna.record_by_organisation");
    auto const plan_of = [&](pg::Statement const& statement) {
        // As the server plans it when it has stopped looking at the values.
        auto const rows =
            pg::run_script(database_.superuser(),
                           "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; "
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
    for (auto const* index : {"record_by_patient", "record_by_patients"}) {
        EXPECT_TRUE(uses(plan_of(sql::kSearchPatient), index)) << plan_of(sql::kSearchPatient);
    }
    for (auto const* index : {"record_by_document", "record_by_documents"}) {
        EXPECT_TRUE(uses(plan_of(sql::kSearchDocument), index)) << plan_of(sql::kSearchDocument);
    }
    EXPECT_TRUE(uses(plan_of(sql::kSearchUser), "record_by_user")) << plan_of(sql::kSearchUser);
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

TEST_F(AuditTrail, ReportTellsWhoSawARecord) {
    fill(3);
    auto const told = report(archive(), kPatient);
    ASSERT_TRUE(told.ok());
    EXPECT_EQ(told->lines, 3);
    EXPECT_TRUE(told->csv.starts_with(
        "\"time\",\"organisation\",\"user\",\"what\",\"outcome\",\"documents\",\"rule\"\r\n"
        "\"2026-11-21T00:00:03.000000Z\",\"clinic-kita\",\"dr-midori\","
        "\"ITI-43 Retrieve Document Set\",\"success\",\"1.2.3.3\",\"K3.2\"\r\n"))
        << told->csv;
    EXPECT_EQ(std::count(told->text.begin(), told->text.end(), '\n'), 4);
    EXPECT_EQ(report(archive(), "nobody")->lines, 0);
}

TEST_F(AuditTrail, VerifyNamesTheFirstAlteredRecord) {
    fill(5);
    EXPECT_EQ(verified().damage, Damage::kNone);
    sabotage("UPDATE atna.record SET organisation = 'other' WHERE seq = 3");
    auto const columns = verified();
    EXPECT_EQ(columns.damage, Damage::kAltered);
    EXPECT_EQ(columns.seq, 3);
    EXPECT_EQ(columns.records, 2);
    sabotage(
        "UPDATE atna.record SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) WHERE "
        "seq = 2");
    auto const content = verified();
    EXPECT_EQ(content.damage, Damage::kAltered);
    EXPECT_EQ(content.seq, 2);
}

TEST_F(AuditTrail, VerifyNamesTheFirstRemovedRecordAlsoAtTheEnd) {
    fill(5);
    sabotage("DELETE FROM atna.record WHERE seq = 3");
    auto const middle = verified();
    EXPECT_EQ(middle.damage, Damage::kRemoved);
    EXPECT_EQ(middle.seq, 3);
    sabotage("DELETE FROM atna.record WHERE seq >= 3");
    auto const end = verified();
    EXPECT_EQ(end.damage, Damage::kCutOff);
    EXPECT_EQ(end.seq, 3);
}

TEST_F(AuditTrail, VerifyNamesTheFirstReorderedRecord) {
    fill(5);
    sabotage(
        "UPDATE atna.record SET seq = 100 WHERE seq = 2; UPDATE atna.record SET seq = 2 WHERE seq "
        "= 4;"
        "UPDATE atna.record SET seq = 4 WHERE seq = 100");
    auto const result = verified();
    EXPECT_EQ(result.damage, Damage::kReordered);
    EXPECT_EQ(result.seq, 2);
}

TEST_F(AuditTrail, VerifyFindsAChainThatWasComputedAnewWithoutARecord) {
    fill(4);
    // What somebody with all rights in the database but without the keys can do: drop a row and
    // rehash the rest.
    sabotage(
        "CREATE TABLE atna.copy AS SELECT * FROM atna.record WHERE seq <> 2; DELETE FROM "
        "atna.record");
    sabotage(
        "INSERT INTO atna.pending (event_uuid, sealed) SELECT event_uuid, sealed FROM atna.copy "
        "ORDER BY seq");
    auto const result =
        verified();  // seals the three again: a valid chain, but not the one that was anchored
    EXPECT_EQ(result.damage, Damage::kCutOff);
}

TEST_F(AuditTrail, NothingIsSealedOnTopOfAChainThatLostItsEnd) {
    fill(5);
    sabotage("DELETE FROM atna.record WHERE seq >= 4");
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    for (int i = 6; i <= 8; ++i) ASSERT_TRUE(audit.record({event(i)}).ok());
    Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
    EXPECT_EQ(indexer.run().error().code, Code::kConflict);
    EXPECT_EQ(count("pending"), 3);
    auto const result = verified();
    EXPECT_EQ(result.damage, Damage::kCutOff);
    EXPECT_EQ(result.seq, 4);
    EXPECT_EQ(search(archive(), {})->size(), 3U) << "what is there can still be searched";
}

TEST_F(AuditTrail, AnAnchorThatIsBehindIsNoDamage) {
    fill(3);
    auto const anchor = folder_ / "journal/chain.anchor";
    auto const older = test::read_file(anchor);
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    ASSERT_TRUE(audit.record({event(4)}).ok());
    EXPECT_EQ(verified().damage, Damage::kNone);
    std::ofstream(anchor, std::ios::trunc) << older;  // as after a crash between commit and anchor
    ASSERT_TRUE(audit.record({event(5)}).ok());
    auto const result = verified();
    EXPECT_EQ(result.damage, Damage::kNone) << result.text;
    EXPECT_EQ(result.records, 5);
}

TEST_F(AuditTrail, VerifyDistrustsAForgedAnchor) {
    fill(2);
    auto const anchor = folder_ / "journal/chain.anchor";
    auto text = test::read_file(anchor);
    text[0] = '1';
    std::ofstream(anchor, std::ios::trunc) << text;
    EXPECT_EQ(verified().damage, Damage::kCutOff);
}

TEST_F(AuditTrail, TheServingRoleCannotTouchTheChain) {
    fill(1);
    for (char const* statement : {"UPDATE atna.record SET rule = 'x'", "DELETE FROM atna.record",
                                  "TRUNCATE atna.record", "UPDATE atna.pending SET sealed = ''"}) {
        EXPECT_FALSE(pg::run_script(database_.serving(), statement).ok()) << statement;
    }
    EXPECT_TRUE(pg::run_script(database_.report(), "SELECT * FROM atna.record").ok());
    EXPECT_FALSE(pg::run_script(database_.report(), "DELETE FROM atna.record").ok());
}

TEST_F(AuditTrail, SealingIsCompleteAndWithoutDoublesAfterACrashAtAnyPoint) {
    for (char const* point : {"atna.before_seal_commit", "atna.after_seal_commit"}) {
        auto const before = count("record");
        ASSERT_EQ(::system(("rm -rf " + (folder_ / "journal").string()).c_str()), 0);
        ::fflush(nullptr);
        pool_.reset();
        pid_t const child = ::fork();
        if (child == 0) {
            // A thread of its own: a child inherits the calling thread's supply of random numbers,
            // hence its uuids.
            std::thread([&] { die_while_sealing(point); }).join();
            ::_exit(3);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << point << " " << status;
        connect();
        auto const journal = open_journal();
        Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", journal.get());
        Result<Indexer::Outcome> outcome = indexer.run();
        for (int i = 0; i < 100 && outcome && outcome->another_works; ++i) {
            std::this_thread::sleep_for(
                std::chrono::milliseconds(20));  // the dead process's lock goes with its session
            outcome = indexer.run();
        }
        ASSERT_TRUE(outcome.ok()) << outcome.error().detail;
        EXPECT_EQ(count("record"), before + 6) << point;
        EXPECT_EQ(count("pending"), 0) << point;
        EXPECT_EQ(verified().damage, Damage::kNone) << point;
    }
}

TEST_F(AuditTrail, ARecordThatDoesNotOpenStaysWhereItIs) {
    fs::create_directories(folder_ / "journal");
    sabotage(
        "INSERT INTO atna.pending (event_uuid, sealed) VALUES (gen_random_uuid(), 'nonsense')");
    Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
    EXPECT_EQ(indexer.run().error().code, Code::kStorageUnavailable);
    EXPECT_EQ(count("pending"), 1);
}

TEST_F(AuditTrail, ModuleRecordsSealsAndTellsItsHealth) {
    auto const config = core::Config::from(
        {{"atna.journal_folder", (folder_ / "journal").string()}, {"atna.seal_interval", "20ms"}},
        descriptor().config_keys);
    ASSERT_TRUE(config.ok()) << config.error().detail;
    core::Ports ports;
    ports.provide<vault::KeyRing>(*keys_);
    core::Pipeline pipeline(ports, *pool_, system_clock(), {});
    core::ModuleContext context{*config, ports, *pool_, pipeline, system_clock(), system_ids()};
    auto module = descriptor().create(context);
    ASSERT_TRUE(module.ok()) << module.error().detail;
    ASSERT_TRUE((*module)->start().ok());
    auto* audit = ports.find<core::AuditPort>();
    ASSERT_NE(audit, nullptr);
    ASSERT_TRUE(audit->record({event(1)}).ok());
    EXPECT_EQ((*module)->health().state, core::Health::kGood);
    arm_faults("atna.before_write=error");
    EXPECT_FALSE(audit->record({event(2)}).ok());
    EXPECT_EQ((*module)->health().state, core::Health::kBad);
    EXPECT_TRUE(audit->record({event(3)}).ok());
    EXPECT_EQ((*module)->health().state, core::Health::kGood);
    (*module)->stop(std::chrono::steady_clock::now());
    EXPECT_EQ(count("record"), 2) << "stopping seals what is left";
}

}  // namespace
}  // namespace musubi::atna
