#include "core/pipeline.h"

#include "core/audited_tx.h"
#include "platform/base/deadline.h"
#include "platform/base/fault.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "support/test_database.h"
#include "unit/core/toy.h"

#include <gtest/gtest.h>

namespace musubi::core {
namespace {

using test::ToyKind;
using Read = test::Toy<ToyKind::kRead>;
using Change = test::Toy<ToyKind::kChange>;
using Inner = test::Toy<ToyKind::kInner>;
using Strings = std::vector<std::string>;

// A record without a transaction cannot be asked for: only the pipeline may commit.
template <class T>
concept CanCommit = requires(T& tx) { tx.commit(); };
static_assert(!CanCommit<AuditedTx>);

constexpr char const* kSchema =
    "create schema toy; create table toy.note (word text not null); create table toy.audit (id "
    "text not null);"
    "grant usage on schema toy to musubi_serving; grant select, insert on toy.note, toy.audit to "
    "musubi_serving;";
constexpr pg::Statement kInsertNote{"toy.insert_note", "insert into toy.note (word) values ($1)"};
constexpr pg::Statement kInsertAudit{"toy.insert_audit", "insert into toy.audit (id) values ($1)"};
constexpr pg::Statement kNotes{"toy.notes", "select word from toy.note order by word"};
constexpr pg::Statement kRecords{"toy.records", "select id from toy.audit order by id"};

class PipelineTest : public ::testing::Test {
protected:
    PipelineTest()
        : files_{{"toy/V0001__init.sql", kSchema}},
          database_(files_),
          pool_(pg::PoolConfig{.conninfo = database_.serving(), .size = 2}),
          read_(define<Read>(deps_)),
          change_(define<Change>(deps_)),
          inner_(define<Inner>(inner_deps_)),
          pipeline_((ports_.provide<PolicyPort>(gate_), ports_.provide<AuditPort>(ledger_), ports_),
                    pool_, system_clock(), PipelineSettings{"node-a", "region-a"}) {
        ledger_.write = [](pg::Tx& tx, domain::AuditEvent const& event) -> Status {
            tx.queue(kInsertAudit, pg::Params().text(event.transaction), 1);
            return {};
        };
        deps_.work = [](CallContext const& call) -> Status {
            if (call.tx) call.tx->tx().queue(kInsertNote, pg::Params().text("outer"), 1);
            return {};
        };
        set_log_sink([this](LogLevel level, std::string const& line) {
            if (level == LogLevel::kError) errors_.push_back(line);
        });
    }
    ~PipelineTest() override {
        set_log_sink({});
        arm_faults("");
    }

    Outbound run(Definition const& definition, std::vector<Issue> issues = {}) {
        domain::Subject subject;
        subject.member = test::toy_member();
        subject.certificate_subject = "CN=kita";
        subject.remote_address = peer_.remote_address;
        Inbound const inbound{subject,
                              &peer_,
                              "https://node/toy",
                              "",
                              "urn:m",
                              "trace-1",
                              WireRef::of(wire_),
                              std::chrono::steady_clock::now() + std::chrono::seconds(5),
                              std::move(issues)};
        return pipeline_.run(definition, inbound);
    }
    static std::string text(Outbound const& out) {
        return out.fault ? "fault " + std::string(to_string(out.fault->code))
                         : std::any_cast<std::string>(out.reply);
    }
    Strings column(pg::Statement const& statement) {
        Strings out;
        auto done = pool_.read([&](pg::ReadTx& tx) -> Status {
            pg::Rows const rows = TRY(tx.exec(statement));
            for (pg::Row const row : rows) out.emplace_back(row.text(0));
            return {};
        });
        EXPECT_TRUE(done.ok());
        return out;
    }
    /// Records that are durable, wherever they lie.
    std::size_t durable_records() { return ledger_.events.size() + column(kRecords).size(); }
    /// handle() calls the inner transaction in the caller's.
    void call_inner() {
        deps_.work = [this](CallContext const& call) -> Status {
            call.tx->tx().queue(kInsertNote, pg::Params().text("outer"), 1);
            auto const response = TRY(pipeline_.call<Inner>(inner_, call, "inner request"));
            EXPECT_EQ(response, "data");
            return {};
        };
        inner_deps_.work = [](CallContext const& call) -> Status {
            call.tx->tx().queue(kInsertNote, pg::Params().text("inner"), 1);
            return {};
        };
    }

    std::vector<pg::MigrationFile> files_;
    test::TestDatabase database_;
    pg::Pool pool_;
    test::Gate gate_;
    test::Ledger ledger_;
    test::ToyDeps deps_, inner_deps_;
    Definition read_, change_, inner_;
    Ports ports_;
    Pipeline pipeline_;
    core::PeerConnection const peer_ = test::toy_peer();
    std::string const wire_ = "wire";
    Strings errors_;
};

TEST_F(PipelineTest, StagesRunInTheirFixedOrder) {
    EXPECT_EQ(text(run(read_)), "data");
    EXPECT_EQ(deps_.order, (Strings{"decode", "locate", "handle", "audit", "encode"}));
    EXPECT_EQ(gate_.asked, 1);
}

TEST_F(PipelineTest, ASuccessHasOneCompleteRecord) {
    Outbound const out = run(read_);
    EXPECT_TRUE(out.success);
    ASSERT_EQ(ledger_.events.size(), 1U);
    auto const& event = ledger_.events[0];
    EXPECT_EQ(event.outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(event.rule, "K1");
    EXPECT_EQ(event.trace, "trace-1");
    EXPECT_EQ(event.source_id, "node-a");
    ASSERT_EQ(event.participants.size(), 2U);
    EXPECT_EQ(event.participants[0].user_id, "CN=kita");
    EXPECT_EQ(event.participants[0].network_address, "192.0.2.7");
    EXPECT_EQ(event.participants[1].network_address, "192.0.2.1");
}

TEST_F(PipelineTest, AChangeCommitsTogetherWithItsRecord) {
    EXPECT_EQ(text(run(change_)), "data");
    EXPECT_EQ(column(kNotes), Strings{"outer"});
    EXPECT_EQ(column(kRecords), Strings{"TOY-C"});
    EXPECT_TRUE(ledger_.events.empty());
}

TEST_F(PipelineTest, TheDeadlineHoldsWhileARequestIsWorkedOnAndNotForItsRecord) {
    deps_.work = [](CallContext const& call) -> Status {
        EXPECT_EQ(RequestDeadline::current(), call.deadline);
        // Time passes: what the handler has written cannot become durable any more.
        RequestDeadline const over(std::chrono::steady_clock::now() - std::chrono::hours(1));
        static_cast<void>(call.tx->tx().exec(kInsertNote, pg::Params().text("late")));
        return {};
    };
    EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kBusy)));
    EXPECT_FALSE(RequestDeadline::current());
    EXPECT_TRUE(column(kNotes).empty());
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kSeriousFailure);
}

// No door around the record: a handler has the transaction, but not the right to end it.
TEST_F(PipelineTest, AHandlerThatCommitsByItselfChangesNothing) {
    deps_.work = [](CallContext const& call) -> Status {
        EXPECT_FALSE(call.tx->tx().commit().ok());
        return {};
    };
    run(change_);
    EXPECT_TRUE(column(kNotes).empty());
}

TEST_F(PipelineTest, ATransactionWithNothingToTellIsRecordedAllTheSame) {
    deps_.silent = true;
    EXPECT_EQ(text(run(read_)), "data");
    EXPECT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(text(run(change_)), "data");
    EXPECT_EQ(column(kRecords), Strings{"TOY-C"});
}

TEST_F(PipelineTest, WhoMayNotCallIsToldByAFaultBeforeTheMessageIsRead) {
    gate_.forbidden = {"TOY-R"};
    EXPECT_EQ(text(run(read_)), "fault " + std::string(to_string(Code::kDenied)));
    EXPECT_EQ(deps_.order, Strings{"audit"});
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].rule, "transactions");
    EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kMinorFailure);
}

TEST_F(PipelineTest, ADenialNeverReachesTheHandlerAndNamesItsRule) {
    gate_.answer = [] {
        Decision decision;
        decision.rule_id = "K9";
        return decision;
    };
    EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kDenied)));
    EXPECT_EQ(deps_.order, (Strings{"decode", "locate", "audit", "encode_error"}));
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].rule, "K9");
    EXPECT_TRUE(column(kNotes).empty());
}

// A clause means something only in its version of the agreement.
TEST_F(PipelineTest, RecordsCiteTheVersionOfTheAgreementWithTheRule) {
    for (bool const permitted : {true, false}) {
        ledger_.events.clear();
        gate_.answer = [permitted] {
            Decision decision;
            decision.permitted = permitted;
            decision.everything = permitted;
            decision.rule_id = "K9";
            decision.agreement = "v2:0123456789ab";
            return decision;
        };
        static_cast<void>(run(read_));
        ASSERT_EQ(ledger_.events.size(), 1U);
        EXPECT_EQ(ledger_.events[0].rule, "K9 @v2:0123456789ab");
    }
}

TEST_F(PipelineTest, APolicyThatCannotDecideHasDenied) {
    for (Code const code :
         {Code::kInternal, Code::kNotFound, Code::kStorageUnavailable, Code::kBusy}) {
        gate_.answer = [code]() -> Result<Decision> {
            return Error(code, "policy is out of order");
        };
        deps_.order.clear();
        Outbound const out = run(change_);
        EXPECT_FALSE(out.success);
        EXPECT_EQ(std::count(deps_.order.begin(), deps_.order.end(), "handle"), 0);
        bool const later = code == Code::kStorageUnavailable || code == Code::kBusy;
        EXPECT_EQ(text(out), "error " + std::string(to_string(later ? code : Code::kDenied)));
    }
    gate_.answer = []() -> Result<Decision> { throw std::runtime_error("policy threw"); };
    EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kInternal)));
    EXPECT_EQ(ledger_.events.size(), 5U);
    EXPECT_TRUE(column(kNotes).empty());
}

TEST_F(PipelineTest, AnExceptionInAnyStageIsAnErrorAnswerAndExactlyOneRecord) {
    for (Definition const* definition : {&read_, &change_}) {
        for (std::string const stage : {"decode", "locate", "handle", "audit", "encode"}) {
            ledger_.events.clear();
            deps_.throwing = {stage};
            Outbound const out = run(*definition);
            EXPECT_FALSE(out.success) << stage;
            EXPECT_EQ(text(out), "error " + std::string(to_string(Code::kInternal))) << stage;
            EXPECT_EQ(durable_records(), 1U) << stage;
            EXPECT_EQ(ledger_.events.at(0).outcome, domain::AuditOutcome::kSeriousFailure) << stage;
            EXPECT_EQ(ledger_.events.at(0).outcome_description.find("thrown"), std::string::npos);
        }
    }
    EXPECT_TRUE(column(kNotes).empty());
}

TEST_F(PipelineTest, AnExceptionWhileWithholdingIsAnErrorAnswerAndOneRecord) {
    deps_.response = "*";
    EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kInternal)));
    EXPECT_EQ(durable_records(), 1U);
    EXPECT_TRUE(column(kNotes).empty());
}

TEST_F(PipelineTest, AnErrorThatCannotBePhrasedIsAFault) {
    deps_.throwing = {"handle", "encode_error"};
    EXPECT_EQ(text(run(read_)), "fault " + std::string(to_string(Code::kInternal)));
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(PipelineTest, ARefusalOfEachStageIsToldByTheTransactionWithItsCode) {
    for (std::string const stage : {"decode", "locate", "handle", "encode"}) {
        ledger_.events.clear();
        deps_.failing = {{stage, Error(Code::kConflict, "no")}};
        EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kConflict))) << stage;
        EXPECT_EQ(durable_records(), 1U) << stage;
    }
    EXPECT_TRUE(column(kNotes).empty());
}

TEST_F(PipelineTest, WithoutARecordNoDataLeaves) {
    ledger_.broken = 2;  // also the record of the failure
    EXPECT_EQ(text(run(read_)), "error " + std::string(to_string(Code::kStorageUnavailable)));
    EXPECT_TRUE(ledger_.events.empty());
    ledger_.broken = 1;
    EXPECT_EQ(text(run(read_)), "error " + std::string(to_string(Code::kStorageUnavailable)));
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(PipelineTest, WithoutARecordNothingIsChanged) {
    ledger_.broken = 2;
    EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kStorageUnavailable)));
    EXPECT_TRUE(column(kNotes).empty());
    EXPECT_TRUE(column(kRecords).empty());
}

TEST_F(PipelineTest, ARefusalThatCannotBeRecordedTellsNothing) {
    for (Code const code :
         {Code::kDenied, Code::kNotFound, Code::kConflict, Code::kInvalidContent}) {
        deps_.failing = {{"handle", Error(code, "tells about the store")}};
        ledger_.broken = 1;
        EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kStorageUnavailable)));
    }
    EXPECT_GE(counter("musubi_audit_failures_total").value(), 4U);
}

TEST_F(PipelineTest, AFaultBeforeTheCommitRollsBackAndIsRecorded) {
    arm_faults("pipeline.before_commit=error");
    EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(Code::kStorageUnavailable)));
    EXPECT_TRUE(column(kNotes).empty());
    EXPECT_EQ(durable_records(), 1U);
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(PipelineTest, AfterTheCommitNoSecondRecordIsWritten) {
    arm_faults("pipeline.after_commit=throw");
    EXPECT_FALSE(run(change_).success);
    EXPECT_EQ(column(kNotes), Strings{"outer"});
    EXPECT_EQ(durable_records(), 1U);
}

TEST_F(PipelineTest, ActionsAfterTheCommitRunOnlyThenAndCannotSpoilTheAnswer) {
    Strings done;
    deps_.work = [&](CallContext const& call) -> Status {
        call.tx->after_commit([&] { done.push_back("first"); });
        call.tx->after_commit([] { throw std::runtime_error("too late"); });
        call.tx->after_commit([&] { done.push_back("last"); });
        EXPECT_TRUE(done.empty());
        return {};
    };
    EXPECT_EQ(text(run(change_)), "data");
    EXPECT_EQ(done, (Strings{"first", "last"}));
    EXPECT_EQ(durable_records(), 1U);
    done.clear();
    arm_faults("pipeline.before_commit=error");
    EXPECT_FALSE(run(change_).success);
    EXPECT_TRUE(done.empty());
}

TEST_F(PipelineTest, WhatPolicyHadToRemoveAtTheLastLookIsAnAlarm) {
    auto& removed = counter("musubi_withheld_late_total", "transaction=\"TOY-R\"");
    std::uint64_t const before = removed.value();
    deps_.response = "a!b!";
    EXPECT_EQ(text(run(read_)), "ab");
    EXPECT_EQ(removed.value(), before + 2);
    ASSERT_EQ(errors_.size(), 1U);
    EXPECT_NE(errors_[0].find("withhold.removed"), std::string::npos);
}

TEST_F(PipelineTest, APayloadThatBreaksItsSchemaIsRefusedInTheTransactionsWords) {
    EXPECT_EQ(text(run(change_, {{Severity::kError, kNoReason, "line 3: no such element", ""}})),
              "error " + std::string(to_string(Code::kInvalidContent)));
    EXPECT_EQ(std::count(deps_.order.begin(), deps_.order.end(), "locate"), 0);
    EXPECT_EQ(durable_records(), 1U);
}

TEST_F(PipelineTest, AMessageThatCannotBeDecodedIsAFault) {
    deps_.failing = {{"decode", Error(Code::kInvalidMessage, "not our message")}};
    EXPECT_EQ(text(run(read_)), "fault " + std::string(to_string(Code::kInvalidMessage)));
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(PipelineTest, AWireOfAnotherBindingIsRefused) {
    int const other = 1;
    domain::Subject subject;
    Inbound const inbound{subject, &peer_, "e", "", "", "t", WireRef::of(other), {}};
    Outbound const out = pipeline_.run(read_, inbound);
    EXPECT_EQ(text(out), "error " + std::string(to_string(Code::kInternal)));
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(PipelineTest, AnInnerCallJoinsTheCallersTransactionAndSoDoesItsRecord) {
    call_inner();
    EXPECT_EQ(text(run(change_)), "data");
    EXPECT_EQ(column(kNotes), (Strings{"inner", "outer"}));
    EXPECT_EQ(column(kRecords), (Strings{"TOY-C", "TOY-I"}));
    EXPECT_TRUE(ledger_.events.empty());
}

TEST_F(PipelineTest, TheRecordOfAnInnerCallHasBothAddresses) {
    call_inner();
    run(change_);
    ASSERT_EQ(ledger_.joined.size(), 2U);
    for (auto const& participant : ledger_.joined[0].participants) {
        EXPECT_EQ(participant.network_address, "192.0.2.1");  // this node calls itself
        EXPECT_FALSE(participant.user_id.empty());
    }
    EXPECT_EQ(ledger_.joined[0].trace, "trace-1");
    EXPECT_EQ(ledger_.joined[0].organisation, "hospital-kita");
}

// Holding the transaction's connection while waiting for another one would stop all when every
// caller does so.
TEST_F(PipelineTest, TheSameQuestionIsNotAskedAgainInside) {
    call_inner();
    run(change_);
    EXPECT_EQ(gate_.asked, 1);
    EXPECT_EQ(ledger_.joined.at(0).rule, "K1");
}

TEST_F(PipelineTest, AFailureInsideRollsBackEverythingAndIsRecordedTwice) {
    for (bool const thrown : {false, true}) {
        ledger_.events.clear();
        call_inner();
        inner_deps_.failing.clear();
        inner_deps_.throwing.clear();
        if (thrown)
            inner_deps_.throwing = {"handle"};
        else
            inner_deps_.failing = {{"handle", Error(Code::kConflict, "no")}};
        Code const code = thrown ? Code::kInternal : Code::kConflict;
        EXPECT_EQ(text(run(change_)), "error " + std::string(to_string(code)));
        EXPECT_TRUE(column(kNotes).empty());
        EXPECT_TRUE(column(kRecords).empty());
        ASSERT_EQ(ledger_.events.size(), 2U);
        EXPECT_EQ(ledger_.events[0].transaction, "TOY-I");
        EXPECT_EQ(ledger_.events[1].transaction, "TOY-C");
    }
}

TEST_F(PipelineTest, AFailureAfterTheInnerCallTakesItBackToo) {
    call_inner();
    deps_.failing = {{"encode", Error(Code::kTooLarge, "no")}};
    EXPECT_FALSE(run(change_).success);
    EXPECT_TRUE(column(kNotes).empty());
    EXPECT_TRUE(column(kRecords).empty());
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(PipelineTest, AnInnerChangeOutsideATransactionIsRefused) {
    deps_.work = [this](CallContext const& call) -> Status {
        EXPECT_EQ(call.tx, nullptr);
        return Status(TRY(pipeline_.call<Inner>(inner_, call, "x")).empty() ? Status() : Status());
    };
    EXPECT_EQ(text(run(read_)), "error " + std::string(to_string(Code::kInternal)));
    EXPECT_EQ(inner_deps_.order, Strings{"audit"});
}

TEST_F(PipelineTest, ARefusalBeforeThereIsATransactionNamesThePeerAndNothingElse) {
    ASSERT_TRUE(
        pipeline_.record_refusal(nullptr, peer_, "https://node/x", "t", Error(Code::kDenied, "why"))
            .ok());
    ASSERT_EQ(ledger_.events.size(), 1U);
    auto const& event = ledger_.events[0];
    EXPECT_EQ(event.event_id.code, "110113");
    EXPECT_EQ(event.event_types.at(0).code, "110126");
    EXPECT_EQ(event.outcome, domain::AuditOutcome::kMinorFailure);
    EXPECT_EQ(event.objects.at(0).id, "192.0.2.7");
    EXPECT_NE(event.objects.at(0).details.at(0).value.find("0a"), std::string::npos);
    EXPECT_EQ(event.outcome_description.find("why"), std::string::npos);
}

}  // namespace
}  // namespace musubi::core
