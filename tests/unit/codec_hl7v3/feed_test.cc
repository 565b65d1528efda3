// ITI TF-2 3.44.4: identity feeds.
#include "codec/hl7v3/read.h"

#include "domain/reason.h"
#include "unit/codec_hl7v3/messages.h"

#include <gtest/gtest.h>

namespace musubi::hl7v3 {
namespace {

using test::v3::feed;
using test::v3::parsed;

constexpr std::string_view kAdd = "PRPA_IN201301UV02";
constexpr std::string_view kRevise = "PRPA_IN201302UV02";
constexpr std::string_view kMerge = "PRPA_IN201304UV02";

std::string patient(std::string_view person, std::string_view ids = "") {
    return std::string(ids.empty() ? R"(<id root="2.999.3" extension="00123"/>)" : ids) +
           R"(<statusCode code="active"/><patientPerson classCode="PSN" determinerCode="INSTANCE">)" +
           std::string(person) + "</patientPerson>";
}

Result<domain::PatientFeed> read(std::string const& text) {
    auto const document = parsed(text);
    return read_patient_feed(document.root());
}

/// "reason location" of every issue.
std::string problems(std::string const& text) {
    auto const result = read(text);
    if (result) return "accepted";
    std::string out;
    for (Issue const& issue : result.error().issues)
        out += std::string(to_string(issue.reason)) + " " + issue.location + "\n";
    return out;
}
std::string line(Reason reason, std::string_view location) {
    return std::string(to_string(reason)) + " " + std::string(location) + "\n";
}

constexpr std::string_view kPatient =
    "/PRPA_IN201301UV02/controlActProcess/subject/registrationEvent/subject1/patient";

TEST(Hl7v3Feed, JapanesePatientKeepsAllSpellings) {
    std::string const text =
        feed(kAdd, patient(R"(<name use="L IDE"><family>患者</family><given>太郎</given></name>
        <name use="SYL"><family>カンジャ</family><given>タロウ</given></name>
        <name use="ABC"><prefix>Dr.</prefix><given>Taro</given><given>M.</given>
        <family>KANJA</family><suffix>II</suffix></name>
        <telecom value="tel:054-000-0000" use="H"/><telecom value="tel:090-0000-0000" use="MC"/>
        <telecom value="fax:054-1" use="WP"/><telecom value="mailto:a@example.org"/>
        <administrativeGenderCode code="M"/><birthTime value="19600102"/>
        <deceasedInd value="false"/><multipleBirthInd value="true"/>
        <multipleBirthOrderNumber value="2"/>
        <addr use="H"><state>静岡県</state><city>静岡市</city>
        <streetAddressLine>登呂1-3-5</streetAddressLine><postalCode>422-8033</postalCode>
        <country>JPN</country></addr><maritalStatusCode code="M"/>
        <personalRelationship classCode="PRS"><code code="MTH"/>
        <relationshipHolder1 classCode="PSN" determinerCode="INSTANCE">
        <name><family>旧姓</family></name></relationshipHolder1></personalRelationship>)"));
    EXPECT_EQ(test::v3::our_verdict(text), "");
    auto const result = read(text);
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->event, domain::FeedEvent::kAdd);
    EXPECT_EQ(result->trigger, kAdd);
    EXPECT_EQ(result->control_id, "2.999.7^M1");
    EXPECT_EQ(result->application, "2.999.2");
    EXPECT_EQ(result->facility, "2.999.2.1");
    ASSERT_EQ(result->identifiers.size(), 1U);
    EXPECT_EQ(result->identifiers[0].id, "00123");
    EXPECT_EQ(result->identifiers[0].authority.universal_id, "2.999.3");
    EXPECT_EQ(result->identifiers[0].authority.universal_id_type, "ISO");
    EXPECT_EQ(result->identifiers[0].location, std::string(kPatient) + "/id");

    domain::Demographics person;
    result->demographics.apply_to(person);
    ASSERT_EQ(person.names.size(), 3U);
    EXPECT_EQ(person.names[0].family, "患者");
    EXPECT_EQ(person.names[0].type_code, "L");
    EXPECT_EQ(person.names[0].script, domain::Script::kIdeographic);
    EXPECT_EQ(person.names[1].script, domain::Script::kPhonetic);
    EXPECT_EQ(person.names[2].script, domain::Script::kAlphabetic);
    EXPECT_EQ(person.names[2].middle, "M.");
    EXPECT_EQ(person.names[2].prefix, "Dr.");
    EXPECT_EQ(person.names[2].suffix, "II");
    ASSERT_EQ(person.home_phones.size(), 3U);
    EXPECT_EQ(person.home_phones[0].number, "054-000-0000");
    EXPECT_EQ(person.home_phones[1].equipment, "CP");
    EXPECT_EQ(person.home_phones[2].email, "a@example.org");
    ASSERT_EQ(person.business_phones.size(), 1U);
    EXPECT_EQ(person.business_phones[0].equipment, "FX");
    EXPECT_EQ(person.sex, "M");
    EXPECT_EQ(person.birth_time, "19600102");
    EXPECT_EQ(person.death_indicator, "N");
    EXPECT_EQ(person.multiple_birth, "Y");
    EXPECT_EQ(person.birth_order, "2");
    ASSERT_EQ(person.addresses.size(), 1U);
    EXPECT_EQ(person.addresses[0].state, "静岡県");
    EXPECT_EQ(person.addresses[0].street, "登呂1-3-5");
    EXPECT_EQ(person.addresses[0].type_code, "H");
    ASSERT_EQ(person.mothers_maiden_names.size(), 1U);
    EXPECT_EQ(person.mothers_maiden_names[0].family, "旧姓");
}

TEST(Hl7v3Feed, WhatIsNotSentStaysAndWhatIsNullGoes) {
    auto const result = read(feed(kRevise, patient(R"(<name nullFlavor="MSK"/>
        <telecom nullFlavor="NI"/><birthTime nullFlavor="UNK"/><addr nullFlavor="NI"/>)")));
    ASSERT_TRUE(result);
    auto const& change = result->demographics;
    EXPECT_FALSE(change.names) << "masked: a value that is not told";
    EXPECT_FALSE(change.sex);
    ASSERT_TRUE(change.home_phones && change.birth_time && change.addresses);
    EXPECT_TRUE(change.home_phones->empty());
    EXPECT_FALSE(change.business_phones);
    EXPECT_EQ(*change.birth_time, "");
    EXPECT_TRUE(change.addresses->empty());
}

TEST(Hl7v3Feed, SexIsMappedToTheTableOfVersion2) {
    std::pair<char const*, char const*> const rows[] = {{"code='M'", "M"},
                                                        {"code='F'", "F"},
                                                        {"code='UN'", "O"},
                                                        {"nullFlavor='UNK'", "U"},
                                                        {"nullFlavor='NI'", ""}};
    for (auto const& [sent, expected] : rows) {
        auto const result =
            read(feed(kAdd, patient("<name><family>A</family></name><administrativeGenderCode " +
                                    std::string(sent) + "/>")));
        ASSERT_TRUE(result) << sent;
        EXPECT_EQ(result->demographics.sex, expected) << sent;
    }
}

TEST(Hl7v3Feed, NamesInOnePieceAndAliasesAreTold) {
    auto const result = read(feed(kAdd, patient(R"(<name> 患者 太郎 </name>
        <name use="P"><family>通称</family></name>
        <name><family qualifier="BR">旧姓</family></name>)")));
    ASSERT_TRUE(result);
    ASSERT_TRUE(result->demographics.names && result->demographics.aliases);
    EXPECT_EQ(result->demographics.names->at(0).family, "患者 太郎");
    EXPECT_EQ(result->demographics.names->at(1).type_code, "B");
    EXPECT_EQ(result->demographics.aliases->at(0).family, "通称");
}

TEST(Hl7v3Feed, AuthorityNameCountsOnlyWithoutRoot) {
    auto const result =
        read(feed(kAdd, patient("<name>A</name>",
                                R"(<id root="2.999.3" extension="1" assigningAuthorityName="x"/>
                                <id extension="2" assigningAuthorityName="HOSP"/>)")));
    ASSERT_TRUE(result);
    ASSERT_EQ(result->identifiers.size(), 2U);
    EXPECT_EQ(result->identifiers[0].authority.namespace_id, "");
    EXPECT_EQ(result->identifiers[1].authority.namespace_id, "HOSP");
    EXPECT_EQ(result->identifiers[1].authority.universal_id, "");
    EXPECT_EQ(result->identifiers[1].location, std::string(kPatient) + "/id[2]");
}

std::string prior(std::string_view ids, std::string_view status = "obsolete") {
    return R"(<replacementOf typeCode="RPLC"><priorRegistration classCode="REG" moodCode="EVN">
        <statusCode code=")" +
           std::string(status) +
           R"("/><subject1 typeCode="SBJ"><priorRegisteredRole classCode="PAT">)" +
           std::string(ids) +
           "</priorRegisteredRole></subject1></priorRegistration></replacementOf>";
}

TEST(Hl7v3Feed, MergeTellsBothIdsAndNoDemographics) {
    std::string const text = feed(kMerge, patient("<name><family>A</family></name>"),
                                  prior(R"(<id root="2.999.3" extension="9"/>)"));
    EXPECT_EQ(test::v3::our_verdict(text), "");
    auto const result = read(text);
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->event, domain::FeedEvent::kMerge);
    ASSERT_EQ(result->prior_identifiers.size(), 1U);
    EXPECT_EQ(result->prior_identifiers[0].id, "9");
    EXPECT_FALSE(result->demographics.names);
}

TEST(Hl7v3Feed, MergeOfSeveralOrNoneIsRefused) {
    std::string const base =
        "/PRPA_IN201304UV02/controlActProcess/subject/registrationEvent/replacementOf";
    std::string const role = base + "/priorRegistration/subject1/priorRegisteredRole";
    std::string const who = patient("<name><family>A</family></name>");
    EXPECT_EQ(problems(feed(kMerge, who)), line(Reason::kRequiredFieldMissing, base));
    EXPECT_EQ(
        problems(feed(kMerge, who,
                      prior(R"(<id root="2.9" extension="9"/><id root="2.9" extension="8"/>)"))),
        line(Reason::kSegmentSequence, role + "/id[2]"));
    EXPECT_EQ(problems(feed(kMerge, who, prior(R"(<id root="2.9" extension="9"/>)", "active"))),
              line(Reason::kDataType, base + "/priorRegistration/statusCode"));
    EXPECT_EQ(problems(feed(kAdd, who, prior(R"(<id root="2.9" extension="9"/>)"))),
              line(Reason::kSegmentSequence,
                   "/PRPA_IN201301UV02/controlActProcess/subject/registrationEvent/replacementOf"));
}

TEST(Hl7v3Feed, TheOutlineNamesTheIdsOfWhatIsRefused) {
    std::string const merge =
        feed(kMerge, patient("<name><family>A</family></name>"),
             prior(R"(<id root="2.9" extension="9"/><id nullFlavor="NI"/><id root="2.9"/>)"));
    auto const document = parsed(merge);
    EXPECT_FALSE(read_patient_feed(document.root()));
    domain::PatientFeed const outline = outline_of_feed(document.root());
    EXPECT_EQ(outline.event, domain::FeedEvent::kMerge);
    EXPECT_FALSE(outline.control_id.empty());
    ASSERT_EQ(outline.identifiers.size(), 1U);
    ASSERT_EQ(outline.prior_identifiers.size(), 1U);
    EXPECT_EQ(outline.prior_identifiers[0].id, "9");
    EXPECT_EQ(outline.prior_identifiers[0].authority.universal_id, "2.9");
    EXPECT_TRUE(outline_of_feed(document.root().first_child()).identifiers.empty());
}

TEST(Hl7v3Feed, AllProblemsAreToldAtOnce) {
    std::string const person = std::string(kPatient) + "/patientPerson";
    EXPECT_EQ(problems(feed(kAdd, patient(R"(<name>A</name><administrativeGenderCode code="X"/>
                                          <birthTime value="19601332"/>)",
                                          R"(<id root="2.999.3"/>)"))),
              line(Reason::kRequiredFieldMissing, std::string(kPatient) + "/id") +
                  line(Reason::kRequiredFieldMissing, std::string(kPatient) + "/id") +
                  line(Reason::kDataType, person + "/administrativeGenderCode") +
                  line(Reason::kDataType, person + "/birthTime"));
}

TEST(Hl7v3Feed, APatientWhoIsNotActiveIsRefused) {
    std::string text = patient("<name>A</name>");
    text.replace(text.find("active"), 6, "nullified");
    EXPECT_EQ(problems(feed(kAdd, text)),
              line(Reason::kDataType, std::string(kPatient) + "/statusCode"));
}

TEST(Hl7v3Feed, AnotherSubjectOrNoPersonIsRefused) {
    std::string const one = feed(kAdd, patient("<name>A</name>"));
    auto const begin = one.find("<subject ");
    auto const end = one.find("</subject>") + 10;
    std::string two = one;
    two.insert(end, one.substr(begin, end - begin));
    EXPECT_EQ(problems(two),
              line(Reason::kSegmentSequence, "/PRPA_IN201301UV02/controlActProcess/subject[2]"));
    EXPECT_EQ(problems(feed(kAdd, R"(<id root="2.9" extension="1"/><statusCode code="active"/>)")),
              line(Reason::kRequiredFieldMissing, std::string(kPatient) + "/patientPerson"));
}

TEST(Hl7v3Feed, WrongHeaderIsUnsupported) {
    std::string const good = feed(kAdd, patient("<name>A</name>"));
    std::pair<std::string, Reason> const rows[] = {
        {test::v3::replaced(good, R"(extension="PRPA_IN201301UV02")",
                            R"(extension="PRPA_IN201302UV02")"),
         Reason::kUnsupportedMessageType},
        {test::v3::replaced(good, "PRPA_TE201301UV02", "PRPA_TE201302UV02"),
         Reason::kUnsupportedEvent},
        {test::v3::replaced(good, R"(processingCode code="T")", R"(processingCode code="X")"),
         Reason::kUnsupportedProcessingId}};
    for (auto const& [text, reason] : rows) {
        auto const result = read(text);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Code::kUnsupported);
        EXPECT_EQ(result.error().reason, reason);
    }
    auto const other = read(test::v3::ids_request(""));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Code::kInvalidMessage);
}

TEST(Hl7v3Feed, ListsEndAtTheirLimit) {
    auto const ids = [](std::size_t count) {
        std::string out;
        for (std::size_t i = 0; i < count; ++i)
            out += "<id root='2.9' extension='" + std::to_string(i) + "'/>";
        return out;
    };
    // statusCode and patientPerson stand beside the ids.
    auto const most = read(feed(kAdd, patient("<name>A</name>", ids(kMaxEntries - 2))));
    ASSERT_TRUE(most);
    EXPECT_EQ(most->identifiers.size(), kMaxEntries - 2);
    auto const more = read(feed(kAdd, patient("<name>A</name>", ids(kMaxEntries - 1))));
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace musubi::hl7v3
