// ITI TF-2 3.45, 3.47, 3.55, 3.56: questions, continuation, acknowledgements.
#include "codec/hl7v3/read.h"

#include "domain/reason.h"
#include "unit/codec_hl7v3/messages.h"

#include <gtest/gtest.h>

namespace musubi::hl7v3 {
namespace {

using test::v3::find_request;
using test::v3::ids_request;
using test::v3::parsed;

std::string issues_of(Error const& error) {
    std::string out;
    for (Issue const& issue : error.issues)
        out += std::string(to_string(issue.reason)) + " " + issue.location + "\n";
    return out;
}
std::string line(Reason reason, std::string_view location) {
    return std::string(to_string(reason)) + " " + std::string(location) + "\n";
}

Result<domain::CrossReferenceQuery> read_ids(std::string_view parameters) {
    std::string const text = ids_request(parameters);
    auto const document = parsed(text);
    return read_cross_reference_query(document.root());
}
Result<FindQuery> read_find(std::string_view parameters, FindRules rules = FindRules::kPdq,
                            std::string_view control = "") {
    auto const document = parsed(find_request(parameters, control));
    return read_find_query(document.root(), rules);
}

constexpr std::string_view kList =
    "/PRPA_IN201309UV02/controlActProcess/queryByParameter/parameterList";
constexpr std::string_view kFindList =
    "/PRPA_IN201305UV02/controlActProcess/queryByParameter/parameterList";
constexpr std::string_view kId =
    R"(<patientIdentifier><value root="2.999.3" extension="1"/></patientIdentifier>)";

TEST(IdsQuery, TellsWhereEachDomainStood) {
    auto const query = read_ids(R"(<dataSource><value root="2.999.4"/></dataSource>
        <dataSource><value root="2.999.5"/></dataSource>)" +
                                std::string(kId));
    ASSERT_TRUE(query);
    EXPECT_EQ(query->id.id, "1");
    EXPECT_EQ(query->id.authority.universal_id, "2.999.3");
    EXPECT_EQ(query->id.location, std::string(kList) + "/patientIdentifier/value");
    ASSERT_EQ(query->domains.size(), 2U);
    EXPECT_EQ(query->domains[1].universal_id, "2.999.5");
    EXPECT_EQ(query->domains[1].location, std::string(kList) + "/dataSource[2]/value");
}

TEST(IdsQuery, NeedsExactlyOneIdentifier) {
    auto const none = read_ids("");
    ASSERT_FALSE(none);
    EXPECT_EQ(issues_of(none.error()),
              line(Reason::kRequiredFieldMissing, std::string(kList) + "/patientIdentifier/value"));
    auto const two = read_ids(std::string(kId) + std::string(kId));
    ASSERT_FALSE(two);
    EXPECT_EQ(issues_of(two.error()),
              line(Reason::kSegmentSequence, std::string(kList) + "/patientIdentifier[2]"));
    auto const rootless =
        read_ids(R"(<dataSource><value nullFlavor="UNK"/></dataSource>)" + std::string(kId));
    ASSERT_FALSE(rootless);
    EXPECT_EQ(issues_of(rootless.error()),
              line(Reason::kRequiredFieldMissing, std::string(kList) + "/dataSource/value"));
}

TEST(IdsQuery, ListsEndAtTheirLimit) {
    std::string many;
    for (std::size_t i = 0; i < kMaxEntries; ++i)
        many += "<dataSource><value root='2.9'/></dataSource>";
    auto const query = read_ids(many + std::string(kId));
    ASSERT_FALSE(query);
    EXPECT_EQ(query.error().code, Code::kTooLarge);
}

constexpr std::string_view kName =
    R"(<livingSubjectName><value use="SYL"><family>カンジャ*</family></value>
    <value use="SRCH"><family>患者</family><given>太郎</given></value></livingSubjectName>)";
constexpr std::string_view kPlainName =
    "<livingSubjectName><value><family>患者</family></value></livingSubjectName>";
constexpr std::string_view kBirth =
    R"(<livingSubjectBirthTime><value value="19600102030405"/></livingSubjectBirthTime>)";

TEST(Hl7v3FindQuery, ReadsEveryCriterionOfPdq) {
    std::string const parameters =
        R"(<livingSubjectAdministrativeGender><value code="UN"/>
        </livingSubjectAdministrativeGender>)" +
        std::string(kBirth) +
        R"(<livingSubjectId><value root="2.999.3" extension="00*"/></livingSubjectId>
        <livingSubjectId><value root="2.999.4" extension="7"/></livingSubjectId>)" +
        std::string(kName) +
        R"(<mothersMaidenName><value><family>旧姓</family></value></mothersMaidenName>
        <otherIDsScopingOrganization><value root="2.999.8"/></otherIDsScopingOrganization>
        <otherIDsScopingOrganization><value root="2.999.9"/></otherIDsScopingOrganization>
        <patientAddress><value use="H"><city>静岡市</city></value><value><city>B</city></value>
        </patientAddress><patientTelecom><value value="tel:054-1"/></patientTelecom>)";
    std::string const control =
        R"(<initialQuantity value="10"/><matchCriterionList><matchAlgorithm>
        <value xsi:type="ST">a</value></matchAlgorithm><minimumDegreeMatch>
        <value xsi:type="INT" value="75"/></minimumDegreeMatch></matchCriterionList>)";
    EXPECT_EQ(test::v3::our_verdict(find_request(parameters, control)), "");
    auto const query = read_find(parameters, FindRules::kPdq, control);
    ASSERT_TRUE(query) << query.error().detail;
    auto const& c = query->criteria;
    EXPECT_EQ(query->query_id, (InstanceId{"2.999.2", "Q1"}));
    EXPECT_EQ(query->initial_quantity, 10);
    EXPECT_EQ(c.minimum_degree, 75);
    EXPECT_EQ(query->algorithm, "a");
    EXPECT_EQ(c.sex, "O");
    ASSERT_TRUE(c.birth);
    EXPECT_EQ(c.birth->low, "19600102") << "day precision";
    EXPECT_EQ(c.birth->high, "19600102");
    ASSERT_EQ(c.ids.size(), 2U);
    EXPECT_EQ(c.ids[0].id.id, "00*");
    EXPECT_EQ(c.ids[1].id.location, std::string(kFindList) + "/livingSubjectId[2]/value");
    ASSERT_EQ(c.names.size(), 2U);
    EXPECT_EQ(c.names[0].family, "カンジャ*");
    EXPECT_EQ(c.names[0].script, domain::Script::kPhonetic);
    EXPECT_FALSE(c.names[0].fuzzy);
    EXPECT_TRUE(c.names[1].fuzzy);
    EXPECT_EQ(c.names[1].given, "太郎");
    ASSERT_EQ(c.mothers_maiden_names.size(), 1U);
    ASSERT_EQ(c.domains.size(), 2U);
    EXPECT_EQ(c.domains[1].location,
              std::string(kFindList) + "/otherIDsScopingOrganization[2]/value");
    ASSERT_EQ(c.addresses.size(), 2U);
    EXPECT_EQ(c.addresses[0].city, "静岡市");
    EXPECT_EQ(c.addresses[0].type_code, "");
    ASSERT_EQ(c.phones.size(), 1U);
    EXPECT_EQ(c.phones[0], "054-1");
    EXPECT_FALSE(query->by_id_only);
}

TEST(Hl7v3FindQuery, BirthTimeMayBeImpreciseOrARange) {
    auto const range = read_find(R"(<livingSubjectBirthTime><value><low value="1960"/>
        <high value="196212"/></value></livingSubjectBirthTime>)");
    ASSERT_TRUE(range);
    EXPECT_EQ(range->criteria.birth->low, "1960");
    EXPECT_EQ(range->criteria.birth->high, "196212");
    auto const open = read_find(R"(<livingSubjectBirthTime><value><low value="1960"/></value>
        </livingSubjectBirthTime>)");
    ASSERT_TRUE(open);
    EXPECT_EQ(open->criteria.birth->high, "");
    for (char const* wrong : {R"(value="19601301")", R"(value="BirthTime")", ""}) {
        auto const result = read_find("<livingSubjectBirthTime><value " + std::string(wrong) +
                                      "/></livingSubjectBirthTime>");
        ASSERT_FALSE(result) << wrong;
        EXPECT_EQ(result.error().reason, Reason::kDataType);
        EXPECT_EQ(result.error().issues[0].location,
                  std::string(kFindList) + "/livingSubjectBirthTime/value");
    }
}

TEST(Hl7v3FindQuery, NothingToSearchByIsRefused) {
    for (std::string_view parameters :
         {std::string_view(""),
          std::string_view("<livingSubjectName><value/></livingSubjectName>")}) {
        auto const result = read_find(parameters);
        ASSERT_FALSE(result);
        EXPECT_EQ(issues_of(result.error()), line(Reason::kRequiredFieldMissing, kFindList));
    }
}

TEST(Hl7v3FindQuery, AConditionThatIsNotOfferedIsNeverDropped) {
    std::string_view const care_provider =
        R"(<principalCareProviderId><value root="2.9" extension="1"/></principalCareProviderId>)";
    std::string const parameters = std::string(kPlainName) + std::string(kBirth);
    auto const pdq = read_find(parameters + std::string(care_provider));
    ASSERT_FALSE(pdq);
    EXPECT_EQ(issues_of(pdq.error()),
              line(Reason::kSegmentSequence, std::string(kFindList) + "/principalCareProviderId"));
    auto const xcpd = read_find(parameters + std::string(care_provider), FindRules::kXcpd);
    ASSERT_TRUE(xcpd);
    EXPECT_EQ(xcpd->ignored, std::vector<std::string>{"principalCareProviderId"});
    auto const status =
        read_find(parameters + R"(<patientStatusCode><value code="active"/></patientStatusCode>)",
                  FindRules::kXcpd);
    EXPECT_FALSE(status);
}

TEST(Hl7v3FindQuery, DiscoveryNeedsNameAndBirthTimeOrAnId) {
    auto const without_birth = read_find(kPlainName, FindRules::kXcpd);
    ASSERT_FALSE(without_birth);
    EXPECT_EQ(
        issues_of(without_birth.error()),
        line(Reason::kRequiredFieldMissing, std::string(kFindList) + "/livingSubjectBirthTime"));
    auto const without_name = read_find(kBirth, FindRules::kXcpd);
    ASSERT_FALSE(without_name);
    EXPECT_EQ(issues_of(without_name.error()),
              line(Reason::kRequiredFieldMissing, std::string(kFindList) + "/livingSubjectName"));
    auto const by_id =
        read_find(R"(<livingSubjectId><value root="2.9" extension="1"/></livingSubjectId>)",
                  FindRules::kXcpd);
    ASSERT_TRUE(by_id);
    EXPECT_TRUE(by_id->by_id_only);
    EXPECT_EQ(by_id->home_community, "2.999.2.1");
    EXPECT_EQ(by_id->initial_quantity, std::nullopt);
}

TEST(Hl7v3FindQuery, DiscoveryTakesNoFuzzyName) {
    auto const result = read_find(std::string(kName) + std::string(kBirth), FindRules::kXcpd);
    ASSERT_FALSE(result);
    EXPECT_EQ(issues_of(result.error()),
              line(Reason::kDataType, std::string(kFindList) + "/livingSubjectName/value[2]"));
}

TEST(Hl7v3FindQuery, OnlyDiscoveryMayBeDeferred) {
    std::string const text =
        test::v3::replaced(find_request(std::string(kPlainName) + std::string(kBirth)),
                           R"(responsePriorityCode code="I")", R"(responsePriorityCode code="D")");
    std::string const deferred = test::v3::replaced(
        text, R"(<sender typeCode)",
        R"(<respondTo typeCode="RSP"><telecom value="https://a.example/x"/></respondTo>
        <sender typeCode)");
    auto const document = parsed(deferred);
    auto const xcpd = read_find_query(document.root(), FindRules::kXcpd);
    ASSERT_TRUE(xcpd);
    EXPECT_TRUE(xcpd->deferred);
    EXPECT_EQ(xcpd->respond_to, "https://a.example/x");
    auto const pdq = read_find_query(document.root(), FindRules::kPdq);
    ASSERT_FALSE(pdq);
    EXPECT_EQ(pdq.error().reason, Reason::kUnsupportedProcessingId);
}

TEST(Hl7v3FindQuery, NumbersOutOfRangeAreRefused) {
    for (std::string_view control :
         {R"(<initialQuantity value="0"/>)", R"(<initialQuantity value="x"/>)",
          R"(<matchCriterionList><minimumDegreeMatch><value value="101"/></minimumDegreeMatch>
          </matchCriterionList>)"}) {
        auto const result = read_find(kPlainName, FindRules::kPdq, control);
        ASSERT_FALSE(result) << control;
        EXPECT_EQ(result.error().reason, Reason::kDataType);
    }
}

std::string continuation(std::string_view root, std::string_view query) {
    std::string text = test::v3::replaced(
        test::v3::request("QUQI_IN000003UV01",
                          "<queryContinuation>" + std::string(query) + "</queryContinuation>"),
        "<controlActProcess",
        R"(<acknowledgement><typeCode code="AA"/><targetMessage><id root="2.999.5"/></targetMessage>
        </acknowledgement><controlActProcess)");
    text = test::v3::replaced(text, "<QUQI_IN000003UV01 ", "<" + std::string(root) + " ");
    return test::v3::replaced(text, "</QUQI_IN000003UV01>", "</" + std::string(root) + ">");
}

TEST(ContinuationMessage, TellsThePage) {
    std::string const text =
        continuation("QUQI_IN000003UV01",
                     R"(<queryId root="2.999.2" extension="Q1"/><startResultNumber value="11"/>
        <continuationQuantity value="10"/><statusCode code="waitContinuedQueryResponse"/>)");
    EXPECT_EQ(test::v3::our_verdict(text), "");
    auto const document = parsed(text);
    auto const result = read_continuation(document.root());
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(result->query_id, (InstanceId{"2.999.2", "Q1"}));
    EXPECT_EQ(result->answered.root, "2.999.5");
    EXPECT_EQ(result->start, 11);
    EXPECT_EQ(result->quantity, 10);
    EXPECT_FALSE(result->cancel);
}

TEST(ContinuationMessage, IsCancelledUnderBothNames) {
    for (std::string_view root : {"QUQI_IN000003UV01", "QUQI_IN000003UV01_Cancel"}) {
        std::string const text =
            continuation(root, R"(<queryId root="2.9"/><continuationQuantity value="0"/>
            <statusCode code="aborted"/>)");
        EXPECT_EQ(test::v3::our_verdict(text), "");
        auto const document = parsed(text);
        auto const result = read_continuation(document.root());
        ASSERT_TRUE(result) << root;
        EXPECT_TRUE(result->cancel) << root;
    }
    auto const document = parsed(
        continuation("QUQI_IN000003UV01", R"(<statusCode code="waitContinuedQueryResponse"/>)"));
    EXPECT_FALSE(read_continuation(document.root())) << "no query id";
}

TEST(PatientLocation, NeedsAWholeIdentifier) {
    std::string const text = R"(<x:PatientLocationQueryRequest xmlns:x="urn:ihe:iti:xcpd:2009">
        <x:RequestedPatientId root="2.999.3" extension="1"/></x:PatientLocationQueryRequest>)";
    EXPECT_EQ(test::v3::our_verdict(text), "");
    auto const document = parsed(text);
    auto const id = read_patient_location_query(document.root());
    ASSERT_TRUE(id);
    EXPECT_EQ(id->id, "1");
    EXPECT_EQ(id->authority.universal_id, "2.999.3");
    EXPECT_EQ(id->location, "/PatientLocationQueryRequest/RequestedPatientId");
    auto const without = parsed(test::v3::replaced(text, R"( extension="1")", ""));
    EXPECT_FALSE(read_patient_location_query(without.root()));
}

TEST(AcknowledgementMessage, BothFamiliesAreRead) {
    using Outcome = Acknowledgement::Outcome;
    std::pair<std::string_view, Outcome> const rows[] = {
        {"CA", Outcome::kAccepted}, {"AA", Outcome::kAccepted}, {"CE", Outcome::kError},
        {"AE", Outcome::kError},    {"CR", Outcome::kRejected}, {"AR", Outcome::kRejected}};
    for (auto const& [code, outcome] : rows) {
        auto const document = parsed(
            R"(<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3"><acknowledgement><typeCode code=")" +
            std::string(code) +
            R"("/><targetMessage><id root="2.9" extension="1"/></targetMessage>
            <acknowledgementDetail typeCode="E"><code code="204"/><text>words</text>
            <location>/a/b</location></acknowledgementDetail></acknowledgement>
            </MCCI_IN000002UV01>)");
        auto const ack = read_acknowledgement(document.root());
        ASSERT_TRUE(ack) << code;
        EXPECT_EQ(ack->outcome, outcome) << code;
        EXPECT_EQ(ack->target, (InstanceId{"2.9", "1"}));
        ASSERT_EQ(ack->details.size(), 1U);
        EXPECT_EQ(ack->details[0].reason, Reason::kUnknownKeyIdentifier);
        EXPECT_EQ(ack->details[0].context, "204");
        EXPECT_EQ(ack->details[0].location, "/a/b");
    }
    auto const nothing = parsed(R"(<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3"/>)");
    EXPECT_FALSE(read_acknowledgement(nothing.root()));
}

TEST(Hl7v3Schema, AnotherRootOrOrderIsRefused) {
    EXPECT_NE(test::v3::our_verdict(
                  test::v3::replaced(ids_request(kId), "<id root=\"2.999.7\"", "<xid root=\"2\"")),
              "");
    EXPECT_NE(test::v3::our_verdict(ids_request("")), "");
    EXPECT_NE(test::v3::our_verdict(R"(<PRPA_IN201303UV02 xmlns="urn:hl7-org:v3"/>)"), "");
}

}  // namespace
}  // namespace musubi::hl7v3
