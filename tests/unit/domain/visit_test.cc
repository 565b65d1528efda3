// The visit beside a person: what a feed changes of it, and what a question asks (ITI TF-2 3.22).
#include "domain/visit.h"

#include <gtest/gtest.h>

namespace musubi::domain {
namespace {

Visit const kKnown{{2, 1, 1, 1, "I"}, {3, 1, 1, 1, "W3"}, {3, 1, 2, 1, "389"}, {19, 1, 1, 1, "V1"}};

TEST(Visit, FieldsThatWereNotSentStayAndDeletedOnesGo) {
    Visit visit = kKnown;
    VisitChange{false, {{3, 1, 1, 1, "W4"}}, {2}}.apply_to(visit);
    EXPECT_EQ(visit, (Visit{{3, 1, 1, 1, "W4"}, {19, 1, 1, 1, "V1"}}));
    VisitChange{}.apply_to(visit);
    EXPECT_EQ(visit.size(), 2U);
}

TEST(Visit, AnotherNumberOrAnAdmissionWithoutOneIsAnotherVisit) {
    Visit visit = kKnown;
    VisitChange{false, {{19, 1, 1, 1, "V2"}}, {}}.apply_to(visit);
    EXPECT_EQ(visit, (Visit{{19, 1, 1, 1, "V2"}}));
    visit = kKnown;
    VisitChange{true, {{2, 1, 1, 1, "O"}}, {}}.apply_to(visit);
    EXPECT_EQ(visit, (Visit{{2, 1, 1, 1, "O"}}));
    visit = kKnown;  // told again
    VisitChange{true, {{19, 1, 1, 1, "V1"}}, {}}.apply_to(visit);
    EXPECT_EQ(visit, kKnown);
}

TEST(Visit, EveryCriterionMustBeMetInItsPlace) {
    EXPECT_TRUE(fits(kKnown, {}));
    EXPECT_TRUE(fits(kKnown, {{3, 1, 1, "W3", ""}, {3, 2, 1, "38*", ""}}));
    EXPECT_FALSE(fits(kKnown, {{3, 1, 1, "W3", ""}, {3, 2, 1, "38", ""}}));
    EXPECT_FALSE(fits(kKnown, {{3, 2, 1, "W3", ""}}));
    EXPECT_FALSE(fits({}, {{2, 1, 1, "I", ""}}));
}

TEST(Visit, KeepsNoMoreThanItsLimit) {
    VisitChange change;
    for (int i = 1; i <= 200; ++i) change.values.push_back({7, i, 1, 1, "D"});
    Visit visit;
    change.apply_to(visit);
    EXPECT_EQ(visit.size(), kMostVisitValues);
}

}  // namespace
}  // namespace musubi::domain
