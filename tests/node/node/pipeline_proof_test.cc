// The proof that no transaction found a way round the pipeline: every one that the node registers
// is walked past a stranger, a member that may not call it, a patient who has not agreed and an
// audit trail that cannot be written, and leaves exactly the records that ITI TF-2 3.20 asks for.

#include "node/composition.h"
#include "node/node/pipeline_walks.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace musubi::test {
namespace {

using domain::AuditOutcome;

class PipelineProof : public PipelineWalks {
protected:
    /// What was recorded since, oldest first: "transaction event action" and the outcome.
    std::vector<std::pair<std::string, AuditOutcome>> new_records() {
        auto const all = node.audit();
        std::vector<std::pair<std::string, AuditOutcome>> fresh;
        for (std::size_t i = 0; i + seen_ < all.size(); ++i) {
            domain::AuditEvent const& event = all[i].event;
            fresh.emplace_back(event.transaction + " " + event.event_id.code + " " + event.action,
                               event.outcome);
        }
        seen_ = all.size();
        std::sort(fresh.begin(), fresh.end());
        return fresh;
    }
    void expect_one_failure(std::string const& event, std::string const& what) {
        auto const fresh = new_records();
        ASSERT_EQ(fresh.size(), 1U) << what;
        EXPECT_NE(fresh[0].first.find(event), std::string::npos) << what << ": " << fresh[0].first;
        EXPECT_NE(fresh[0].second, AuditOutcome::kSuccess) << what;
    }

private:
    std::size_t seen_ = 0;
};

TEST_F(PipelineProof, EveryRegisteredTransactionIsWalkedHere) {
    node.agree();
    auto services = node::PlatformServices::open(node.config_file());
    ASSERT_TRUE(services.ok()) << services.error().detail;
    auto const composition = node::Composition::create(std::move(*services));
    ASSERT_TRUE(composition.ok()) << composition.error().detail;
    std::set<std::string> registered_ids, walked;
    for (auto const* definition : (*composition)->router().all()) {
        registered_ids.insert(std::string(definition->spec().id));
    }
    for (Walk const& walk : walks()) walked.insert(walk.id);
    EXPECT_EQ(registered_ids, walked);
}

TEST_F(PipelineProof, SuccessLeavesExactlyItsRecords) {
    start();
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        new_records();
        Heard const heard = walk.well(toolkit);
        EXPECT_TRUE(heard.success()) << heard.text();
        std::vector<std::string> kinds;
        for (auto const& [kind, outcome] : new_records()) {
            kinds.push_back(kind);
            EXPECT_EQ(outcome, AuditOutcome::kSuccess);
        }
        EXPECT_EQ(kinds, walk.records);
    }
}

TEST_F(PipelineProof, StrangersAreRefusedAndRecorded) {
    start();
    NodeClient stranger(node, "stranger");
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        new_records();
        Heard const heard = walk.well(stranger);
        EXPECT_TRUE(heard.refused()) << heard.text();
        EXPECT_TRUE(heard.http_status == 403 || heard.detail == "AR") << heard.text();
        expect_one_failure("110113", "refusal");
    }
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 1U);
}

TEST_F(PipelineProof, WhatTheAgreementDoesNotGrantIsRefusedAndRecorded) {
    start();
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        // Everybody may ask; the feed is refused for numbers of somebody else's authority.
        if (walk.forbidden_to == "publisher") continue;
        NodeClient member(node, walk.forbidden_to.empty() ? "clinic-kita" : walk.forbidden_to);
        new_records();
        Heard const heard = walk.well(member);
        EXPECT_TRUE(heard.refused()) << heard.text();
        expect_one_failure(walk.id + " " + walk.event, "denial");
    }
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 1U);
}

TEST_F(PipelineProof, WithoutConsentNothingIsVisible) {
    start();
    NodeClient clinic(node, "clinic-kita");
    EXPECT_EQ(clinic.find(patient).objects.entries.size(), 0U);
    EXPECT_EQ(clinic.get_all(patient).objects.entries.size(), 0U);
    EXPECT_EQ(clinic.query(multi_query(), kMultiQueryAction).objects.entries.size(), 0U);
    auto const hidden = clinic.retrieve({known.documents[0].unique_id});
    auto const absent = clinic.retrieve({fresh_oid()});
    EXPECT_TRUE(hidden.documents.empty());
    EXPECT_EQ(hidden.codes(), absent.codes()) << "hidden is answered like absent";
    // The control: consent makes all of them visible.
    auto const granted = node.command({"consent", "grant", "--patient", patient});
    ASSERT_EQ(granted.status, 0) << granted.output;
    EXPECT_EQ(clinic.find(patient).objects.entries.size(), 1U);
    EXPECT_EQ(clinic.get_all(patient).objects.entries.size(), 1U);
    EXPECT_EQ(clinic.query(multi_query(), kMultiQueryAction).objects.entries.size(), 1U);
    EXPECT_EQ(clinic.retrieve({known.documents[0].unique_id}).documents.size(), 1U);
    auto const withdrawn = node.command({"consent", "withdraw", "--patient", patient});
    ASSERT_EQ(withdrawn.status, 0) << withdrawn.output;
    EXPECT_EQ(clinic.find(patient).objects.entries.size(), 0U);
}

TEST_F(PipelineProof, WhatIsMalformedIsRefusedAndRecorded) {
    start();
    for (Walk const& walk : walks()) {
        SCOPED_TRACE(walk.id);
        new_records();
        Heard const heard = walk.malformed(toolkit);
        EXPECT_TRUE(heard.refused()) << heard.text();
        EXPECT_FALSE(heard.success());
        expect_one_failure(walk.id + " " + walk.event, "malformed");
    }
}

TEST_F(PipelineProof, WithoutAnAuditTrailNothingIsDoneAndNothingLeaves) {
    start();
    node.expect_error("event=request.failed");
    node.expect_error("event=audit.failed");
    node.expect_error("event=atna.");
    // Both ways of a record are cut: the journal, and the table that joins a change's transaction.
    node.sql("revoke insert on atna.pending from musubi_serving");
    auto const limit_files = [&](rlim_t octets) {
        rlimit limit{};
        ::prlimit(node.pid(), RLIMIT_FSIZE, nullptr, &limit);
        limit.rlim_cur = octets;
        ASSERT_EQ(::prlimit(node.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
    };
    limit_files(0);
    std::vector<Walk> const all = walks();
    for (Walk const& walk : all) {
        SCOPED_TRACE(walk.id);
        Heard const heard = walk.well(toolkit);
        EXPECT_TRUE(heard.refused()) << heard.text();
    }
    EXPECT_TRUE(toolkit.find(patient).objects.entries.empty());
    EXPECT_TRUE(toolkit.retrieve({known.documents[0].unique_id}).documents.empty());
    limit_files(RLIM_INFINITY);
    node.sql("grant insert on atna.pending to musubi_serving");
    EXPECT_EQ(toolkit.find(patient).objects.entries.size(), 1U) << "nothing was done meanwhile";
    for (Walk const& walk : all) EXPECT_TRUE(walk.well(toolkit).success()) << walk.id;
}

}  // namespace
}  // namespace musubi::test
