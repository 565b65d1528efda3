// kill -9 of the real process at every FAULT point that a transaction passes, on a database that
// syncs; then restart and ask what is left. An acknowledged change is there, any other is there as
// a whole or not at all, and sending it again ends in exactly one.

#include <gtest/gtest.h>

#include <future>
#include <set>

#include "support/fault_loop.h"
#include "support/invariants.h"

namespace musubi::test {
namespace {

TestCluster& durable_cluster() {
    static TestCluster cluster(TestCluster::Durability::kReal);
    return cluster;
}

class Crash : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = quiet_settings();
        options.settings.push_back("repository.grace_time=1s");
        options.settings.push_back("repository.reconcile_period=1s");
        options.cluster = &durable_cluster();
        return options;
    }

    void SetUp() override {
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }

    /// Two documents, so that half a submission would show.
    Papers papers_of(std::uint64_t size) {
        static unsigned seed = 0;
        std::vector<NewDocument> documents(2);
        documents[0].content = generated_document(size, ++seed);
        documents[1].content = generated_document(100, ++seed);
        return papers_for(patient, documents);
    }

    using Send = std::function<Heard(Papers const&)>;

    /// Dies at each place of `send`; what the sender then finds, sends again and finds.
    void die_everywhere(std::function<Papers()> const& make, Send const& send,
                        std::string const& transaction, bool with_content) {
        auto const places = places_of(node, [&] { ASSERT_TRUE(send(make()).success()); });
        EXPECT_GE(places.size(), 5U);
        for (FaultPlace const& place : places) {
            SCOPED_TRACE(transaction + " killed at " + place.point);
            node.kill();
            node.start({place.armed("kill")});
            Attempt attempt{make(), Attempt::Fate::kUnknown, with_content};
            attempt.fate = fate_of(send(attempt.papers));
            // The journal's places are passed only where something is refused: then it is the
            // moment between the reply and whatever follows.
            EXPECT_TRUE(place.point.starts_with("atna.") || node.wait_death());
            node.kill();
            node.start();
            Visible const before = check_attempt(toolkit, attempt);
            Heard const again = send(attempt.papers);
            if (before == Visible::kNothing) {
                EXPECT_TRUE(again.success()) << again.text();
            } else {
                EXPECT_TRUE(again.has_code("XDSDuplicateUniqueIdInRegistry")) << again.text();
            }
            attempt.fate = Attempt::Fate::kAcknowledged;
            EXPECT_EQ(check_attempt(toolkit, attempt), Visible::kEverything);
            check_audited(node, attempt, transaction);
        }
        check_store(node);
        EXPECT_EQ(node.verify_audit(), "");
    }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
};

TEST_F(Crash, SmallSubmissionIsWholeOrAbsent) {
    die_everywhere([&] { return papers_of(10'000); },
                   [&](Papers const& p) { return toolkit.submit(p); }, "ITI-41", true);
}

TEST_F(Crash, LargeSubmissionIsWholeOrAbsentAndLeavesNoFiles) {
    die_everywhere([&] { return papers_of(600'000); },
                   [&](Papers const& p) { return toolkit.submit(p); }, "ITI-41", true);
    check_no_orphans(node);
}

TEST_F(Crash, RegistrationIsWholeOrAbsent) {
    auto const make = [&] {
        Papers papers = papers_of(1'000);
        complete_for_registry(papers);
        // Another repository's: this node holds no content for them.
        for (auto& entry : papers.submission.entries) entry.repository_unique_id = "2.999.7.2";
        return papers;
    };
    die_everywhere(
        make, [&](Papers const& p) { return toolkit.register_papers(p); }, "ITI-42", false);
}

TEST_F(Crash, NodeKilledUnderLoadKeepsWhatItAcknowledged) {
    constexpr int kSenders = 4;
    std::vector<Attempt> attempts;
    for (int round = 0; round < 3; ++round) {
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        std::atomic<bool> dead{false};
        std::vector<std::future<std::vector<Attempt>>> senders;
        for (int i = 0; i < kSenders; ++i) {
            senders.push_back(std::async(std::launch::async, [&, i] {
                NodeClient const sender(node, "toolkit");
                std::vector<Attempt> sent;
                while (!dead) {
                    std::vector<NewDocument> documents(2);
                    auto const seed = static_cast<unsigned>(sent.size() * 10) + 1000U;
                    documents[0].content = generated_document(i == 0 ? 300'000 : 5'000, seed);
                    documents[1].content = generated_document(100, seed + 1);
                    sent.push_back({papers_for(patient, documents)});
                    sent.back().fate = fate_of(sender.submit(sent.back().papers));
                }
                return sent;
            }));
        }
        pause_ms(100 + 60 * round);  // any moment will do
        node.kill();
        dead = true;
        for (auto& sender : senders) {
            for (Attempt& attempt : sender.get()) attempts.push_back(std::move(attempt));
        }
        node.start();
    }
    std::set<std::string> recorded;
    atna::SearchQuery query;
    query.transaction = "ITI-41";
    query.outcome = domain::AuditOutcome::kSuccess;
    for (auto const& record : node.audit(query)) {
        for (auto const& object : record.event.objects) recorded.insert(object.id);
    }
    int visible = 0;
    for (Attempt const& attempt : attempts) {
        if (check_attempt(toolkit, attempt) == Visible::kNothing) continue;
        ++visible;
        EXPECT_TRUE(recorded.contains(attempt.papers.set_id())) << "visible but not recorded";
    }
    EXPECT_GE(visible, kSenders);
    check_store(node);
    check_no_orphans(node);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Crash, FedPatientIsKnownOrUnknownAndFeedingAgainHelps) {
    auto const places =
        places_of(node, [&] { ASSERT_EQ(toolkit.feed("A01", fresh_patient()), "AA"); });
    EXPECT_GE(places.size(), 4U);
    for (FaultPlace const& place : places) {
        SCOPED_TRACE("ITI-8 killed at " + place.point);
        node.kill();
        node.start({place.armed("kill")});
        std::string const fed = fresh_patient();
        std::string const first = toolkit.feed("A01", fed);
        node.kill();
        node.start();
        if (first == "AA") {
            EXPECT_TRUE(toolkit.submit(letter_for(fed)).success()) << "acknowledged and lost";
        } else {
            EXPECT_EQ(first, "");
        }
        EXPECT_EQ(toolkit.feed("A01", fed), "AA");
        EXPECT_TRUE(toolkit.submit(letter_for(fed)).success());
        EXPECT_FALSE(node.audit([&] {
                             atna::SearchQuery query;
                             query.patient = fed;
                             query.transaction = "ITI-8";
                             return query;
                         }())
                         .empty());
    }
    check_store(node);
}

TEST_F(Crash, MergeOfPatientsIsAllOrNothing) {
    auto const prepare = [&] {
        std::string const old_id = fresh_patient();
        EXPECT_EQ(toolkit.feed("A01", old_id), "AA");
        EXPECT_TRUE(toolkit.submit(letter_for(old_id)).success());
        return old_id;
    };
    std::string const first_old = prepare();
    auto const places =
        places_of(node, [&] { ASSERT_EQ(toolkit.feed("A40", patient, first_old), "AA"); });
    EXPECT_GE(places.size(), 4U);
    std::size_t merged = 1;
    for (FaultPlace const& place : places) {
        SCOPED_TRACE("ITI-8 A40 killed at " + place.point);
        std::string const old_id = prepare();
        node.kill();
        node.start({place.armed("kill")});
        std::string const first = toolkit.feed("A40", patient, old_id);
        node.kill();
        node.start();
        std::size_t const now = toolkit.find(patient).objects.entries.size();
        EXPECT_TRUE(now == merged || now == merged + 1);
        EXPECT_TRUE(first != "AA" || now == merged + 1) << "acknowledged and lost";
        std::string const again = toolkit.feed("A40", patient, old_id);
        // Merged already: the prior id is no longer one that can be merged.
        EXPECT_EQ(again, now == merged ? "AA" : "AE");
        EXPECT_EQ(toolkit.find(patient).objects.entries.size(), ++merged);
    }
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Crash, NothingIsDisclosedBeforeItsRecordIsDurable) {
    Papers const papers = papers_of(1'000);
    ASSERT_TRUE(toolkit.submit(papers).success());
    std::string const& id = papers.documents[0].unique_id;
    auto const places = places_of(node, [&] { ASSERT_TRUE(toolkit.retrieve({id}).success()); });
    EXPECT_GE(places.size(), 3U);
    for (FaultPlace const& place : places) {
        SCOPED_TRACE("ITI-43 killed at " + place.point);
        node.kill();
        node.start({place.armed("kill")});
        auto const fetched = toolkit.retrieve({id});
        EXPECT_TRUE(fetched.documents.empty()) << "left the node before its record was durable";
        node.kill();
        node.start();
        atna::SearchQuery query;
        query.transaction = "ITI-43";
        std::size_t const before = node.audit(query).size();
        EXPECT_TRUE(toolkit.retrieve({id}).success());
        EXPECT_EQ(node.audit(query).size(), before + 1);
    }
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Crash, SealerThatDiesLosesAndDoublesNothing) {
    for (char const* point : {"atna.before_seal_commit", "atna.after_seal_commit"}) {
        SCOPED_TRACE(point);
        Attempt attempt{papers_of(1'000), Attempt::Fate::kAcknowledged};
        ASSERT_TRUE(toolkit.submit(attempt.papers).success());
        // A node that ends in order seals what waits: there it dies.
        node.kill();
        node.start({std::string(point) + "=kill"});
        node.signal(SIGTERM);
        ASSERT_TRUE(node.wait_death());
        node.start();
        atna::SearchQuery query;
        query.document = attempt.papers.set_id();
        query.transaction = "ITI-41";
        EXPECT_EQ(node.audit(query).size(), 1U);
        EXPECT_EQ(node.verify_audit(), "");
    }
}

}  // namespace
}  // namespace musubi::test
