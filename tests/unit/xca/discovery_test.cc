// What another community is asked about a person, and when its answer is believed (ITI TF-2 3.55).

#include "xca/discovery.h"

#include "platform/xml/parse.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

using Kind = DiscoveryOutcome::Kind;
using hl7v3::WantedAttribute;

domain::PersonName name(std::string family, std::string given, domain::Script script) {
    domain::PersonName out;
    out.family = std::move(family);
    out.given = std::move(given);
    out.script = script;
    return out;
}

domain::Demographics woman() {
    domain::Demographics out;
    out.names = {name("斎藤", "由美子", domain::Script::kIdeographic),
                 name("サイトウ", "ユミコ", domain::Script::kPhonetic)};
    out.birth_time = "19700102";
    out.sex = "F";
    out.addresses.emplace_back().whole = "札幌市中央区";
    out.home_phones.emplace_back().number = "011-000-0000";
    return out;
}

class Discoveries : public ::testing::Test {
protected:
    Discoveries() {
        community_.name = "minami";
        community_.homes = {"urn:oid:2.999.1.2"};
        question_.query_id = {"2.999.1.1", "Q1"};
        answer_.query_id = question_.query_id;
        answer_.response_code = "OK";
    }
    hl7v3::FoundPatient& add(std::string const& id, std::string const& authority = "2.999.1.2.1") {
        auto& patient = answer_.patients.emplace_back();
        patient.ids = {{{id, authority}, ""}};
        patient.person = woman();
        patient.custodian = "2.999.1.2";
        return patient;
    }
    DiscoveryOutcome judged() { return judge_discovery(question_, community_, woman(), answer_); }

    Community community_;
    DiscoveryQuestion question_;
    hl7v3::FindResponse answer_;
};

TEST(DiscoveryCriteria, TellNameBirthAndSexAndNothingElseUntilItIsAskedFor) {
    auto const first = discovery_criteria(woman(), {});
    ASSERT_TRUE(first);
    EXPECT_EQ(first->names.size(), 2U);
    EXPECT_EQ(first->birth->low, "19700102");
    EXPECT_EQ(first->sex, "F");
    EXPECT_TRUE(first->addresses.empty());
    EXPECT_TRUE(first->phones.empty());
    EXPECT_TRUE(first->ids.empty()) << "our own id is nobody's business";
    auto const more = discovery_criteria(woman(), {WantedAttribute::kTelecom});
    EXPECT_EQ(more->phones, std::vector<std::string>{"011-000-0000"});
    EXPECT_TRUE(more->addresses.empty());
}

TEST(DiscoveryCriteria, AskNobodyWithTooLittle) {
    auto person = woman();
    person.birth_time = "1970";
    EXPECT_FALSE(discovery_criteria(person, {}));
    person = woman();
    person.names.clear();
    EXPECT_FALSE(discovery_criteria(person, {}));
}

TEST(DiscoveryQuestions, NameBothCommunitiesAndKeepTheirQueryForTheRecord) {
    Community community;
    community.homes = {"urn:oid:2.999.1.2"};
    auto const made = write_discovery({.own_home = "urn:oid:2.999.1.1",
                                       .community = &community,
                                       .message_id = "5e1a4e0e-0000-4000-8000-000000000001",
                                       .query_id = "5e1a4e0e-0000-4000-8000-000000000002",
                                       .time = "20261121000000"},
                                      *discovery_criteria(woman(), {}));
    auto const document = xml::parse(as_bytes(made.payload));
    ASSERT_TRUE(document.ok()) << made.payload;
    auto const header = hl7v3::read_header(document->root());
    EXPECT_EQ(header.sender.organization, "2.999.1.1");
    EXPECT_EQ(header.receiver.organization, "2.999.1.2");
    auto const query = hl7v3::read_find_query(document->root(), hl7v3::FindRules::kXcpd);
    ASSERT_TRUE(query.ok());
    EXPECT_EQ(query->query_id, made.query_id);
    EXPECT_TRUE(made.query_text.starts_with("<queryByParameter"));
    EXPECT_TRUE(made.query_text.ends_with("</queryByParameter>"));
}

TEST_F(Discoveries, OneIdOfOnePersonIsBelieved) {
    add("M1");
    EXPECT_EQ(judged().kind, Kind::kMatch);
    EXPECT_EQ(judged().id, "M1^^^&2.999.1.2.1&ISO");
}

TEST_F(Discoveries, OfSeveralIdsThatOfTheAgreedAuthorityCounts) {
    add("M1");
    add("X1", "2.999.77.1");
    EXPECT_EQ(judged().kind, Kind::kAmbiguous) << "nothing was agreed";
    community_.patient_authority = "2.999.1.2.1";
    EXPECT_EQ(judged().kind, Kind::kMatch);
    add("M2");
    EXPECT_EQ(judged().kind, Kind::kAmbiguous);
    community_.patient_authority = "2.999.88.1";
    EXPECT_EQ(judged().kind, Kind::kUnbelievable);
}

TEST_F(Discoveries, SomebodyElseIsNotTakenForThePatient) {
    auto& patient = add("M1");
    patient.person.birth_time = "19700103";
    EXPECT_EQ(judged().kind, Kind::kUnbelievable);
    patient.person = woman();
    patient.person.sex = "M";
    EXPECT_EQ(judged().kind, Kind::kUnbelievable);
    patient.person = woman();
    for (auto& one : patient.person.names) one.family = "田中", one.given = "良子";
    EXPECT_EQ(judged().kind, Kind::kUnbelievable);
    patient.person = {};
    EXPECT_EQ(judged().kind, Kind::kUnbelievable) << "nothing to check it by";
}

TEST_F(Discoveries, AnotherSpellingIsNotAnotherPerson) {
    auto& patient = add("M1");
    patient.person.names = {name("齋藤", "由美子", domain::Script::kIdeographic)};
    EXPECT_EQ(judged().kind, Kind::kMatch);
    patient.person.names = {name("さいとう", "ゆみこ", domain::Script::kPhonetic)};
    EXPECT_EQ(judged().kind, Kind::kMatch);
    patient.person.names = {name("SAITO", "YUMIKO", domain::Script::kAlphabetic)};
    EXPECT_EQ(judged().kind, Kind::kMatch) << "the date of birth is checked all the same";
    patient.person.birth_time = "1970";
    EXPECT_EQ(judged().kind, Kind::kMatch) << "as exactly as it tells";
}

TEST_F(Discoveries, OnlyTheCommunitysOwnAnswerToThisQuestionCounts) {
    add("M1").custodian = "2.999.1.3";
    EXPECT_EQ(judged().kind, Kind::kUnbelievable);
    answer_.patients.clear();
    add("M1");
    answer_.query_id.extension = "Q2";
    EXPECT_EQ(judged().kind, Kind::kUnbelievable);
}

TEST_F(Discoveries, AnIdThatWouldBeAnotherOneWhenItIsWrittenIsNoId) {
    for (std::string const& id :
         std::vector<std::string>{"M1^^^&2.999.9&ISO", "M&1", "M~1", std::string(300, 'M')}) {
        answer_.patients.clear();
        add(id);
        auto const outcome = judged();
        EXPECT_TRUE(outcome.kind == Kind::kUnbelievable ||
                    domain::PatientId::parse(outcome.id)->id == id)
            << id;
    }
    answer_.patients.clear();
    add("M1", "no oid");
    EXPECT_EQ(judged().kind, Kind::kUnbelievable);
}

TEST_F(Discoveries, NobodyMoreWantedBusyAndErrorsAreToldApart) {
    answer_.response_code = "NF";
    EXPECT_EQ(judged().kind, Kind::kAbsent);
    answer_.response_code = "OK";
    answer_.wanted = {WantedAttribute::kAddress};
    EXPECT_EQ(judged().kind, Kind::kWants);
    EXPECT_TRUE(judged().wanted.contains(WantedAttribute::kAddress));
    answer_.response_code = "AE";
    EXPECT_EQ(judged().kind, Kind::kCannotTell);
    answer_.cannot = hl7v3::CannotAnswer::kBusy;
    EXPECT_EQ(judged().kind, Kind::kBusy);
}

}  // namespace
}  // namespace musubi::xca
