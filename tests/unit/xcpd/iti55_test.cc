// ITI TF-2 3.55: what a responding gateway answers, and what it never tells.
#include "xcpd/iti55.h"

#include "codec/hl7v3/actions.h"
#include "unit/pdq/v3_fixture.h"

namespace musubi::xcpd {
namespace {

using namespace test;  // NOLINT: the fixture's words
using Names = std::vector<std::string>;

struct Gateway : World {
    Deps deps{finder(), clock, ids, Settings{2, kHome, "Kita", kRegion}};
    core::Definition iti55 = core::define<Iti55>(deps);

    std::string send(std::string const& parameters, std::string const& priority = "I") {
        return text_of(ask(iti55, v3_incoming(v3_find(parameters, "", priority),
                                              hl7v3::kDiscoveryActions.request)));
    }
    std::string discover() { return send(v3_birth() + v3_name()); }
};

std::string everything() {
    return v3_sex() + v3_birth() + v3_name() +
           v3_parameter("patientAddress", "<value><city>SHIZUOKA</city></value>") +
           v3_parameter("patientTelecom", "<value value=\"tel:054-000-0000\"/>") +
           v3_parameter("mothersMaidenName", "<value><family>SATO</family></value>");
}

TEST(Iti55, OnePersonIsToldWithTheIdForXcaAlone) {
    Gateway w;
    w.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO")),
                        record("C1", kClinic, person("YAMADA", "JIRO"), 90)});
    std::string const answer = w.discover();
    EXPECT_EQ(v3_outcome(answer), "AA/OK");
    EXPECT_EQ(v3_people(answer), (Names{"R1"}));
    std::string const patient = answer.substr(
        answer.find("<patient "), answer.find("<patientPerson") - answer.find("<patient "));
    EXPECT_EQ(count_of(patient, "<id "), 1U);
    EXPECT_EQ(count_of(answer, "<asOtherIDs"), 2U);
    EXPECT_TRUE(holds(answer, "NotHealthDataLocator"));
    std::string const custodian = answer.substr(answer.find("<custodian"));
    EXPECT_TRUE(holds(custodian, "<id root=\"2.999.1.1\"/>")) << custodian;
    EXPECT_TRUE(holds(answer, "TARO"));
}

TEST(Iti55, ByIdAloneNoDemographicsAreTold) {
    Gateway w;
    w.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"))});
    std::string const answer = w.send(v3_id(kKita, "K1"));
    EXPECT_EQ(v3_people(answer), (Names{"R1"}));
    EXPECT_TRUE(holds(answer, "<name nullFlavor=\"NA\"/>"));
    EXPECT_FALSE(holds(answer, "TARO"));
}

TEST(Iti55, TheAskersOwnIdBesideDemographicsNarrowsNothing) {
    Gateway w;
    w.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"))});
    EXPECT_EQ(v3_people(w.send(v3_birth() + v3_id("2.999.2.9", "theirs") + v3_name())),
              (Names{"R1"}));
    EXPECT_TRUE(w.people.last.query.ids.empty());
    EXPECT_EQ(v3_outcome(w.send(v3_id("2.999.2.9", "theirs"))), "AA/NF");
    EXPECT_EQ(v3_outcome(w.send(v3_birth() + v3_id(kKita, "K9") + v3_name())), "AA/NF");
}

TEST(Iti55, NobodyIsNf) {
    Gateway w;
    std::string const answer = w.discover();
    EXPECT_EQ(v3_outcome(answer), "AA/NF");
    EXPECT_FALSE(holds(answer, "<subject "));
    EXPECT_FALSE(holds(answer, "actOrderRequired"));
}

TEST(Iti55, NameAndBirthTimeAreRequiredUnlessAnIdIsGiven) {
    Gateway w;
    for (std::string const& question : {v3_birth() + v3_sex(), v3_sex() + v3_name()}) {
        std::string const answer = w.send(question);
        EXPECT_EQ(v3_outcome(answer), "AE/AE") << question;
        EXPECT_TRUE(holds(answer, "SYN105")) << question;
        EXPECT_TRUE(holds(answer, "AnswerNotAvailable")) << question;
    }
    EXPECT_EQ(w.people.searches, 0);
}

TEST(Iti55, FuzzyNamesAreRefused) {
    Gateway w;
    std::string const answer =
        w.send(v3_birth() + v3_parameter("livingSubjectName",
                                         "<value use=\"SRCH\"><family>YAMADA</family></value>"));
    EXPECT_EQ(v3_outcome(answer), "AE/AE");
    EXPECT_EQ(w.people.searches, 0);
}

TEST(Iti55, OfSeveralNobodyIsToldAndWhatWasNotGivenIsAskedFor) {
    Gateway w;
    w.populate(2);
    std::string const answer = w.send(v3_sex() + v3_birth() + v3_name());
    EXPECT_EQ(v3_outcome(answer), "AA/OK");
    EXPECT_TRUE(v3_people(answer).empty());
    EXPECT_FALSE(holds(answer, "LivingSubjectAdministrativeGenderRequested"));
    for (char const* wanted :
         {"PatientAddressRequested", "PatientTelecomRequested", "MothersMaidenNameRequested"})
        EXPECT_TRUE(holds(answer, wanted)) << wanted;
    EXPECT_TRUE(w.patients_in_record().empty());
}

TEST(Iti55, SeveralAreListedWhenNothingIsLeftToAskFor) {
    Gateway w;
    w.populate(2);
    std::string const answer = w.send(everything());
    EXPECT_EQ(v3_people(answer), (Names{"R101", "R102"}));
    EXPECT_EQ(w.patients_in_record(), (Names{region_cx("R101"), region_cx("R102")}));
    w.people.add("R9", {record("K9", kKita, person("YAMADA", "X"))});
    std::string const many = w.send(everything());
    EXPECT_EQ(v3_outcome(many), "AE/AE");
    EXPECT_TRUE(holds(many, "AnswerNotAvailable"));
}

TEST(Iti55, WhatTheAgreementWantsBesidesIsAskedForWhereTheProtocolHasAWordForIt) {
    using enum domain::DemographicsRules::Criterion;
    Gateway w;
    w.populate(1);
    w.agreement.rules.minimum = {{kFamily, kBirth, kSex, kAddress}, {kFamily, kBirth, kPhone}};
    std::string const answer = w.discover();
    EXPECT_EQ(v3_outcome(answer), "AA/OK");
    EXPECT_TRUE(holds(answer, "PatientTelecomRequested"));
    EXPECT_FALSE(holds(answer, "PatientAddressRequested"));
    EXPECT_TRUE(v3_people(answer).empty());
    EXPECT_EQ(w.people.searches, 0);
    w.agreement.rules.minimum = {{kFamily, kGiven, kBirth}};
    std::string const given = w.discover();
    EXPECT_EQ(v3_outcome(given), "AE/AE");
    EXPECT_TRUE(holds(given, "AnswerNotAvailable"));
    EXPECT_TRUE(holds(given, "wants besides: given"));
}

TEST(Iti55, AnAnswerThatCannotBeGivenSaysWhy) {
    struct Row {
        Code code;
        char const* word;
    };
    for (Row const& row :
         {Row{Code::kBusy, "ResponderBusy"}, Row{Code::kStorageUnavailable, "AnswerNotAvailable"},
          Row{Code::kInternal, "InternalError"}}) {
        Gateway w;
        w.people.fails = Error(row.code, "for a test");
        std::string const answer = w.discover();
        EXPECT_EQ(v3_outcome(answer), "AE/AE") << row.word;
        EXPECT_TRUE(holds(answer, row.word)) << row.word;
        EXPECT_FALSE(holds(answer, "for a test"));
    }
    Gateway w;
    w.agreement.rules.queries_per_minute = 0;
    EXPECT_TRUE(holds(w.discover(), "ResponderBusy"));
}

TEST(Iti55, ADeferredAnswerIsNotGivenWhereAnAnswerAtOnceIsDue) {
    Gateway w;
    w.populate(1);
    std::string const answer = w.send(v3_birth() + v3_name(), "D");
    EXPECT_TRUE(answer.starts_with("<PRPA_IN201306UV02")) << answer.substr(0, 40);
    EXPECT_EQ(v3_outcome(answer), "AE/AE");
    EXPECT_TRUE(holds(answer, "NS250"));
    EXPECT_TRUE(holds(answer, "responsePriorityCode</location>"));
    EXPECT_EQ(w.people.searches, 0);
    EXPECT_EQ(w.ledger.events.at(0).outcome, domain::AuditOutcome::kMinorFailure);
}

TEST(Iti55, TheRecordNamesEachPersonTheQuestionAndWhoAsked) {
    Gateway w;
    w.populate(1);
    w.discover();
    ASSERT_EQ(w.ledger.events.size(), 1U);
    EXPECT_EQ(w.ledger.events[0].event_id.code, "110112");
    EXPECT_EQ(w.patients_in_record(), (Names{region_cx("R101")}));
    auto const* query = w.query_in_record();
    ASSERT_NE(query, nullptr);
    EXPECT_TRUE(holds(query->query, "YAMADA"));
    ASSERT_EQ(query->details.size(), 1U);
    EXPECT_EQ(query->details[0].type, "ihe:homeCommunityID");
    EXPECT_EQ(query->details[0].value, "urn:oid:2.999.2");
}

TEST(Iti55, WhoIsShownCountsForTheAlarm) {
    Gateway w;
    w.agreement.rules.alarm_patients_per_hour = 0;
    w.populate(1);
    w.discover();
    ASSERT_EQ(w.ledger.events.size(), 2U);
    EXPECT_EQ(w.ledger.events[0].event_id.code, "110113");
}

TEST(Iti55, HiddenEqualsAbsentToTheOctet) {
    for (std::string const& question :
         {v3_birth() + v3_name(), everything(), v3_id(kClinic, "C1"), v3_id(kKita, "K1")}) {
        Gateway absent, hidden;
        for (Gateway* w : {&absent, &hidden}) w->agreement.open = {kKita};
        absent.people.add("R1", {record("K1", kKita, person("YAMADA", "TARO"), 80)});
        hidden.people.add("R2", {record("C2", kClinic, person("YAMADA", "SABURO"))});
        hidden.people.add("R1", {record("C1", kClinic, person("YAMADA", "NEWNAME")),
                                 record("K1", kKita, person("YAMADA", "TARO"), 80)});
        EXPECT_EQ(hidden.send(question), absent.send(question)) << question;
    }
}

}  // namespace
}  // namespace musubi::xcpd
