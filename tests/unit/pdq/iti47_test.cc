// ITI TF-2 3.47: cases of the response, continuation, cancel, what is hidden.
#include "pdq/iti47.h"

#include "codec/hl7v3/actions.h"
#include "unit/pdq/v3_fixture.h"

namespace musubi::pdq {
namespace {

using namespace test;  // NOLINT: the fixture's words

struct V3World : World {
    ResultStore results{clock,
                        ids,
                        {[](std::string const&, std::string const& plain) -> Result<Bytes> {
                             Bytes sealed(plain.rbegin(), plain.rend());
                             return sealed;
                         },
                         [](std::string const&, Bytes const& sealed) -> Result<std::string> {
                             return std::string(sealed.rbegin(), sealed.rend());
                         }},
                        {20, 100, std::chrono::minutes(10)}};
    Deps common{finder(), results, Settings{40, 20, {}, kHome, "Kita"}};
    V3Deps deps{common, clock, ids};
    core::Definition iti47 = core::define<Iti47>(deps);

    std::string find(std::string const& parameters = v3_sex() + v3_name(),
                     std::string const& control = "", std::string const& member = "hospital-kita") {
        return text_of(ask(
            iti47, v3_incoming(v3_find(parameters, control), hl7v3::kFindActions.request), member));
    }
    std::string first(int size = 2) {
        return find(v3_sex() + v3_name(),
                    "<initialQuantity value=\"" + std::to_string(size) + "\"/>");
    }
    static std::string quqi(std::string const& root, std::string const& rest,
                            std::string const& message_id, std::string const& query = "Q1") {
        return v3_message(root,
                          "<acknowledgement><typeCode code=\"AA\"/><targetMessage><id "
                          "root=\"2.999.5\"/></targetMessage></acknowledgement>"
                          "<controlActProcess classCode=\"CACT\" moodCode=\"EVN\"><code "
                          "code=\"PRPA_TE000003UV01\" codeSystem=\"2.16.840.1.113883.1.6\"/>"
                          "<queryContinuation><queryId root=\"2.999.88.1\" extension=\"" +
                              query + "\"/>" + rest + "</queryContinuation></controlActProcess>",
                          message_id);
    }
    std::string more(std::string const& message_id, std::string const& start = "",
                     std::string const& member = "hospital-kita", std::string const& query = "Q1") {
        std::string const rest =
            (start.empty() ? "" : "<startResultNumber value=\"" + start + "\"/>") +
            "<continuationQuantity value=\"2\"/>"
            "<statusCode code=\"waitContinuedQueryResponse\"/>";
        return text_of(ask(iti47,
                           v3_incoming(quqi("QUQI_IN000003UV01", rest, message_id, query),
                                       hl7v3::kContinueActions.request),
                           member));
    }
    std::string cancel(std::string const& member = "hospital-kita",
                       std::string const& query = "Q1") {
        return text_of(ask(
            iti47,
            v3_incoming(quqi("QUQI_IN000003UV01_Cancel",
                             "<continuationQuantity value=\"0\"/><statusCode code=\"aborted\"/>",
                             "2.999.77.9", query),
                        hl7v3::kCancelActions.request),
            member));
    }
    void one_person() {
        people.add("R1", {record("K1", kKita, person("YAMADA", "TARO")),
                          record("C1", kClinic, person("YAMADA", "JIRO"), 90)});
    }
};
using Names = std::vector<std::string>;

TEST(Iti47, WithoutDomainsTheRegionalIdStandsInFrontAndAllOthersBeside) {
    V3World w;
    w.one_person();
    std::string const answer = w.find();
    EXPECT_EQ(v3_outcome(answer), "AA/OK");
    EXPECT_EQ(v3_people(answer), (Names{"R1"}));
    EXPECT_EQ(count_of(answer, "<asOtherIDs"), 2U);
    EXPECT_EQ(count_of(answer, "extension=\"K1\""), 1U);
    EXPECT_EQ(count_of(answer, "extension=\"C1\""), 1U);
    EXPECT_TRUE(holds(answer, "<given>TARO</given>"));
    EXPECT_FALSE(holds(answer, "JIRO"));
    EXPECT_EQ(v3_value(answer, "resultTotalQuantity"), "1");
    EXPECT_EQ(v3_value(answer, "resultCurrentQuantity"), "1");
    EXPECT_EQ(v3_value(answer, "resultRemainingQuantity"), "0");
}

TEST(Iti47, OfDomainsAskedForEachIsToldWithAnIdOrAsMissing) {
    V3World w;
    w.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"))});
    std::string const both = w.find(v3_sex() + v3_name() + v3_domain(kKita) + v3_domain(kClinic));
    EXPECT_EQ(v3_people(both), (Names{"K1"}));
    EXPECT_EQ(count_of(both, "<asOtherIDs"), 1U);
    EXPECT_TRUE(holds(both, "<scopingOrganization"));
    EXPECT_FALSE(holds(both, "extension=\"R1\""));
    std::string const none = w.find(v3_sex() + v3_name() + v3_domain(kClinic));
    EXPECT_EQ(v3_outcome(none), "AA/OK");
    EXPECT_EQ(v3_people(none), (Names{"R1"}));
    EXPECT_FALSE(holds(none, "extension=\"K1\""));
}

TEST(Iti47, EachUnknownDomainIsAnErrorAtItsPlace) {
    V3World w;
    w.one_person();
    std::string const answer =
        w.find(v3_sex() + v3_name() + v3_domain("1.9.8") + v3_domain(kKita) + v3_domain("1.9.9"));
    EXPECT_EQ(v3_outcome(answer), "AE/AE");
    EXPECT_EQ(count_of(answer, "<code code=\"204\""), 2U);
    EXPECT_TRUE(holds(answer, "parameterList/otherIDsScopingOrganization[1]/value</location>"));
    EXPECT_TRUE(holds(answer, "parameterList/otherIDsScopingOrganization[3]/value</location>"));
    EXPECT_TRUE(v3_people(answer).empty());
    EXPECT_EQ(w.people.searches, 0);
}

TEST(Iti47, NobodyIsNfWithAllThreeQuantities) {
    V3World w;
    std::string const answer = w.find();
    EXPECT_EQ(v3_outcome(answer), "AA/NF");
    EXPECT_FALSE(holds(answer, "<subject "));
    for (char const* quantity :
         {"resultTotalQuantity", "resultCurrentQuantity", "resultRemainingQuantity"})
        EXPECT_EQ(v3_value(answer, quantity), "0") << quantity;
    EXPECT_TRUE(holds(answer, "<family>YAMADA</family>")) << "the question is echoed";
}

TEST(Iti47, TooFewCriteriaTooManyPersonsAndTooManyQuestionsAreErrorsOfTheQuery) {
    V3World w;
    w.one_person();
    std::string const few = w.find(v3_sex());
    EXPECT_EQ(v3_outcome(few), "AE/AE");
    EXPECT_TRUE(holds(few, "SYN105"));
    EXPECT_TRUE(holds(few, "K3.12"));
    EXPECT_EQ(w.people.searches, 0);
    w.populate(25);
    EXPECT_EQ(v3_outcome(w.find()), "AE/AE");
    w.people.all.pop_back();
    EXPECT_EQ(v3_outcome(w.find()), "AA/OK");
    w.agreement.rules.queries_per_minute = 0;
    std::string const often = w.find();
    EXPECT_EQ(v3_outcome(often), "AE/AE");
    EXPECT_TRUE(holds(often, "Busy"));
}

TEST(Iti47, APayloadThatBreaksItsSchemaIsAnsweredAsAQueryThatCouldNotBeRead) {
    V3World w;
    w.one_person();
    auto const wire = v3_incoming(v3_find(v3_sex() + v3_name()), hl7v3::kFindActions.request);
    std::string const answer =
        text_of(w.ask(w.iti47, wire, "hospital-kita",
                      {{Severity::kError, kNoReason, "line 3, a/b: too short", ""}}));
    EXPECT_EQ(v3_outcome(answer), "AE/QE");
    EXPECT_TRUE(holds(answer, "SYN113"));
    EXPECT_TRUE(holds(answer, "Q1"));
    EXPECT_TRUE(holds(answer, "schema: line 3, a/b: too short</text>")) << answer;
}

TEST(Iti47, PagesContinueByPositionOrBySequence) {
    V3World w;
    w.populate(5);
    std::string const first = w.first();
    EXPECT_EQ(v3_people(first), (Names{"R101", "R102"}));
    EXPECT_EQ(v3_value(first, "resultRemainingQuantity"), "3");
    std::string const second = w.more("2.999.77.2");
    EXPECT_EQ(v3_outcome(second), "AA/OK");
    EXPECT_EQ(v3_people(second), (Names{"R103", "R104"}));
    EXPECT_EQ(w.patients_in_record(), (Names{region_cx("R103"), region_cx("R104")}));
    ASSERT_NE(w.query_in_record(), nullptr);
    EXPECT_TRUE(holds(w.query_in_record()->query, "YAMADA"));
    EXPECT_TRUE(holds(second, "<family>YAMADA</family>")) << "the first question is echoed";
    // The same message again, the rest, and a jump back.
    EXPECT_EQ(v3_people(w.more("2.999.77.2")), (Names{"R103", "R104"}));
    EXPECT_EQ(v3_people(w.more("2.999.77.3")), (Names{"R105"}));
    EXPECT_EQ(v3_people(w.more("2.999.77.4", "2")), (Names{"R102", "R103"}));
}

TEST(Iti47, WhoWithdrewInBetweenIsOnNoFurtherPage) {
    V3World w;
    w.populate(5);
    w.first();
    w.agreement.own = {};
    w.agreement.hidden = {region_cx("R103")};
    std::string const second = w.more("2.999.77.2");
    EXPECT_EQ(v3_people(second), (Names{"R104", "R105"}));
    EXPECT_EQ(v3_value(second, "resultTotalQuantity"), "4");
    EXPECT_EQ(v3_value(second, "resultRemainingQuantity"), "0");
}

TEST(Iti47, AQueryIsContinuedOnlyByItsAskerAndInTime) {
    V3World w;
    w.populate(5);
    w.first();
    for (std::string const& answer : {w.more("2.999.77.2", "", "clinic-kita"),
                                      w.more("2.999.77.2", "", "hospital-kita", "Q2")}) {
        EXPECT_EQ(v3_outcome(answer), "AE/AE");
        EXPECT_TRUE(holds(answer, "queryContinuation/queryId</location>"));
        EXPECT_TRUE(v3_people(answer).empty());
    }
    w.clock.time += std::chrono::minutes(10);
    EXPECT_EQ(v3_outcome(w.more("2.999.77.2")), "AE/AE");
}

TEST(Iti47, ARefusedContinuationNamesItsQueryAndBeyondTheLastPageSomebodyWasFoundAllTheSame) {
    V3World w;
    w.populate(5);
    w.first();
    std::string const beyond = w.more("2.999.77.2", "99");
    EXPECT_EQ(v3_outcome(beyond), "AA/OK");
    EXPECT_TRUE(v3_people(beyond).empty());
    EXPECT_EQ(v3_value(beyond, "resultTotalQuantity"), "5");
    std::string const refused = w.more("2.999.77.3", "0");
    EXPECT_EQ(v3_outcome(refused), "AE/AE");
    EXPECT_TRUE(holds(refused, "<queryId root=\"2.999.88.1\" extension=\"Q1\"/>")) << refused;
}

TEST(Iti47, CancelForgetsAndIsAcceptedAlsoWhenThereIsNothing) {
    V3World w;
    w.populate(5);
    w.first();
    w.cancel("clinic-kita");
    EXPECT_EQ(v3_outcome(w.more("2.999.77.2")), "AA/OK");
    std::string const answer = w.cancel();
    EXPECT_TRUE(answer.starts_with("<MCCI_IN000002UV01"));
    EXPECT_EQ(v3_outcome(answer), "AA/");
    EXPECT_EQ(v3_outcome(w.more("2.999.77.3")), "AE/AE");
    EXPECT_EQ(v3_outcome(w.cancel("hospital-kita", "NEVER")), "AA/");
}

TEST(Iti47, HiddenEqualsAbsentToTheOctet) {
    std::string const questions[] = {
        v3_sex() + v3_name(),
        v3_sex() + v3_name() + v3_domain(kClinic) + v3_domain(kKita),
        v3_id(kClinic, "C1"),
        v3_id(kRegion, "R2"),
    };
    for (std::string const& question : questions) {
        V3World absent, hidden;
        for (V3World* w : {&absent, &hidden}) w->agreement.open = {kKita};
        absent.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"), 80)});
        hidden.people.add("R2", {record("C2", kClinic, person("YAMADA", "SABURO"))});
        hidden.people.add("R1", {record("C1", kClinic, person("YAMADA", "NEWNAME")),
                                 record("K1", kKita, person("YAMADA", "TARO"), 80)});
        EXPECT_EQ(hidden.find(question), absent.find(question)) << question;
    }
}

}  // namespace
}  // namespace musubi::pdq
