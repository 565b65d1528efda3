// A local id goes from one regional id to another (ITI TF-2 3.64.4.1.3).

#include "domain/reason.h"
#include "module/mpi/index_fixture.h"

namespace musubi::mpi {
namespace {

using domain::FeedEvent;

class Relink : public MpiIndex {
protected:
    /// The hospital's id listed beside a regional id, as a manager's feed does.
    void listed(domain::PatientId const& regional, domain::PatientId const& local) {
        auto both = person(regional, "患者");
        both.ids.push_back({local, "PI"});
        fed(both);
    }
    Result<core::PatientChangeOutcome> moved(domain::PatientId const& to,
                                             domain::PatientId const& from,
                                             domain::PatientId const& local,
                                             std::optional<domain::PatientId> subsumed = {}) {
        core::PatientChange out = change(FeedEvent::kRelink, to);
        out.ids.push_back({local, "PI"});
        out.prior_ids = {{from, "PI"}};
        if (subsumed) out.prior_ids.push_back({*subsumed, "PI"});
        return apply(out);
    }
    std::string refusal(Result<core::PatientChangeOutcome> const& outcome) {
        if (outcome) return "taken";
        if (outcome.error().issues.empty()) return std::string(to_string(outcome.error().code));
        EXPECT_EQ(outcome.error().issues[0].reason, Reason::kUnknownKeyIdentifier);
        return outcome.error().issues[0].location;
    }
    std::string movement(domain::PatientId const& id, domain::PatientId const& from,
                         domain::PatientId const& to) {
        return id.id + ": " + from.to_cx() + " > " + to.to_cx();
    }
    bool was_moved(std::string const& movement) {
        return std::count(followers_.moves.begin(), followers_.moves.end(), movement) > 0;
    }
};

TEST_F(Relink, TheLocalIdLeavesOnePersonForTheOtherAndItsDocumentsFollow) {
    listed(d1_, a_);
    fed(d2_, "別人", "花子");
    auto const outcome = moved(d2_, d1_, a_);
    ASSERT_TRUE(outcome.ok()) << outcome.error().detail;
    EXPECT_EQ(outcome->patient, d2_.to_cx());
    EXPECT_EQ(regional(a_), d2_.to_cx());
    EXPECT_EQ(together(d1_), "D-1");
    EXPECT_EQ(together(d2_), "A-1 D-2");
    EXPECT_TRUE(was_moved(movement(a_, d1_, d2_)));
    for (auto const& each : followers_.moves)
        EXPECT_FALSE(each.starts_with(d1_.id + ": " + d1_.to_cx())) << each;
    EXPECT_EQ(followers_.sets.back().find("A-1") == std::string::npos ? followers_.sets.front()
                                                                      : followers_.sets.back(),
              "A-1 D-2 ");
}

TEST_F(Relink, TheNewRegionalIdMayBeOneThatNobodyToldBefore) {
    listed(d1_, a_);
    ASSERT_TRUE(moved(d2_, d1_, a_).ok());
    EXPECT_EQ(together(d2_), "A-1 D-2");
    EXPECT_EQ(together(d1_), "D-1");
}

TEST_F(Relink, WhatMatchingWouldSayOfTheTwoPersonsNoLongerCounts) {
    listed(d1_, a_);
    ASSERT_TRUE(moved(d2_, d1_, a_).ok());
    // The same name and birth date are told again for both.
    fed(a_, "患者");
    fed(d1_, "患者");
    EXPECT_EQ(together(d1_), "D-1");
    EXPECT_EQ(together(a_), "A-1 D-2");
}

TEST_F(Relink, AndItMayComeBack) {
    listed(d1_, a_);
    ASSERT_TRUE(moved(d2_, d1_, a_).ok());
    ASSERT_TRUE(moved(d1_, d2_, a_).ok());
    EXPECT_EQ(together(d1_), "A-1 D-1");
    EXPECT_EQ(together(d2_), "D-2");
    EXPECT_EQ(regional(a_), d1_.to_cx());
}

TEST_F(Relink, ALocalIdThatNoHospitalToldMovesWhatWasPublishedWithIt) {
    fed(d1_, "患者");
    ASSERT_TRUE(moved(d2_, d1_, a_).ok());
    EXPECT_EQ(regional(a_), d2_.to_cx());
    EXPECT_TRUE(was_moved(movement(a_, d1_, d2_)));
}

TEST_F(Relink, AnotherLocalIdGoesIntoItAtTheSameTime) {
    listed(d1_, a_);
    auto both = person(d1_, "患者");
    both.ids.push_back({a2_, "PI"});
    fed(both);
    ASSERT_TRUE(moved(d2_, d1_, a_, a2_).ok());
    EXPECT_EQ(together(a_), "A-1 D-2");
    EXPECT_EQ(together(a2_), "NotFound");
    EXPECT_EQ(together(d1_), "D-1");
    EXPECT_TRUE(was_moved(movement(a_, d1_, d2_)));
    EXPECT_TRUE(was_moved(movement(a2_, d1_, d2_)));
}

TEST_F(Relink, WithTheSameRegionalIdItIsAMergeOfLocalIdsAlone) {
    listed(d1_, a_);
    auto both = person(d1_, "患者");
    both.ids.push_back({a2_, "PI"});
    fed(both);
    ASSERT_TRUE(moved(d1_, d1_, a_, a2_).ok());
    EXPECT_EQ(together(d1_), "A-1 D-1");
    EXPECT_EQ(together(a2_), "NotFound");
    EXPECT_TRUE(followers_.moves.empty());
}

TEST_F(Relink, WhatDoesNotFitIsRefusedAtItsPlaceAndChangesNothing) {
    listed(d1_, a_);
    fed(d2_, "別人", "花子");
    fed(b_, "第三者", "次郎");
    ASSERT_TRUE(merge(a3_, a_).error().issues.size() == 1);
    std::string const before = everything();
    EXPECT_EQ(refusal(moved(d1_, d2_, a_)), "MRG^1^1^1") << "it does not belong there";
    EXPECT_EQ(refusal(moved(d2_, {"D-9", kDirect}, a_)), "MRG^1^1^1");
    EXPECT_EQ(refusal(moved(d2_, {"D-9", kDirect}, c_)), "MRG^1^1^1");
    EXPECT_EQ(refusal(moved(b_, b_, a_)), "PID^1^3^1") << "no id of the affinity domain";
    EXPECT_EQ(refusal(moved(d2_, d1_, d1_)), "PID^1^3^2");
    EXPECT_EQ(refusal(moved(d2_, d1_, a_, b_)), "MRG^1^1^2") << "of another authority";
    EXPECT_EQ(refusal(moved(d2_, d1_, a_, a_)), "MRG^1^1^2");
    EXPECT_EQ(everything(), before);
    ASSERT_TRUE(merge(d2_, d1_).ok());
    EXPECT_EQ(refusal(moved(d2_, d1_, a_)), "PID^1^3^1") << "merged away";
}

TEST_F(Relink, ToldTwiceItIsDoneOnce) {
    listed(d1_, a_);
    core::PatientChange out = change(FeedEvent::kRelink, d2_);
    out.ids.push_back({a_, "PI"});
    out.prior_ids = {{d1_, "PI"}};
    out.message_key = "m|1";
    std::string const text = "A43";
    out.original = as_bytes(text);
    ASSERT_TRUE(apply(out).ok());
    std::string const after = everything();
    ASSERT_TRUE(apply(out).ok());
    EXPECT_EQ(everything(), after);
}

TEST_F(Relink, AFailureOnTheWayLeavesNothing) {
    listed(d1_, a_);
    std::string const before = everything();
    for (char const* point : {"mpi.after_relink", "mpi.before_watchers", "mpi.after_moves"}) {
        arm_faults(std::string(point) + "=error@1");
        EXPECT_FALSE(moved(d2_, d1_, a_).ok()) << point;
        EXPECT_EQ(everything(), before) << point;
    }
    arm_faults("");
    EXPECT_TRUE(moved(d2_, d1_, a_).ok());
}

}  // namespace
}  // namespace musubi::mpi
