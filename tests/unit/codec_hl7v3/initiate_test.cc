// Questions as an initiator sends them read back as they were meant; answers of others are
// understood (ITI TF-2 3.45, 3.47, 3.55, 3.56).
#include "codec/hl7v3/initiate.h"

#include "codec/hl7v3/names.h"
#include "unit/codec_hl7v3/messages.h"

#include <gtest/gtest.h>

namespace musubi::hl7v3 {
namespace {

using test::v3::parsed;

Seal const kSeal{
    "c0ffee00-0000-4000-8000-000000000001", "20260101120000", {"2.999.1", "2.999.1"}, "P", ""};
Party const kOther{"2.999.2", "2.999.2"};

void expect_conformant(std::string const& text) {
    EXPECT_EQ(test::v3::our_verdict(text), "") << text;
    if (auto const published = test::v3::published_verdict(text)) {
        EXPECT_EQ(*published, "") << text;
    } else {
        GTEST_LOG_(INFO) << "no published schemas beside this checkout (set MUSUBI_SHARED)";
    }
}

FindRequest everything() {
    FindRequest request;
    request.receiver = kOther;
    request.query_id = {"2.999.8", "Q1"};
    auto& c = request.criteria;
    domain::NameCriterion kanji, kana;
    kanji.family = "患者";
    kanji.given = "太郎";
    kanji.script = domain::Script::kIdeographic;
    kana.family = "カン*";
    kana.script = domain::Script::kPhonetic;
    c.names = {kanji, kana};
    domain::NameCriterion mother;
    mother.family = "鈴木";
    c.mothers_maiden_names = {mother};
    c.sex = "F";
    c.birth = domain::DateRange{"19600102", "19600102"};
    domain::IdCriterion id;
    id.id.id = "K<1>";
    id.id.authority.universal_id = "1.2.392.10";
    c.ids = {id};
    domain::PostalAddress address;
    address.city = "静岡市";
    address.postal_code = "422-8033";
    c.addresses = {address};
    c.phones = {"054-000-0000"};
    return request;
}

TEST(FindRequestOut, ReadsBackAsItWasMeant) {
    FindRequest request = everything();
    request.initial_quantity = 5;
    request.criteria.minimum_degree = 80;
    domain::SentAuthority wanted;
    wanted.universal_id = "1.2.392.20";
    request.criteria.domains = {wanted};
    std::string const text = write_find_request(kSeal, request);
    expect_conformant(text);
    auto const document = parsed(text);
    auto const read = read_find_query(document.root(), FindRules::kPdq);
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(read->query_id, request.query_id);
    EXPECT_EQ(read->initial_quantity, 5);
    EXPECT_FALSE(read->deferred);
    auto const& c = read->criteria;
    ASSERT_EQ(c.names.size(), 2U);
    EXPECT_EQ(c.names[0].family, "患者");
    EXPECT_EQ(c.names[0].given, "太郎");
    EXPECT_EQ(c.names[0].script, domain::Script::kIdeographic);
    EXPECT_EQ(c.names[1].family, "カン*");
    EXPECT_EQ(c.mothers_maiden_names.at(0).family, "鈴木");
    EXPECT_EQ(c.sex, "F");
    EXPECT_EQ(c.birth->low, "19600102");
    EXPECT_EQ(c.ids.at(0).id.id, "K<1>");
    EXPECT_EQ(c.ids.at(0).id.authority.universal_id, "1.2.392.10");
    EXPECT_EQ(c.addresses.at(0).city, "静岡市");
    EXPECT_EQ(c.addresses.at(0).postal_code, "422-8033");
    EXPECT_EQ(c.phones, (std::vector<std::string>{"054-000-0000"}));
    EXPECT_EQ(c.domains.at(0).universal_id, "1.2.392.20");
    EXPECT_EQ(c.minimum_degree, 80);
}

TEST(FindRequestOut, ARangeOfBirthAndAnUnknownSexAreTold) {
    FindRequest request;
    request.receiver = kOther;
    request.query_id = {"2.999.8", "Q1"};
    request.criteria.birth = domain::DateRange{"1960", "196212"};
    request.criteria.sex = "U";
    std::string const text = write_find_request(kSeal, request);
    EXPECT_EQ(test::v3::our_verdict(text), "");
    auto const document = parsed(text);
    auto const read = read_find_query(document.root(), FindRules::kPdq);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->criteria.birth->low, "1960");
    EXPECT_EQ(read->criteria.birth->high, "196212");
    EXPECT_EQ(read->criteria.sex, "U");
}

TEST(FindRequestOut, ADiscoveryTellsItsCommunityAndMayAskForADeferredAnswer) {
    FindRequest request = everything();
    request.author_authority = "2.999.1.1";
    std::string const at_once = write_find_request(kSeal, request);
    expect_conformant(at_once);
    request.respond_to = "https://us.example/xcpd/initiating";
    std::string const later = write_find_request(kSeal, request);
    EXPECT_EQ(test::v3::our_verdict(later), "") << later;
    if (auto const published = test::v3::published_verdict(later)) {
        EXPECT_EQ(*published, "");
    }
    for (std::string const& text : {at_once, later}) {
        auto const document = parsed(text);
        auto const read = read_find_query(document.root(), FindRules::kXcpd);
        ASSERT_TRUE(read.ok()) << read.error().detail;
        EXPECT_EQ(read->home_community, "2.999.1");
        EXPECT_EQ(read->author_authority, "2.999.1.1");
        EXPECT_EQ(read->deferred, text == later);
        EXPECT_EQ(read->respond_to, text == later ? request.respond_to : "");
    }
}

/// The question, as its answer echoes it.
struct Asked {
    xml::Document document;
    Header header;
    QueryEcho echo;
    explicit Asked(std::string const& text)
        : document(parsed(text)),
          header(read_header(document.root())),
          echo(read_query_echo(document.root())) {}
};

TEST(FindResponseIn, TellsEachPatientAsItWasWritten) {
    Asked const asked(write_find_request(kSeal, everything()));
    Hit hit;
    hit.ids = {{{"R1", "2.999.2.1"}, ""}};
    hit.other_ids = {{{"K1", "1.2.392.10"}, ""}};
    hit.missing_domains = {"1.2.392.77"};
    domain::PersonName name;
    name.family = "患者";
    name.given = "花子";
    name.script = domain::Script::kIdeographic;
    hit.person.names = {name};
    hit.person.sex = "F";
    hit.person.birth_time = "19600102";
    hit.degree = 87;
    hit.provider = "2.999.2";
    hit.custodian = "2.999.2";
    hit.locator = HealthDataLocator::kNotSupported;
    FindAnswer answer;
    answer.hits = {hit};
    answer.total = 3;
    answer.remaining = 2;
    auto const document = parsed(write_find_response(asked.header, asked.echo, kSeal, answer));
    auto const read = read_find_response(document.root());
    ASSERT_TRUE(read.ok()) << read.error().detail;
    EXPECT_EQ(read->ack.outcome, Acknowledgement::Outcome::kAccepted);
    EXPECT_EQ(read->ack.target, asked.header.id);
    EXPECT_EQ(read->query_id, asked.echo.query_id);
    EXPECT_EQ(read->response_code, "OK");
    EXPECT_EQ(read->total, 3U);
    EXPECT_EQ(read->remaining, 2U);
    ASSERT_EQ(read->patients.size(), 1U);
    FoundPatient const& found = read->patients[0];
    EXPECT_EQ(found.ids, hit.ids);
    EXPECT_EQ(found.other_ids, hit.other_ids);
    EXPECT_EQ(found.person, hit.person);
    EXPECT_EQ(found.degree, 87);
    EXPECT_EQ(found.provider, "2.999.2");
    EXPECT_EQ(found.custodian, "2.999.2");
    EXPECT_EQ(found.locator, HealthDataLocator::kNotSupported);
}

TEST(FindResponseIn, TellsWhatIsWantedAndWhyNothingCanBeSaid) {
    Asked const asked(write_find_request(kSeal, everything()));
    FindAnswer more;
    more.wanted = {WantedAttribute::kTelecom, WantedAttribute::kMothersMaidenName};
    auto const first = parsed(write_find_response(asked.header, asked.echo, kSeal, more));
    auto const wanted = read_find_response(first.root());
    ASSERT_TRUE(wanted.ok());
    EXPECT_EQ(wanted->wanted, more.wanted);
    EXPECT_FALSE(wanted->cannot.has_value());

    Error const busy(Code::kBusy, "");
    FindAnswer cannot;
    cannot.error = &busy;
    cannot.cannot = CannotAnswer::kBusy;
    auto const second = parsed(write_find_response(asked.header, asked.echo, kSeal, cannot));
    auto const read = read_find_response(second.root());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->ack.outcome, Acknowledgement::Outcome::kError);
    EXPECT_EQ(read->cannot, CannotAnswer::kBusy);
    EXPECT_EQ(read->response_code, "AE");
}

TEST(FindResponseIn, RefusesWhatIsNoAnswerOrTooMuch) {
    auto const other = parsed(write_find_request(kSeal, everything()));
    EXPECT_EQ(read_find_response(other.root()).error().code, Code::kInvalidMessage);
    Asked const asked(write_find_request(kSeal, everything()));
    FindAnswer many;
    Hit hit;
    hit.ids = {{{"R1", "2.999.2.1"}, ""}};
    many.hits.assign(kMaxPatients + 1, hit);
    auto const document = parsed(write_find_response(asked.header, asked.echo, kSeal, many));
    EXPECT_EQ(read_find_response(document.root()).error().code, Code::kTooLarge);
    FindAnswer bad;
    hit.person.birth_time = "19600102";
    bad.hits = {hit};
    std::string text = write_find_response(asked.header, asked.echo, kSeal, bad);
    auto const broken = parsed(
        test::v3::replaced(text, "<birthTime value=\"19600102\"/>", "<birthTime value=\"x\"/>"));
    EXPECT_EQ(read_find_response(broken.root()).error().code, Code::kInvalidContent);
}

TEST(CrossReferenceOut, QuestionAndAnswerComeBack) {
    CrossReferenceRequest request;
    request.receiver = kOther;
    request.query_id = {"2.999.8", "Q2"};
    request.id = {"K1", "1.2.392.10"};
    request.domains = {"1.2.392.20", "1.2.392.30"};
    std::string const text = write_cross_reference_request(kSeal, request);
    expect_conformant(text);
    Asked const asked(text);
    auto const query = read_cross_reference_query(asked.document.root());
    ASSERT_TRUE(query.ok());
    EXPECT_EQ(query->id.id, "K1");
    EXPECT_EQ(query->id.authority.universal_id, "1.2.392.10");
    ASSERT_EQ(query->domains.size(), 2U);
    EXPECT_EQ(query->domains[1].universal_id, "1.2.392.30");

    CrossReferenceAnswer answer;
    answer.ids = {{{"O1", "1.2.392.20"}, ""}, {{"T1", "1.2.392.30"}, ""}};
    answer.custodian = "2.999.2";
    auto const document =
        parsed(write_cross_reference_response(asked.header, asked.echo, kSeal, answer));
    auto const read = read_cross_reference_response(document.root());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->ids, answer.ids);
    EXPECT_EQ(read->query_id, request.query_id);
    EXPECT_EQ(read->response_code, "OK");
    EXPECT_EQ(read_cross_reference_response(asked.document.root()).error().code,
              Code::kInvalidMessage);
}

TEST(PatientLocationOut, QuestionAndAnswerComeBack) {
    domain::PatientId const id{"38273N237", "1.2.840.1"};
    std::string const question = write_patient_location_query(id);
    expect_conformant(question);
    auto const asked = parsed(question);
    auto const read = read_patient_location_query(asked.root());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->id, id.id);
    std::vector<PatientLocation> const told = {{"urn:oid:2.999.2", {"R1", "2.999.2.1"}, id},
                                               {"urn:oid:2.999.3", {"R7", "2.999.3.1"}, id}};
    std::string const answer = write_patient_location_response(told);
    auto const document = parsed(answer);
    auto const locations = read_patient_location_response(document.root());
    ASSERT_TRUE(locations.ok());
    ASSERT_EQ(locations->size(), 2U);
    EXPECT_EQ((*locations)[1].home_community, "urn:oid:2.999.3");
    EXPECT_EQ((*locations)[1].corresponding, (domain::PatientId{"R7", "2.999.3.1"}));
    EXPECT_EQ((*locations)[0].requested, id);
    EXPECT_EQ(read_patient_location_response(asked.root()).error().code, Code::kInvalidMessage);
}

}  // namespace
}  // namespace musubi::hl7v3
