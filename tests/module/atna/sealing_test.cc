// From journal and transactions into one chain: whole, in order, once.

#include "atna/module.h"
#include "core/pipeline.h"
#include "module/atna/audit_fixture.h"

#include <sys/wait.h>

#include <thread>

namespace musubi::atna {
namespace {

class Sealing : public AuditTrail {
protected:
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
};

TEST_F(Sealing, JournalAndTransactionsShareOneUnbrokenChain) {
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

TEST_F(Sealing, ABacklogIsSealedBatchByBatchInTheOrderOfTheJournal) {
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

TEST_F(Sealing, RecordInIsGoneWithTheRollback) {
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    auto const failed = pool_->run([&](pg::Tx& tx) -> Status {
        auto const status = audit.record_in(tx, {event(1)});
        if (!status) return status;
        return Error(Code::kConflict, "the change itself failed");
    });
    EXPECT_FALSE(failed.ok());
    EXPECT_EQ(count("pending"), 0);
}

TEST_F(Sealing, SealingIsCompleteAndWithoutDoublesAfterACrashAtAnyPoint) {
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

TEST_F(Sealing, ARecordThatDoesNotOpenStaysWhereItIs) {
    fs::create_directories(folder_ / "journal");
    sabotage(
        "INSERT INTO atna.pending (event_uuid, sealed) VALUES (gen_random_uuid(), 'nonsense')");
    Indexer indexer(*pool_, *keys_, *sealer_, folder_ / "journal", nullptr);
    EXPECT_EQ(indexer.run().error().code, Code::kStorageUnavailable);
    EXPECT_EQ(count("pending"), 1);
}

TEST_F(Sealing, ModuleRecordsSealsAndTellsItsHealth) {
    auto known = descriptor().config_keys;
    for (char const* of_the_node : {"node.audit_source_id", "tls.ca"})
        known.emplace_back().key = of_the_node;
    auto const config = core::Config::from(
        {{"atna.journal_folder", (folder_ / "journal").string()}, {"atna.seal_interval", "20ms"}},
        known);
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
