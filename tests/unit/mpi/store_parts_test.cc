// The pure parts of the store: what is sealed, who is one person, which id stands for which.

#include "mpi/aliases.h"
#include "mpi/clusters.h"

#include <gtest/gtest.h>

namespace musubi::mpi {
namespace {

Record record(RecordKey key, std::string authority, std::string home = "") {
    Record r;
    r.key = key;
    r.authority = std::move(authority);
    r.home = home.empty() ? "H" + std::to_string(key) : std::move(home);
    r.home_issued = true;
    r.home_age = key;
    return r;
}

Edge link(RecordKey a, RecordKey b, double score, EdgeState state = EdgeState::kNone) {
    Edge e;
    e.a = a;
    e.b = b;
    e.score = score;
    e.state = state;
    e.verdict = EdgeVerdict::kLink;
    return e;
}

using Groups = std::vector<std::vector<RecordKey>>;

class MpiClusters : public ::testing::Test {
protected:
    ClusterRules rules_{[](std::string const&) { return false; },
                        [](RecordKey, RecordKey) { return false; }, 64};
};

TEST_F(MpiClusters, TheStrongestLinkWinsWhereTheRulesAllowOnlyOne) {
    std::vector<Record> const records{record(1, "a"), record(2, "a"), record(3, "b")};
    std::vector<Edge> edges{link(1, 3, 20), link(2, 3, 25)};
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1}, {2, 3}}));
    EXPECT_EQ(edges[0].held, "domain");
    EXPECT_EQ(edges[0].state, EdgeState::kReview);
    EXPECT_EQ(edges[1].state, EdgeState::kAuto);
    rules_.several_ids = [](std::string const&) { return true; };
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 2, 3}}));
}

TEST_F(MpiClusters, RejectionsChainsAndSizeHoldALinkBack) {
    std::vector<Record> const records{record(1, "a"), record(2, "b"), record(3, "c")};
    std::vector<Edge> edges{link(1, 2, 30), link(2, 3, 20), link(1, 3, 0, EdgeState::kRejected)};
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 2}, {3}}));
    EXPECT_EQ(edges[1].held, "rejected");
    edges.pop_back();
    rules_.far_apart = [](RecordKey x, RecordKey y) { return x + y == 4; };
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 2}, {3}}));
    EXPECT_EQ(edges[1].held, "chain");
    rules_.far_apart = [](RecordKey, RecordKey) { return false; };
    rules_.max_records = 2;
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 2}, {3}}));
    EXPECT_EQ(edges[1].held, "size");
}

TEST_F(MpiClusters, MatchingJoinsATemporaryIdToNothingPeopleAndMergesDo) {
    std::vector<Record> records{record(1, "a"), record(2, "t"), record(3, "b")};
    std::vector<Edge> edges{link(1, 2, 30), link(2, 3, 30), link(1, 3, 30)};
    rules_.temporary = [](std::string const& authority) { return authority == "t"; };
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 3}, {2}}));
    EXPECT_EQ(edges[0].held, "temporary");
    EXPECT_EQ(edges[0].state, EdgeState::kReview);
    EXPECT_EQ(edges[1].held, "temporary");
    EXPECT_EQ(edges[2].state, EdgeState::kAuto);
    edges[0].state = EdgeState::kConfirmed;
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 2, 3}})) << "and parts nobody";
    edges = {link(1, 3, 30)};
    records[1].status = RecordStatus::kSubsumed;
    records[1].survivor = 1;
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 2, 3}})) << "merged: it holds nothing";
}

TEST_F(MpiClusters, WhatPeopleConfirmedJoinsAgainstEveryRuleButARejection) {
    std::vector<Record> const records{record(1, "a"), record(2, "a")};
    std::vector<Edge> edges{link(1, 2, -20, EdgeState::kConfirmed)};
    EXPECT_EQ(cluster(records, edges, rules_), (Groups{{1, 2}}));
    EXPECT_EQ(edges[0].state, EdgeState::kConfirmed);
}

TEST(MpiAliases, TheOldestIssuedIdStandsForThePersonAndPartingGivesEachItsOwn) {
    std::vector<Record> records{record(1, "a"), record(2, "b"), record(3, "c")};
    auto const none = [] { return std::string("new"); };
    auto plan = plan_aliases(records, {{1, 2}, {3}}, none);
    EXPECT_EQ(plan.changes, (std::vector<AliasChange>{{"H2", "", "H1"}}));
    EXPECT_EQ(plan.stands_for(2), "H1");
    records[1].home_survivor = "H1";
    plan = plan_aliases(records, {{1}, {2}, {3}}, none);
    EXPECT_EQ(plan.changes, (std::vector<AliasChange>{{"H2", "H1", ""}}));
}

TEST(MpiAliases, RecordsThatPartFromOneRegionalIdGetANewOne) {
    std::vector<Record> const records{record(1, "a", "H"), record(2, "b", "H")};
    auto const plan = plan_aliases(records, {{1}, {2}}, [] { return std::string("new"); });
    EXPECT_EQ(plan.issued, std::vector<std::string>{"new"});
    EXPECT_EQ(plan.stands_for(1), "H");
    EXPECT_EQ(plan.stands_for(2), "new");
}

TEST(MpiRecordContent, ComesBackAsItWasAndDamageIsNoticed) {
    RecordContent content{{{"A-1", "1.2"}, "PI"}, {}};
    domain::PersonName name;
    name.family = "患者";
    name.script = domain::Script::kIdeographic;
    content.person.names = {name, name};
    content.person.account = domain::LocalId{{"X", "1.3"}, "AN"};
    content.person.insurances = {{"06123456", "12", "345", "01"}};
    content.person.last_update_facility = "ward";
    Bytes packed = pack(content);
    auto const back = unpack(packed);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, content);
    content.visit = {{2, 1, 1, 1, "I"}, {7, 2, 1, 1, "D"}};
    auto const visiting = unpack(pack(content));
    ASSERT_TRUE(visiting.ok());
    EXPECT_EQ(*visiting, content);
    packed.push_back(0);
    EXPECT_FALSE(unpack(packed).ok());
    packed.resize(3);  // in the middle of a text
    EXPECT_FALSE(unpack(packed).ok());
    EXPECT_FALSE(unpack({}).ok());
}

}  // namespace
}  // namespace musubi::mpi
