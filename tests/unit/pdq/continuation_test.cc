// ITI TF-2 3.21.4.1.2.4: pages, repeated pages, cancellation, and what may change between pages.
#include "unit/pdq/v2_fixture.h"

namespace musubi::pdq {
namespace {

std::vector<std::string> names(std::string const& answer) {
    std::vector<std::string> out;
    for (auto const& ids : told(answer)) out.push_back(ids.substr(0, ids.find('^')));
    return out;
}
using Names = std::vector<std::string>;

TEST(Continuation, PagesTellEverybodyOnceAndTheLastHasNoPointer) {
    V2World w;
    w.populate(5);
    std::string const first = w.send(V2World::page(""));
    EXPECT_EQ(names(first), (Names{"R101", "R102"}));
    EXPECT_EQ(field(segment(first, "QAK"), 4), "5");
    EXPECT_EQ(field(segment(first, "QAK"), 6), "3");
    EXPECT_EQ(field(segment(first, "DSC"), 2), "I");
    std::string const second = w.send(V2World::page(pointer(first)));
    EXPECT_EQ(names(second), (Names{"R103", "R104"}));
    EXPECT_EQ(w.patients_in_record(), (Names{test::region_cx("R103"), test::region_cx("R104")}));
    std::string const third = w.send(V2World::page(pointer(second)));
    EXPECT_EQ(names(third), (Names{"R105"}));
    EXPECT_EQ(segment(third, "DSC"), "");
}

TEST(Continuation, TheSamePointerGivesTheSamePageAgain) {
    V2World w;
    w.populate(5);
    std::string const at = pointer(w.send(V2World::page("")));
    std::string const once = w.send(V2World::page(at));
    EXPECT_EQ(w.send(V2World::page(at)), once);
    EXPECT_NE(pointer(once), "");
}

TEST(Continuation, WhoWithdrewInBetweenIsOnNoFurtherPage) {
    V2World w;
    w.populate(5);
    std::string const at = pointer(w.send(V2World::page("")));
    w.agreement.own = {};
    w.agreement.hidden = {test::region_cx("R103")};
    std::string const second = w.send(V2World::page(at));
    EXPECT_EQ(names(second), (Names{"R104", "R105"}));
    EXPECT_EQ(segment(second, "DSC"), "");
    EXPECT_EQ(field(segment(second, "QAK"), 4), "4");
}

TEST(Continuation, WhoCameInBetweenIsNotToldOnLaterPages) {
    V2World w;
    w.populate(3);
    std::string const at = pointer(w.send(V2World::page("")));
    w.people.add("R000", {test::record("K0", test::kKita, test::person("YAMADA", "NEW"))});
    EXPECT_EQ(names(w.send(V2World::page(at))), (Names{"R103"}));
}

TEST(Continuation, WithoutRcpThePageSizeOfTheNodeHolds) {
    V2World w;
    w.populate(21);
    std::string const answer = w.send(V2World::query());
    EXPECT_EQ(told(answer).size(), 20U);
    EXPECT_NE(pointer(answer), "");
    EXPECT_EQ(told(w.send(V2World::page("", 1000))).size(), 20U);
}

TEST(Continuation, APointerIsUnknownToOthersToOtherQuestionsAndAfterItsTime) {
    V2World w;
    w.populate(5);
    std::string const at = pointer(w.send(V2World::page("")));
    auto const refused = [](std::string const& answer) {
        EXPECT_EQ(outcome(answer), "AE/AE");
        EXPECT_TRUE(segment(answer, "ERR").starts_with("ERR||DSC^1^1|204^"));
        EXPECT_EQ(told(answer).size(), 0U);
        return segment(answer, "ERR");
    };
    std::string const made_up = refused(w.send(V2World::page("no-such-pointer.2")));
    EXPECT_EQ(refused(w.send(V2World::page(at), "clinic-kita")), made_up);
    EXPECT_EQ(refused(w.send(V2World::page("x"))), made_up);
    EXPECT_EQ(refused(w.send(V2World::query("@PID.5.1.1^SATO~@PID.8^M", "",
                                            "RCP|I|2^RD\rDSC|" + at + "|I\r"))),
              made_up);
    std::string other_tag = V2World::page(at);
    other_tag.replace(other_tag.find("|T1|"), 4, "|T2|");
    EXPECT_EQ(refused(w.send(other_tag)), made_up);
    EXPECT_EQ(outcome(w.send(V2World::page(at))), "AA/OK");
    w.clock.time += std::chrono::minutes(10);
    EXPECT_EQ(refused(w.send(V2World::page(at))), made_up);
}

TEST(Continuation, CancelForgetsTheTagAndIsAcceptedWhenThereIsNothing) {
    V2World w;
    w.populate(5);
    std::string const at = pointer(w.send(V2World::page("")));
    w.send(V2World::cancel(), "clinic-kita");
    EXPECT_EQ(outcome(w.send(V2World::page(at))), "AA/OK");
    std::string const answer = w.send(V2World::cancel());
    EXPECT_EQ(outcome(answer), "AA/");
    EXPECT_NE(answer.find("|ACK^J01"), std::string::npos);
    EXPECT_EQ(outcome(w.send(V2World::page(at))), "AE/AE");
    EXPECT_EQ(outcome(w.send(V2World::cancel("NEVER"))), "AA/");
    EXPECT_EQ(w.ledger.events.size(), 1U);
    EXPECT_EQ(w.people.searches, 3);
}

TEST(Continuation, WhatIsKeptIsBoundedPerMemberAndInAll) {
    V2World w;  // two for a member, three in all
    w.populate(5);
    std::string const first = pointer(w.send(V2World::page("")));
    std::string const second = pointer(w.send(V2World::page("")));
    std::string const third = pointer(w.send(V2World::page("")));
    EXPECT_EQ(outcome(w.send(V2World::page(first))), "AE/AE");
    EXPECT_EQ(outcome(w.send(V2World::page(third))), "AA/OK");
    EXPECT_EQ(w.results.size(), 2U);
    w.send(V2World::page(""), "clinic-a");
    w.send(V2World::page(""), "clinic-b");
    EXPECT_EQ(w.results.size(), 3U);
    EXPECT_EQ(outcome(w.send(V2World::page(second))), "AE/AE");
    EXPECT_EQ(outcome(w.send(V2World::page(third))), "AA/OK");
}

}  // namespace
}  // namespace musubi::pdq
