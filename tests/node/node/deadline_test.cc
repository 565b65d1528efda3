// node.request_deadline: a request whose row somebody holds ends in time, with the transaction's
// own "busy", on record, and leaves nothing; the node is well as soon as the row is free.

#include <gtest/gtest.h>

#include <algorithm>

#include "platform/pg/pool.h"
#include "support/invariants.h"

namespace musubi::test {
namespace {

constexpr pg::Statement kHoldPatients{
    "test.hold", "LOCK TABLE mpi.patient, mpi.identifier, mpi.history IN ACCESS EXCLUSIVE MODE"};
constexpr pg::Statement kHoldEntries{"test.hold_entries",
                                     "LOCK TABLE registry.entry IN ACCESS EXCLUSIVE MODE"};

class Deadline : public ::testing::Test {
protected:
    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"node.request_deadline=2s"};
        return options;
    }
    void SetUp() override {
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        known.papers = letter_for(patient);
        ASSERT_TRUE(toolkit.submit(known.papers).success());
        known.fate = Attempt::Fate::kAcknowledged;
    }
    pg::Tx hold(pg::Statement const& statement) {
        auto tx = others.begin();
        if (!tx || !tx->exec(statement)) throw std::runtime_error("cannot hold the lock");
        return std::move(*tx);
    }
    std::size_t refusals_of(std::string const& transaction) {
        atna::SearchQuery query;
        query.transaction = transaction;
        auto const all = node.audit(query);
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](auto const& r) {
            return r.event.outcome != domain::AuditOutcome::kSuccess;
        }));
    }
    /// Of the deadline, not of the lock time-out that the database has of its own.
    std::size_t deadlines() const {
        std::string const text = node.log();
        std::size_t n = 0;
        for (std::size_t at = 0;
             (at = text.find("the request's deadline has passed", at)) != std::string::npos; ++at)
            ++n;
        return n;
    }

    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    pg::Pool others{pg::PoolConfig{.conninfo = node.database().superuser(), .size = 1}};
    std::string patient;
    Attempt known;
};

TEST_F(Deadline, ASubmissionThatWaitsForARowIsBusyOnRecordAndLeavesNothing) {
    Attempt attempt{letter_for(patient)};
    {
        pg::Tx const held = hold(kHoldEntries);
        Heard const heard = toolkit.submit(attempt.papers);
        attempt.fate = fate_of(heard);
        EXPECT_EQ(attempt.fate, Attempt::Fate::kRefused);
        EXPECT_TRUE(heard.has_code("XDSRepositoryBusy") || heard.has_code("XDSRegistryBusy"))
            << heard.text();
        EXPECT_GE(deadlines(), 1U);
    }
    EXPECT_GE(refusals_of("ITI-41"), 1U);
    EXPECT_EQ(check_attempt(toolkit, attempt), Visible::kNothing);
    EXPECT_TRUE(toolkit.submit(attempt.papers).success());
    attempt.fate = Attempt::Fate::kAcknowledged;
    EXPECT_EQ(check_attempt(toolkit, attempt), Visible::kEverything);
    check_store(node);
    EXPECT_EQ(node.verify_audit(), "");
}

TEST_F(Deadline, AQueryIsBusyAndTheNextOneIsAnswered) {
    {
        pg::Tx const held = hold(kHoldEntries);
        Found const found = toolkit.find(patient);
        EXPECT_TRUE(found.has_code("XDSRegistryBusy")) << found.text();
        EXPECT_TRUE(found.objects.entries.empty());
        EXPECT_GE(deadlines(), 1U);
    }
    EXPECT_GE(refusals_of("ITI-18"), 1U);
    EXPECT_EQ(check_attempt(toolkit, known), Visible::kEverything);
}

TEST_F(Deadline, AFeedIsRefusedAndMayBeSentAgain) {
    std::string const fed = fresh_patient();
    {
        pg::Tx const held = hold(kHoldPatients);
        std::string const ack = toolkit.feed("A01", fed);
        EXPECT_TRUE(ack == "AE" || ack == "AR") << ack;
        EXPECT_GE(deadlines(), 1U);
    }
    EXPECT_GE(refusals_of("ITI-8"), 1U);
    EXPECT_EQ(toolkit.feed("A01", fed), "AA");
    EXPECT_TRUE(toolkit.submit(letter_for(fed)).success());
}

}  // namespace
}  // namespace musubi::test
