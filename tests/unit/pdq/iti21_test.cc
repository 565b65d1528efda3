// ITI TF-2 3.21, 3.22: cases of the response, the agreement's limits, what is hidden.
#include "unit/pdq/v2_fixture.h"

namespace musubi::pdq {
namespace {

using test::kClinic;
using test::kKita;
using test::person;
using test::record;

/// One person with an id of the hospital and one of the clinic.
struct OnePerson : V2World {
    OnePerson() {
        people.add("R1", {record("K1", kKita, person("YAMADA", "TARO")),
                          record("C1", kClinic, person("YAMADA", "JIRO"), 90)});
    }
};

TEST(Iti21, WithoutDomainsAllIdsAreToldTheRegionalOneFirst) {
    OnePerson w;
    std::string const answer = w.send(V2World::query());
    EXPECT_EQ(outcome(answer), "AA/OK");
    EXPECT_EQ(told(answer), (std::vector<std::string>{
                                "R1^^^REGION&2.999.1.1.1&ISO^PI~K1^^^KITA&1.2.392.10&ISO^PI~"
                                "C1^^^CLINIC&1.2.392.20&ISO^PI"}));
    EXPECT_NE(segment(answer, "PID").find("YAMADA^TARO"), std::string::npos);
    EXPECT_EQ(segment(answer, "QRI"), "QRI|100");
    EXPECT_EQ(field(segment(answer, "QAK"), 4), "1");
}

TEST(Iti21, DomainsAskedForRestrictTheIdsAndWhoHasNoneIsLeftOut) {
    OnePerson w;
    w.people.add("R2", {record("K2", kKita, person("YAMADA", "HANAKO"))});
    std::string const clinic = w.send(V2World::query("@PID.5.1.1^YAMADA~@PID.8^M", "^^^CLINIC"));
    EXPECT_EQ(outcome(clinic), "AA/OK");
    EXPECT_EQ(told(clinic), (std::vector<std::string>{"C1^^^CLINIC&1.2.392.20&ISO^PI"}));
    EXPECT_EQ(field(segment(clinic, "QAK"), 4), "1");
    std::string const region =
        w.send(V2World::query("@PID.5.1.1^YAMADA~@PID.8^M", "^^^&2.999.1.1.1&ISO"));
    EXPECT_EQ(told(region).size(), 2U);
    EXPECT_EQ(told(region).front(), "R1^^^REGION&2.999.1.1.1&ISO^PI");
}

TEST(Iti21, EachUnknownDomainIsAnErrorAtItsPlaceAndNobodyIsSearched) {
    OnePerson w;
    std::string const answer =
        w.send(V2World::query("@PID.5.1.1^YAMADA~@PID.8^M", "^^^&1.9.9&ISO~^^^KITA~^^^NOWHERE"));
    EXPECT_EQ(outcome(answer), "AE/AE");
    EXPECT_EQ(told(answer).size(), 0U);
    auto const errors = segments(answer, "ERR");
    ASSERT_EQ(errors.size(), 2U);
    EXPECT_TRUE(errors[0].starts_with("ERR||QPD^1^8^1|204^")) << errors[0];
    EXPECT_TRUE(errors[1].starts_with("ERR||QPD^1^8^3|204^")) << errors[1];
    EXPECT_EQ(w.people.searches, 0);
    EXPECT_NE(w.query_in_record(), nullptr);
}

TEST(Iti21, NobodyIsNf) {
    V2World w;
    std::string const answer = w.send(V2World::query());
    EXPECT_EQ(outcome(answer), "AA/NF");
    EXPECT_EQ(segment(answer, "QPD"), segment(V2World::query(), "QPD"));
    EXPECT_EQ(segment(answer, "DSC"), "");
}

TEST(Iti21, AnIdInADomainThatNobodyKnowsFindsNobody) {
    OnePerson w;
    EXPECT_EQ(outcome(w.send(V2World::query("@PID.3.1^K1~@PID.3.4.2^1.9.9~@PID.3.4.3^ISO"))),
              "AA/NF");
    EXPECT_EQ(w.people.searches, 0);
}

TEST(Iti21, TheAuthorityOfAnIdReachesTheIndexAsOid) {
    OnePerson w;
    EXPECT_EQ(outcome(w.send(V2World::query("@PID.3.1^K1~@PID.3.4.1^KITA"))), "AA/OK");
    ASSERT_EQ(w.people.last.query.ids.size(), 1U);
    EXPECT_EQ(w.people.last.query.ids[0].id.authority.universal_id, kKita);
    EXPECT_EQ(w.people.last.limit, core::kMaxLookedThrough);
}

// japan.md 5.1: family and given name in one piece, parted by a blank of either width.
TEST(Iti21, ANameInOnePieceReachesTheIndexInTwo) {
    struct Row {
        std::string asked, family, given;
    };
    for (Row const& row :
         {Row{"山田　太郎", "山田", "太郎"}, Row{"ヤマダ タロウ*", "ヤマダ", "タロウ*"},
          Row{"　山田 太郎 ", "山田", "太郎"}, Row{"山田太郎", "山田太郎", ""},
          Row{"VAN DYKE", "VAN DYKE", ""}}) {
        OnePerson w;
        std::string asked = V2World::query("@PID.5.1.1^" + row.asked + "~@PID.7^19600102");
        asked.insert(asked.find("|2.5\r") + 4, "||||||UNICODE UTF-8");
        w.send(asked);
        ASSERT_EQ(w.people.last.query.names.size(), 1U) << row.asked;
        EXPECT_EQ(w.people.last.query.names[0].family, row.family) << row.asked;
        EXPECT_EQ(w.people.last.query.names[0].given, row.given) << row.asked;
    }
}

TEST(Iti21, TooFewCriteriaAreRefusedAndTheAnswerNamesWhatIsMissing) {
    OnePerson w;
    std::string const answer = w.send(V2World::query("@PID.5.2^TARO"));
    EXPECT_EQ(outcome(answer), "AE/AE");
    std::string const error = segment(answer, "ERR");
    EXPECT_TRUE(error.starts_with("ERR||QPD^1^3|101^")) << error;
    EXPECT_NE(error.find("K3.12"), std::string::npos) << error;
    EXPECT_NE(error.find("family and birth"), std::string::npos) << error;
    EXPECT_EQ(w.people.searches, 0);
}

TEST(Iti21, ExemptRolesAreBoundByTheSizesOnly) {
    OnePerson w;
    w.agreement.exempt = true;
    w.agreement.rules.queries_per_minute = 0;
    w.agreement.rules.max_candidates = 0;
    EXPECT_EQ(outcome(w.send(V2World::query("@PID.5.2^TARO"))), "AA/OK");
    w.populate(40);
    EXPECT_EQ(outcome(w.send(V2World::query())), "AE/AE");
}

TEST(Iti21, MorePersonsThanTheAgreementLetsSeeAreAnErrorAlsoInPages) {
    V2World w;
    w.agreement.rules.max_candidates = 3;
    w.populate(3);
    EXPECT_EQ(outcome(w.send(V2World::page(""))), "AA/OK");
    w.people.add("R9", {record("K9", kKita, person("YAMADA", "X"))});
    std::string const answer = w.send(V2World::page(""));
    EXPECT_EQ(outcome(answer), "AE/AE");
    EXPECT_EQ(field(segment(answer, "ERR"), 3).substr(0, 3), "207");
    w.people.fails = Error(Code::kTooLarge, "too wide");
    EXPECT_EQ(w.send(V2World::page("")), answer);
}

TEST(Iti21, TooManyQuestionsInAMinuteAreBusyForThatMemberAlone) {
    OnePerson w;
    w.agreement.rules.queries_per_minute = 2;
    EXPECT_EQ(outcome(w.send(V2World::query())), "AA/OK");
    EXPECT_EQ(outcome(w.send(V2World::query())), "AA/OK");
    EXPECT_EQ(outcome(w.send(V2World::query())), "AR/AR");
    EXPECT_EQ(w.people.searches, 2);
    EXPECT_EQ(outcome(w.send(V2World::query(), "clinic-kita")), "AA/OK");
    w.clock.time += std::chrono::seconds(60);
    EXPECT_EQ(outcome(w.send(V2World::query())), "AA/OK");
}

TEST(Iti21, WhoMayNotAskIsDeniedBeforeAnythingIsSearched) {
    OnePerson w;
    w.agreement.denied = true;
    EXPECT_EQ(outcome(w.send(V2World::query())), "AR/AR");
    EXPECT_EQ(w.people.searches, 0);
}

TEST(Iti21, TheRecordHoldsTheWholeMessageAndEachPersonShown) {
    OnePerson w;
    w.send(V2World::query());
    ASSERT_EQ(w.ledger.events.size(), 1U);
    EXPECT_EQ(w.ledger.events[0].event_id.code, "110112");
    EXPECT_EQ(w.ledger.events[0].action, 'E');
    EXPECT_EQ(w.patients_in_record(), (std::vector<std::string>{test::region_cx("R1")}));
    auto const* query = w.query_in_record();
    ASSERT_NE(query, nullptr);
    EXPECT_EQ(query->query, V2World::query());
    ASSERT_EQ(query->details.size(), 1U);
    EXPECT_EQ(query->details[0].type, "MSH-10");
    EXPECT_EQ(query->details[0].value, "M1");
}

TEST(Iti21, ARefusedQuestionIsRecordedWithItsText) {
    OnePerson w;
    w.send(V2World::query("@PID.99^x"));
    ASSERT_EQ(w.ledger.events.size(), 1U);
    EXPECT_EQ(w.ledger.events[0].outcome, domain::AuditOutcome::kMinorFailure);
    ASSERT_NE(w.query_in_record(), nullptr);
    EXPECT_TRUE(w.patients_in_record().empty());
}

TEST(Iti21, ASourceThatIsNotOursIsRefusedWhereSourcesAreConfigured) {
    OnePerson w;
    w.deps.settings.sources = {"OTHER"};
    std::string const answer = w.send(V2World::query());
    EXPECT_EQ(outcome(answer), "AE/AE");
    EXPECT_TRUE(segment(answer, "ERR").starts_with("ERR||MSH^1^5|204^"));
    w.deps.settings.sources = {"OTHER", "MUSUBI"};
    EXPECT_EQ(outcome(w.send(V2World::query())), "AA/OK");
}

std::string visit_query(std::string const& criteria) {
    std::string text = V2World::query(criteria);
    text.replace(text.find("QBP^Q22"), 7, "QBP^ZV1");
    return text;
}

TEST(Iti22, PersonsAreToldWithAVisitThatSaysNothing) {
    OnePerson w;
    std::string const answer = w.send(visit_query("@PID.5.1.1^YAMADA~@PID.8^M"));
    EXPECT_EQ(outcome(answer), "AA/OK");
    EXPECT_NE(answer.find("RSP^ZV2^RSP_ZV2"), std::string::npos);
    EXPECT_EQ(segment(answer, "PV1"), "PV1||N");
    EXPECT_EQ(w.ledger.events.at(0).transaction, "ITI-22");
}

TEST(Iti22, VisitsOfOwnRecordsAreToldAndSearchedAndNobodyElses) {
    OnePerson w;
    domain::Visit const visit{{2, 1, 1, 1, "I"}, {3, 1, 2, 1, "389"}};
    w.people.all.front().records[0].visit = visit;
    w.people.all.front().records[1].visit = {{2, 1, 1, 1, "E"}};
    std::string const asked = visit_query("@PID.5.1.1^YAMADA~@PID.8^M~@PV1.3.2^389");
    std::string const other = w.send(asked);
    EXPECT_EQ(outcome(other), "AA/NF") << "this member feeds none of the two";
    EXPECT_EQ(segment(w.send(visit_query("@PID.5.1.1^YAMADA~@PID.8^M")), "PV1"), "PV1||N");
    w.asks_for = {kKita};
    std::string const own = w.send(asked);
    EXPECT_EQ(outcome(own), "AA/OK");
    EXPECT_EQ(segment(own, "PV1"), "PV1||I|^389");
    ASSERT_EQ(w.people.last.query.visit.size(), 1U);
    EXPECT_EQ(w.people.last.query.visit[0].value, "389");
    w.asks_for = {kClinic};
    std::string const clinic = w.send(asked);
    EXPECT_EQ(outcome(clinic), "AA/OK");
    EXPECT_NE(segment(clinic, "PID").find("JIRO"), std::string::npos)
        << "what the index says of another's record is not what this one hears";
    EXPECT_EQ(segment(clinic, "PV1"), "PV1||E");
    w.asks_for = {};
    w.agreement.exempt = true;
    EXPECT_EQ(segment(w.send(asked), "PV1"), "PV1||I|^389");
    EXPECT_EQ(w.send(V2World::query()).find("\rPV1"), std::string::npos) << "ITI-21 has none";
}

// Hidden equals absent: the same octets with and without what the asker may not see.
struct Hidden {
    char const* what;
    std::function<void(V2World&)> add;
    std::string criteria = "@PID.5.1.1^YAMADA~@PID.8^M";
    std::string domains = "";
};

TEST(Iti21, HiddenEqualsAbsentToTheOctet) {
    Hidden const rows[] = {
        {"a person without a visible record",
         [](V2World& w) {
             w.people.add("R2", {record("C2", kClinic, person("YAMADA", "SABURO"))});
         }},
        {"the same, asked for by its domain",
         [](V2World& w) {
             w.people.add("R2", {record("C2", kClinic, person("YAMADA", "SABURO"))});
         },
         "@PID.5.1.1^YAMADA~@PID.8^M", "^^^CLINIC~^^^KITA"},
        {"a person whose visible record does not fit",
         [](V2World& w) {
             w.people.add("R2", {record("C2", kClinic, person("YAMADA", "SABURO")),
                                 record("K2", kKita, person("SATO", "SABURO"), 0)});
         }},
        {"a person whose hidden id was asked for",
         [](V2World& w) {
             w.people.add("R2", {record("C2", kClinic, person("YAMADA", "SABURO")),
                                 record("K2", kKita, person("YAMADA", "SABURO"))});
         },
         "@PID.3.1^C2~@PID.3.4.1^CLINIC"},
        {"more hidden persons than may be told",
         [](V2World& w) {
             for (int i = 0; i < 60; ++i) {
                 w.people.add("R2" + std::to_string(i),
                              {record("C2", kClinic, person("YAMADA", "SABURO"))});
             }
         }},
    };
    for (Hidden const& row : rows) {
        V2World absent, hidden;
        for (V2World* w : {&absent, &hidden}) {
            w->agreement.open = {kKita};
            w->people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"), 80)});
        }
        row.add(hidden);
        std::string const query = V2World::query(row.criteria, row.domains);
        EXPECT_EQ(hidden.send(query), absent.send(query)) << row.what;
    }
}

TEST(Iti21, WhatAHiddenRecordSaysOfAVisiblePersonIsNotTold) {
    V2World absent, hidden;
    for (V2World* w : {&absent, &hidden}) w->agreement.open = {kKita};
    absent.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"), 80)});
    hidden.people.add("R1", {record("C1", kClinic, person("YAMADA", "NEWNAME"), 100),
                             record("K1", kKita, person("YAMADA", "TARO"), 80)});
    EXPECT_EQ(hidden.send(V2World::query()), absent.send(V2World::query()));
}

}  // namespace
}  // namespace musubi::pdq
