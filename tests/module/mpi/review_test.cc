// What operators decide about pairs of records (pix-pdq 7, 10.5).

#include "mpi/review.h"
#include "module/mpi/index_fixture.h"

namespace musubi::mpi {
namespace {

using domain::FeedEvent;

class MpiReview : public MpiIndex {
protected:
    MpiReview() : review_(store_) {}
    Result<Decided> decide(Decision decision, domain::PatientId const& a,
                           domain::PatientId const& b, std::string const& by = "op-1") {
        return pool_.run([&](pg::Tx& tx) { return review_.decide(tx, decision, a, b, by); });
    }
    Result<Decided> undo(domain::PatientId const& a, domain::PatientId const& b,
                         std::string const& by = "op-1") {
        return pool_.run([&](pg::Tx& tx) { return review_.undo(tx, a, b, by); });
    }
    Review review_;
};

TEST_F(MpiReview, TheQueueShowsPairsWithEvidenceAndEmptiesByDecisions) {
    fed(a_, "患者"), fed(b_, "別人"), fed(c_, "第三");
    auto queue = review_.list(10);
    ASSERT_TRUE(queue.ok());
    ASSERT_EQ(queue->size(), 3U);
    EXPECT_EQ((*queue)[0].score, 10);
    auto const shown = review_.show(a_, b_);
    ASSERT_TRUE(shown.ok());
    EXPECT_EQ(shown->state, EdgeState::kReview);
    ASSERT_TRUE(shown->evidence.has_value());
    EXPECT_EQ(shown->evidence->verdict, match::Verdict::kReview);
    ASSERT_TRUE(decide(Decision::kLink, a_, b_).ok());
    EXPECT_EQ(together(a_), "A-1 B-1");
    ASSERT_TRUE(decide(Decision::kSeparate, c_, a_).ok());
    EXPECT_EQ(review_.list(10)->size(), 1U);  // B and C
    EXPECT_EQ(review_.show(a_, domain::PatientId{"nobody", kKita}).error().code, Code::kNotFound);
}

TEST_F(MpiReview, ALinkThatIsUndoneLeavesWhatMatchingSays) {
    std::string const first = fed(a_, "患者");
    std::string const other = fed(b_, "別人");
    ASSERT_TRUE(decide(Decision::kLink, a_, b_).ok());
    EXPECT_EQ(regional(b_), first);
    ASSERT_TRUE(undo(a_, b_).ok());
    EXPECT_EQ(regional(b_), other);
    EXPECT_EQ(review_.show(a_, b_)->state, EdgeState::kReview);
    EXPECT_EQ(undo(a_, b_).error().code, Code::kNotFound);
}

TEST_F(MpiReview, AMergeThatIsUndoneGivesBothIdsTheirOwnPersonAgain) {
    std::string const first = fed(a_, "患者");
    std::string const other = fed(a2_, "別人", "次郎");
    ASSERT_TRUE(merge(a_, a2_).ok());
    ASSERT_EQ(regional(a_), other);
    followers_ = {};
    ASSERT_TRUE(undo(a_, a2_).ok());
    EXPECT_EQ(regional(a_), first);
    EXPECT_EQ(together(a_), "A-1");
    EXPECT_EQ(followers_.merges, (std::vector<std::string>{first + " < " + other}));
    EXPECT_TRUE(apply(person(a_, "患者")).ok());
    // Matching finds it again.
    fed(b_, "患者");
    EXPECT_EQ(together(b_), "A-1 B-1");
}

TEST_F(MpiReview, WithFourEyesASecondOperatorMustSayTheSame) {
    StoreSettings settings{kRegion, {kDirect}, {}};
    settings.four_eyes = true;
    Store store(pool_, *keys_, system_ids(), ports_, settings, std::make_unique<PlainMatching>());
    Review review(store);
    fed(a_, "患者"), fed(b_, "別人");
    auto const link = [&](std::string const& by) {
        return pool_.run(
            [&](pg::Tx& tx) { return review.decide(tx, Decision::kLink, a_, b_, by); });
    };
    auto const first = link("op-1");
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(first->waits_for_second);
    EXPECT_EQ(together(a_), "A-1");
    EXPECT_EQ(link("op-1").error().code, Code::kConflict);
    EXPECT_EQ(together(a_), "A-1");
    auto const second = link("op-2");
    ASSERT_TRUE(second.ok());
    EXPECT_FALSE(second->waits_for_second);
    EXPECT_EQ(together(a_), "A-1 B-1");
}

}  // namespace
}  // namespace musubi::mpi
