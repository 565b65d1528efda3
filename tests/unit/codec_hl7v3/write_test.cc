// ITI TF-2 3.44 to 3.47, 3.55, 3.56: everything that we write, against our schemas, the published
// ones and the rules of the public test tools.
#include "codec/hl7v3/write.h"

#include "codec/hl7v3/read.h"
#include "platform/base/text.h"
#include "unit/codec_hl7v3/messages.h"

#include <gtest/gtest.h>

namespace musubi::hl7v3 {
namespace {

using test::v3::parsed;

Seal const kSeal{"11111111-2222-4333-8444-555555555555",
                 "20260401090001+0900",
                 {"2.999.1", "2.999.100"},
                 "P",
                 "trace-1"};

domain::LocalId id(std::string authority, std::string value) {
    return {{std::move(value), std::move(authority)}, "PI"};
}

struct Asked {
    Header header;
    QueryEcho echo;
};
Asked asked(std::string const& text) {
    auto const document = parsed(text);
    return {read_header(document.root()), read_query_echo(document.root())};
}
Asked asked_ids() {
    return asked(test::v3::ids_request(
        R"(<dataSource><value root="2.999.4"/><semanticsText>DataSource.id</semanticsText>
        </dataSource><patientIdentifier><value root="2.999.3" extension="1"/>
        <semanticsText>Patient.id</semanticsText></patientIdentifier>)"));
}
Asked asked_find() {
    return asked(test::v3::find_request(
        R"(<livingSubjectName><value><family>患者</family></value>
        <semanticsText>LivingSubject.name</semanticsText></livingSubjectName>)"));
}

domain::Demographics somebody() {
    domain::Demographics person;
    person.names = {{"患者", "太郎", "", "", "", "L", domain::Script::kIdeographic},
                    {"カンジャ", "タロウ", "", "", "", "L", domain::Script::kPhonetic},
                    {"KANJA", "Taro", "M.", "II", "Dr.", "L", domain::Script::kAlphabetic},
                    {"旧姓", "太郎", "", "", "", "B", domain::Script::kUntold},
                    {"通称", "", "", "", "", "A", domain::Script::kUntold}};
    person.mothers_maiden_names = {{"母方", "", "", "", "", "", domain::Script::kUntold}};
    person.birth_time = "19600102";
    person.sex = "O";
    person.addresses = {{"登呂1-3-5", "101", "静岡市", "静岡県", "422-8033", "JPN", "H", ""}};
    person.home_phones = {{"054-000-0000", "PRN", "PH", ""},
                          {"090-0", "PRN", "CP", ""},
                          {"", "NET", "Internet", "a@example.org"}};
    person.business_phones = {{"054-1", "WPN", "FX", ""}};
    person.marital_status = "M";
    person.religion = "1022";
    person.nationality = "JPN";
    person.language = "ja";
    person.birth_place = "静岡市";
    person.multiple_birth = "Y";
    person.birth_order = "2";
    person.death_indicator = "Y";
    person.death_time = "20260301";
    return person;
}

Hit hit() {
    Hit made;
    made.ids = {id("2.999.3", "00123")};
    made.other_ids = {id("2.999.4", "a<b>&\"c")};
    made.missing_domains = {"2.999.5"};
    made.person = somebody();
    made.degree = 93;
    made.provider = "2.999.10";
    made.provider_name = "登呂病院";
    made.custodian = "2.999.100";
    return made;
}

/// Schemas and tool rules; the published schemas only where they lie beside the checkout.
void expect_conformant(std::string const& text) {
    EXPECT_EQ(test::v3::our_verdict(text), "") << text;
    if (auto const published = test::v3::published_verdict(text)) {
        EXPECT_EQ(*published, "") << text;
    } else {
        GTEST_LOG_(INFO) << "no published schemas beside this checkout (set MUSUBI_SHARED)";
    }
    auto const document = parsed(text);
    if (document.root().namespace_uri() == "urn:hl7-org:v3") {
        EXPECT_EQ(test::v3::tool_findings(document.root()), "") << text;
    }
}

bool has(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

Error unknown_key(std::vector<std::string> const& locations) {
    std::vector<Issue> issues;
    for (auto const& location : locations)
        issues.push_back({Severity::kError, Reason::kUnknownKeyIdentifier, "", location});
    return Error(Code::kInvalidContent, std::move(issues));
}

TEST(WriteAcknowledgement, SwapsThePartiesAndNamesTheMessage) {
    auto const request = asked_ids().header;
    std::string const text = write_acknowledgement(request, kSeal);
    expect_conformant(text);
    auto const document = parsed(text);
    auto const header = read_header(document.root());
    EXPECT_EQ(header.sender, (Party{"2.999.1", "2.999.100"}));
    EXPECT_EQ(header.receiver, request.sender);
    EXPECT_EQ(header.processing_code, "T") << "as the request's";
    auto const ack = read_acknowledgement(document.root());
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->outcome, Acknowledgement::Outcome::kAccepted);
    EXPECT_EQ(ack->target, request.id);
}

TEST(WriteAcknowledgement, TellsEveryProblemAndNoDetail) {
    Error error = unknown_key({"/a/id", "/b/id"});
    error.detail = "secret";
    std::string const text = write_acknowledgement(asked_ids().header, kSeal, &error);
    expect_conformant(text);
    EXPECT_FALSE(has(text, "secret"));
    EXPECT_TRUE(has(text, R"(<typeCode code="CE"/>)"));
    auto const document = parsed(text);
    auto const ack = read_acknowledgement(document.root());
    ASSERT_TRUE(ack);
    ASSERT_EQ(ack->details.size(), 2U);
    EXPECT_EQ(ack->details[1].location, "/b/id");
    Error const busy(Code::kBusy, "");
    std::string const rejected =
        write_acknowledgement(asked_ids().header, kSeal, &busy, AckFamily::kApplication);
    expect_conformant(rejected);
    EXPECT_TRUE(has(rejected, R"(<typeCode code="AR"/>)"));
    EXPECT_TRUE(has(rejected, "trace-1"));
}

TEST(WriteAcknowledgement, AnswersWhatCannotBeRead) {
    auto const document = parsed("<x/>");
    Error const error(Code::kInvalidMessage, "");
    std::string const text = write_acknowledgement(read_header(document.root()), kSeal, &error);
    expect_conformant(text);
    EXPECT_TRUE(has(text, "SYN113"));
}

TEST(WriteAcknowledgement, HasWordsForDeferredAnswersThatCannotBeGiven) {
    for (auto const& [reason, word] : {std::pair{kReasonProcessingMode, "NS250"},
                                       std::pair{kReasonUnknownDestination, "RTUDEST"}}) {
        Error const error(Code::kInvalidContent, {{Severity::kError, reason, "", "/a/b"}});
        std::string const text =
            write_acknowledgement(asked_find().header, kSeal, &error, AckFamily::kApplication);
        expect_conformant(text);
        EXPECT_TRUE(has(text, word)) << text;
        EXPECT_TRUE(has(text, "<typeCode code=\"AE\"/>")) << text;
    }
}

std::string ids_response(CrossReferenceAnswer const& answer) {
    auto const request = asked_ids();
    return write_cross_reference_response(request.header, request.echo, kSeal, answer);
}

TEST(Hl7v3Judges, FindWhatIsWrong) {
    CrossReferenceAnswer answer;
    answer.custodian = "2.999.1";
    answer.ids = {id("2.999.4", "a")};
    std::string const good = ids_response(answer);
    std::string const misplaced = test::v3::replaced(good, "<processingModeCode code=\"T\"/>", "");
    EXPECT_NE(test::v3::our_verdict(misplaced), "");
    if (auto const published = test::v3::published_verdict(misplaced)) {
        EXPECT_NE(*published, "");
    }
    for (auto const& [from, to] :
         {std::pair("acceptAckCode code=\"NE\"", "acceptAckCode code=\"AL\""),
          std::pair("PRPA_TE201310UV02", "PRPA_TE201309UV02"),
          std::pair("resultTotalQuantity value=\"1\"", "resultTotalQuantity"),
          std::pair("queryResponseCode code=\"OK\"", "queryResponseCode code=\"AE\"")}) {
        std::string const broken = test::v3::replaced(good, from, to);
        ASSERT_NE(broken, good) << from;
        auto const document = parsed(broken);
        EXPECT_NE(test::v3::tool_findings(document.root()), "") << from;
    }
}

TEST(WriteIdsResponse, TellsAllIdsOrNone) {
    CrossReferenceAnswer answer;
    answer.custodian = "2.999.1";
    std::string const none = ids_response(answer);
    expect_conformant(none);
    EXPECT_TRUE(has(none, R"(<queryResponseCode code="NF"/>)"));
    EXPECT_FALSE(has(none, "<subject"));
    answer.ids = {id("2.999.4", "a"), id("2.999.4", "b"), id("2.999.5", "c")};
    std::string const three = ids_response(answer);
    expect_conformant(three);
    EXPECT_TRUE(has(three, R"(<queryResponseCode code="OK"/>)"));
    EXPECT_TRUE(has(three, R"(<id root="2.999.4" extension="b"/>)"));
}

TEST(WriteIdsResponse, TellsEachUnknownDomain) {
    Error const error = unknown_key({"/q/dataSource[1]/value", "/q/dataSource[2]/value"});
    CrossReferenceAnswer answer;
    answer.ids = {id("2.999.4", "a")};
    answer.error = &error;
    std::string const text = ids_response(answer);
    expect_conformant(text);
    EXPECT_TRUE(has(text, R"(<queryResponseCode code="AE"/>)"));
    EXPECT_TRUE(has(text, R"(<code code="204" codeSystem="2.16.840.1.113883.12.357"/>)"));
    EXPECT_TRUE(has(text, "<location>/q/dataSource[2]/value</location>"));
    EXPECT_FALSE(has(text, "<subject")) << "nothing beside an error";
}

TEST(WriteIdsResponse, ABrokenSchemaIsADetectedIssue) {
    Error const error(Code::kInvalidMessage,
                      {Issue{Severity::kError, kNoReason, "line 3: rule", ""}});
    CrossReferenceAnswer answer;
    answer.error = &error;
    std::string const text = ids_response(answer);
    expect_conformant(text);
    for (char const* part : {R"(<typeCode code="AE"/>)", "SYN113", R"(code="QE")", "VALIDAT",
                             "_ActAdministrativeDetectedIssueManagementCode"}) {
        EXPECT_TRUE(has(text, part)) << part;
    }
}

std::string find_response(FindAnswer const& answer) {
    auto const request = asked_find();
    return write_find_response(request.header, request.echo, kSeal, answer);
}

TEST(WriteFindResponse, HitsOfPdqAreConformant) {
    FindAnswer answer;
    Hit bare;
    bare.ids = {id("2.999.3", "2")};
    bare.provider = "2.999.10";
    bare.custodian = "2.999.100";
    answer.hits = {hit(), bare};
    answer.total = 7;
    answer.remaining = 5;
    std::string const text = find_response(answer);
    expect_conformant(text);
    EXPECT_TRUE(has(text, R"(<resultTotalQuantity value="7"/>)"));
    EXPECT_TRUE(has(text, R"(<resultCurrentQuantity value="2"/>)"));
    EXPECT_TRUE(has(text, R"(<resultRemainingQuantity value="5"/>)"));
    EXPECT_TRUE(has(text, R"(<value xsi:type="INT" value="93"/>)"));
}

TEST(WriteFindResponse, WhatIsWrittenReadsAsTheSamePerson) {
    FindAnswer answer;
    answer.hits = {hit()};
    std::string const text = find_response(answer);
    auto const begin = text.find("<patient ");
    auto const end = text.find("</patient>");
    std::string patient = text.substr(text.find('>', begin) + 1, end - text.find('>', begin) - 1);
    patient.erase(patient.find("<subjectOf1>"));
    auto const document = parsed(test::v3::feed("PRPA_IN201301UV02", patient));
    auto const feed = read_patient_feed(document.root());
    ASSERT_TRUE(feed) << feed.error().detail;
    domain::Demographics person;
    feed->demographics.apply_to(person);
    EXPECT_EQ(person, somebody());
}

TEST(WriteFindResponse, SexIsMappedBothWays) {
    for (std::string_view sex : {"M", "F", "O", "U"}) {
        FindAnswer answer;
        answer.hits = {hit()};
        answer.hits[0].person.sex = sex;
        std::string const text = find_response(answer);
        expect_conformant(text);
        EXPECT_EQ(has(text, R"(administrativeGenderCode nullFlavor="UNK")"), sex == "U") << sex;
        EXPECT_EQ(has(text, R"(administrativeGenderCode code="UN")"), sex == "O") << sex;
    }
}

TEST(WriteFindResponse, WhatVersion3CannotHoldIsLeftOut) {
    FindAnswer answer;
    answer.hits = {hit()};
    auto& person = answer.hits[0].person;
    person.birth_time = "about 1960";
    person.marital_status = "not a code";
    person.nationality = "";
    person.home_phones = {{"０５４", "PRN", "PH", ""}};
    person.business_phones = {};
    person.birth_order = "second";
    person.addresses = {{"", "", "", "", "", "", "H", "静岡県静岡市登呂1-3-5"}};
    std::string const text = find_response(answer);
    expect_conformant(text);
    EXPECT_FALSE(has(text, "birthTime"));
    EXPECT_FALSE(has(text, "maritalStatusCode"));
    EXPECT_FALSE(has(text, "<telecom"));
    EXPECT_FALSE(has(text, "multipleBirthOrderNumber"));
    EXPECT_TRUE(has(text, "<streetAddressLine>静岡県静岡市登呂1-3-5</streetAddressLine>"));
}

TEST(WriteFindResponse, InsurancesAndAccountStayHome) {
    FindAnswer answer;
    answer.hits = {hit()};
    answer.hits[0].person.insurances = {{"06123456", "symbol7", "number7", "01"}};
    answer.hits[0].person.account = id("2.999.3", "account7");
    std::string const text = find_response(answer);
    for (char const* part : {"06123456", "symbol7", "number7", "account7"})
        EXPECT_FALSE(has(text, part)) << part;
}

TEST(WriteFindResponse, DiscoveryTellsCommunityAndLocator) {
    FindAnswer answer;
    answer.hits = {hit(), hit()};
    answer.hits[0].missing_domains.clear();
    answer.hits[0].locator = HealthDataLocator::kNotSupported;
    answer.hits[1].missing_domains.clear();
    answer.hits[1].locator = HealthDataLocator::kSupported;
    answer.hits[1].without_demographics = true;
    std::string const text = find_response(answer);
    expect_conformant(text);
    EXPECT_TRUE(has(text, R"(<id root="2.999.100"/><code code="NotHealthDataLocator" )"
                          R"(codeSystem="1.3.6.1.4.1.19376.1.2.27.2"/>)"));
    EXPECT_TRUE(has(text, "SupportsHealthDataLocator"));
    auto const second = text.substr(text.rfind("<patientPerson"));
    EXPECT_TRUE(has(second, R"(<name nullFlavor="NA"/>)"));
    EXPECT_FALSE(has(second, "birthTime"));
    EXPECT_TRUE(has(second, "asOtherIDs"));
}

TEST(WriteFindResponse, DiscoveryAsksForWhatWouldDecide) {
    FindAnswer answer;
    answer.wanted = {WantedAttribute::kGender,
                     WantedAttribute::kAddress,
                     WantedAttribute::kTelecom,
                     WantedAttribute::kBirthPlaceName,
                     WantedAttribute::kBirthPlaceAddress,
                     WantedAttribute::kMothersMaidenName};
    std::string const text = find_response(answer);
    expect_conformant(text);
    EXPECT_TRUE(has(text, R"(<queryResponseCode code="OK"/>)"));
    EXPECT_FALSE(has(text, "<subject"));
    for (char const* code :
         {"LivingSubjectAdministrativeGenderRequested", "PatientAddressRequested",
          "PatientTelecomRequested", "LivingSubjectBirthPlaceNameRequested",
          "LivingSubjectBirthPlaceAddressRequested", "MothersMaidenNameRequested"}) {
        EXPECT_TRUE(has(text, code)) << code;
    }
}

TEST(WriteFindResponse, DiscoverySaysWhyItCannotAnswer) {
    std::pair<Code, char const*> const rows[] = {{Code::kBusy, "ResponderBusy"},
                                                 {Code::kDenied, "AnswerNotAvailable"},
                                                 {Code::kStorageUnavailable, "AnswerNotAvailable"},
                                                 {Code::kInternal, "InternalError"}};
    for (auto const& [code, expected] : rows) {
        Error const error(code, "");
        FindAnswer answer;
        answer.error = &error;
        answer.cannot = cannot_answer(code);
        std::string const text = find_response(answer);
        expect_conformant(text);
        EXPECT_TRUE(has(text, expected)) << text;
        EXPECT_TRUE(has(text, R"(<queryResponseCode code="AE"/>)"));
    }
}

TEST(WriteFindResponse, HitsCutAtALimitComeWithTheError) {
    Error const error(Code::kTooLarge, "");
    FindAnswer answer;
    answer.hits = {hit()};
    answer.total = 3;
    answer.error = &error;
    std::string const text = find_response(answer);
    expect_conformant(text);
    EXPECT_TRUE(has(text, "<subject"));
    EXPECT_TRUE(has(text, R"(<typeCode code="AE"/>)"));
}

TEST(WriteFindResponse, NothingFoundHasNoSubject) {
    std::string const text = find_response({});
    expect_conformant(text);
    EXPECT_TRUE(has(text, R"(<queryResponseCode code="NF"/>)"));
    EXPECT_TRUE(has(text, R"(<resultTotalQuantity value="0"/>)"));
}

/// The same elements, attributes and texts, whatever the prefixes.
bool same(xml::Element a, xml::Element b) {
    if (!a || !b) return !a && !b;
    if (!a.is(b.namespace_uri(), b.local_name()) || trim(a.text()) != trim(b.text()) ||
        a.attribute_count() != b.attribute_count()) {
        return false;
    }
    for (std::size_t i = 0; i < a.attribute_count(); ++i) {
        auto const at = a.attribute_at(i);
        if (at.namespace_uri.empty() && b.attribute(at.local_name) != at.value) return false;
    }
    auto x = a.first_child();
    auto y = b.first_child();
    for (; x && y; x = x.next_sibling(), y = y.next_sibling()) {
        if (!same(x, y)) return false;
    }
    return !x && !y;
}

TEST(QueryEcho, IsACopyWhateverThePrefixes) {
    std::string const plain = test::v3::find_request(
        R"(<livingSubjectName><value xsi:type="PN" use="SRCH"><family>患者 &amp; &lt;x&gt;</family>
        </value><semanticsText>LivingSubject.name</semanticsText></livingSubjectName>)",
        R"(<initialQuantity value="3"/>)");
    std::string prefixed = test::v3::replaced(plain, "</", "</h:");
    prefixed = test::v3::replaced(prefixed, "<", "<h:");
    prefixed = test::v3::replaced(prefixed, "<h:/h:", "</h:");
    prefixed = test::v3::replaced(prefixed, "xmlns=\"urn", "xmlns:h=\"urn");
    prefixed = test::v3::replaced(prefixed, "\"PN\"", "\"h:PN\"");
    for (std::string const& text : {plain, prefixed}) {
        auto const request = parsed(text);
        auto const echo = read_query_echo(request.root());
        EXPECT_EQ(echo.query_id, (InstanceId{"2.999.2", "Q1"}));
        std::string const response =
            write_find_response(read_header(request.root()), echo, kSeal, {});
        expect_conformant(response);
        auto const answer = parsed(response);
        auto const query_of = [](xml::Document const& document) {
            return document.root()
                .first_child("urn:hl7-org:v3", "controlActProcess")
                .first_child("urn:hl7-org:v3", "queryByParameter");
        };
        EXPECT_TRUE(same(query_of(request), query_of(answer))) << response;
    }
}

TEST(WriteUpdateNotification, TellsTheWholeSet) {
    UpdateNotification notification;
    notification.receiver = {"2.999.50", "2.999.51"};
    notification.ids = {id("2.999.3", "1"), id("2.999.4", "2")};
    notification.custodian = "2.999.1";
    notification.provider = "2.999.1";
    std::string const text = write_update_notification(kSeal, notification);
    expect_conformant(text);
    auto const document = parsed(text);
    auto const feed = read_patient_feed(document.root());
    ASSERT_TRUE(feed) << feed.error().detail;
    EXPECT_EQ(feed->event, domain::FeedEvent::kUpdate);
    ASSERT_EQ(feed->identifiers.size(), 2U);
    EXPECT_EQ(feed->identifiers[1].id, "2");
    EXPECT_EQ(feed->application, "2.999.1");
}

TEST(WritePatientLocations, TellsEachCommunity) {
    std::string const text =
        write_patient_location_response({{"urn:oid:2.999.8", {"a", "2.999.3"}, {"b", "2.999.4"}},
                                         {"urn:oid:2.999.9", {"c", "2.999.5"}, {"b", "2.999.4"}}});
    expect_conformant(text);
    EXPECT_TRUE(has(text, "<HomeCommunityId>urn:oid:2.999.9</HomeCommunityId>"));
    EXPECT_EQ(test::v3::our_verdict(write_patient_location_response({})), "");
}

TEST(AckDetails, EveryCodeAndReasonHasItsWords) {
    for (int code = 0; code < kCodeCount; ++code) {
        for (int reason = 0; reason < kReasonCount; ++reason) {
            Error const error(static_cast<Code>(code), static_cast<Reason>(reason), "detail");
            auto const details = ack_details(error);
            ASSERT_EQ(details.size(), 1U);
            EXPECT_FALSE(details[0].code.empty());
            EXPECT_FALSE(details[0].text.empty());
            EXPECT_FALSE(has(details[0].text, "detail"));
            EXPECT_FALSE(ack_type_code(&error, AckFamily::kAccept).empty());
        }
    }
    for (Reason const reason : {Reason::kUnknownKeyIdentifier, Reason::kDuplicateKeyIdentifier,
                                Reason::kRequiredFieldMissing, Reason::kDataType,
                                Reason::kSegmentSequence, Reason::kUnsupportedMessageType,
                                Reason::kUnsupportedProcessingId, Reason::kUnsupportedVersion}) {
        auto const details = ack_details(Error(Code::kInvalidContent, reason, ""));
        EXPECT_EQ(reason_of(details[0].code), reason);
    }
}

}  // namespace
}  // namespace musubi::hl7v3
