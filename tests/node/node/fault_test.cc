// Errors and exceptions at every FAULT point, and a database that is stopped, frozen or cut off:
// the peer hears an answer of its protocol, nothing is half done, and the next try succeeds.

#include <gtest/gtest.h>
#include <signal.h>

#include <future>

#include "support/child_process.h"
#include "support/fault_loop.h"
#include "support/invariants.h"

namespace musubi::test {
namespace {

void expect_storage_errors(TestNode& node) {
    for (char const* text :
         {"event=request.failed", "event=audit.failed", "event=pg.connect_failed"}) {
        node.expect_error(text);
    }
}

class Faults : public ::testing::TestWithParam<char const*> {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = quiet_settings();
        options.settings.push_back("repository.grace_time=1s");
        options.settings.push_back("repository.reconcile_period=1s");
        return options;
    }
    void SetUp() override {
        expect_storage_errors(node);
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }
    Papers make() {
        static unsigned seed = 100;
        std::vector<NewDocument> documents(2);
        documents[0].content = generated_document(300 * 1024, ++seed);
        documents[1].content = generated_document(100, ++seed);
        return papers_for(patient, documents);
    }
    /// All places at once, each firing a single time: one try after the other runs into the next.
    std::string all_armed(std::vector<FaultPlace> const& places) {
        std::string plan;
        for (FaultPlace const& place : places) {
            if (place.point.starts_with("atna.")) continue;
            plan += (plan.empty() ? "" : ",") + place.armed(GetParam());
        }
        return plan;
    }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
};

TEST_P(Faults, SubmissionFailsInItsOwnWordsUntilTheFaultsAreOver) {
    auto const places = places_of(node, [&] { ASSERT_TRUE(toolkit.submit(make()).success()); });
    node.stop();
    node.start({all_armed(places)});
    Attempt attempt{make()};
    int refusals = 0;
    for (; refusals <= static_cast<int>(places.size()); ++refusals) {
        Heard const heard = toolkit.submit(attempt.papers);
        attempt.fate = fate_of(heard);
        if (attempt.fate == Attempt::Fate::kAcknowledged) break;
        ASSERT_TRUE(heard.refused()) << heard.text();
        // Only behind the commit may it be there although it was refused.
        if (check_attempt(toolkit, attempt) == Visible::kEverything) {
            EXPECT_TRUE(toolkit.submit(attempt.papers).has_code("XDSDuplicateUniqueIdInRegistry"));
            attempt = {make()};
        }
    }
    EXPECT_GE(refusals, 6);
    EXPECT_EQ(check_attempt(toolkit, attempt), Visible::kEverything);
    check_audited(node, attempt, "ITI-41");
    check_store(node);
    check_no_orphans(node);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_P(Faults, FeedIsRefusedWithAnErrorAcknowledgementUntilTheFaultsAreOver) {
    auto const places =
        places_of(node, [&] { ASSERT_EQ(toolkit.feed("A01", fresh_patient()), "AA"); });
    node.stop();
    node.start({all_armed(places)});
    std::string const fed = fresh_patient();
    std::string ack;
    int refusals = 0;
    for (; refusals <= static_cast<int>(places.size()); ++refusals) {
        ack = toolkit.feed("A01", fed);
        if (ack == "AA") break;
        ASSERT_TRUE(ack == "AE" || ack == "AR") << ack;
    }
    EXPECT_EQ(ack, "AA");
    EXPECT_GE(refusals, 3);
    EXPECT_TRUE(toolkit.submit(letter_for(fed)).success());
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_P(Faults, NothingIsDisclosedWhenTheRecordCannotBeWritten) {
    Papers const papers = make();
    ASSERT_TRUE(toolkit.submit(papers).success());
    std::string const& id = papers.documents[1].unique_id;
    auto const places = places_of(node, [&] { ASSERT_TRUE(toolkit.retrieve({id}).success()); });
    EXPECT_GE(places.size(), 3U);
    for (FaultPlace const& place : places) {
        SCOPED_TRACE(place.point);
        node.stop();
        node.start({place.armed(GetParam())});
        auto const fetched = toolkit.retrieve({id});
        EXPECT_TRUE(fetched.refused()) << fetched.text();
        EXPECT_TRUE(fetched.documents.empty());
        EXPECT_TRUE(toolkit.retrieve({id}).success()) << "the second try";
    }
}

INSTANTIATE_TEST_SUITE_P(AtEveryPoint, Faults, ::testing::Values("error", "throw"),
                         [](auto const& info) { return std::string(info.param); });

class DatabaseFaults : public ::testing::Test {
protected:
    static TestNode::Options options(TestCluster& cluster) {
        TestNode::Options options;
        options.settings = {"database.pool_size=4"};
        options.cluster = &cluster;
        return options;
    }
    void SetUp() override {
        expect_storage_errors(node);
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        ASSERT_TRUE(toolkit.submit(before.papers = letter_for(patient)).success());
    }
    void expect_refusals() {
        Papers const papers = letter_for(patient);
        EXPECT_TRUE(toolkit.submit(papers).refused());
        auto const found = toolkit.find(patient);
        EXPECT_TRUE(found.refused()) << found.text();
        EXPECT_TRUE(found.objects.entries.empty());
        EXPECT_TRUE(toolkit.retrieve({before.papers.documents[0].unique_id}).refused());
        std::string const ack = toolkit.feed("A01", fresh_patient());
        EXPECT_TRUE(ack == "AE" || ack == "AR") << ack;
    }
    void expect_well() {
        EXPECT_TRUE(eventually([&] { return toolkit.find(patient).success(); }));
        before.fate = Attempt::Fate::kAcknowledged;
        EXPECT_EQ(check_attempt(toolkit, before), Visible::kEverything);
        EXPECT_TRUE(toolkit.submit(letter_for(patient)).success());
        EXPECT_EQ(toolkit.feed("A01", fresh_patient()), "AA");
        EXPECT_TRUE(node.running());
    }

    TestCluster cluster;
    TestNode node{options(cluster)};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
    Attempt before;
};

TEST_F(DatabaseFaults, StoppedDatabaseIsToldAndTheNodeRecoversByItself) {
    cluster.stop(TestCluster::Stop::kFast);
    expect_refusals();
    EXPECT_NE(node.operator_page("/health/ready").find("database"), std::string::npos);
    cluster.start();
    expect_well();
    cluster.stop(TestCluster::Stop::kImmediate);
    expect_refusals();
    cluster.start();
    expect_well();
    // Refusals while the database was away are on record too.
    EXPECT_EQ(node.verify_audit(), "");
    atna::SearchQuery query;
    query.transaction = "ITI-43";
    query.outcome = domain::AuditOutcome::kSeriousFailure;
    EXPECT_FALSE(node.audit(query).empty());
}

TEST_F(DatabaseFaults, FrozenDatabaseHoldsRequestsButNotTheNode) {
    std::vector<pid_t> all = children_of(cluster.server_pid());
    all.push_back(cluster.server_pid());
    for (pid_t const pid : all) ::kill(pid, SIGSTOP);
    // More requests than there are database connections.
    std::vector<std::future<Found>> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(std::async(std::launch::async, [&] { return toolkit.find(patient); }));
    }
    pause_ms(3'000);
    EXPECT_NE(node.operator_page("/health/live"), "");
    for (pid_t const pid : all) ::kill(pid, SIGCONT);
    for (auto& one : waiting) {
        Found const found = one.get();
        EXPECT_TRUE(found.success() || found.refused()) << found.text();
        EXPECT_EQ(found.objects.entries.size(), found.success() ? 1U : 0U);
    }
    expect_well();
}

TEST_F(DatabaseFaults, ServerWithoutFreeConnectionsIsToldAndNobodyHangs) {
    node.sql("alter role musubi_serving connection limit 1");
    node.sql(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = "
        "'musubi_serving' and datname = current_database()");
    std::vector<std::future<Found>> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(std::async(std::launch::async, [&] { return toolkit.find(patient); }));
    }
    for (auto& one : waiting) {
        Found const found = one.get();
        EXPECT_TRUE(found.success() || found.refused()) << found.text();
        EXPECT_EQ(found.objects.entries.size(), found.success() ? 1U : 0U);
    }
    node.sql("alter role musubi_serving connection limit -1");
    expect_well();
}

TEST_F(DatabaseFaults, TerminatedBackendsAreReplaced) {
    auto const killed = node.sql(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = "
        "'musubi_serving' and datname = current_database()");
    EXPECT_FALSE(killed.empty());
    for (int i = 0; i < 4; ++i) {
        Found const found = toolkit.find(patient);
        EXPECT_TRUE(found.success() || found.refused()) << found.text();
    }
    expect_well();
}

}  // namespace
}  // namespace musubi::test
