// ITI-18 and ITI-51 against a real database (ITI TF-2 3.18.4.1.2.3.7, xds table of queries): every
// query, every parameter, both return types.
#include "module/registry/world.h"

#include <gtest/gtest.h>

namespace musubi::registry::test {
namespace {

using domain::AssociationType;
using domain::QueryKind;
using Codes = std::vector<std::string>;

domain::CodedValue code(std::string value) { return {std::move(value), "2.999.5", "x"}; }
std::string key(std::string const& value) { return value + "^^2.999.5"; }
std::vector<std::string> both_statuses() {
    return many({std::string(domain::to_urn(domain::Availability::kApproved)),
                 std::string(domain::to_urn(domain::Availability::kDeprecated))});
}
std::vector<std::string> deprecated() {
    return many({std::string(domain::to_urn(domain::Availability::kDeprecated))});
}

/// The patient of these tests:
///   set 1: entry 2 (special codes, author, times, reference ids), entry 3 (plain), folder 4
///   holding 2 (10, 11) set 5: entry 6 RPLC 3 (20);  set 7: entry 8 APND 2 (21), refers to 6 other
///   patient: set 40: entry 41
class QueryTest : public testing::Test {
protected:
    QueryTest() {
        auto special = entry(2);
        special.class_codes = {code("class2")};
        special.type_codes = {code("type2")};
        special.format_codes = {code("format2")};
        special.healthcare_facility_type_codes = {code("facility2")};
        special.practice_setting_codes = {code("practice2")};
        special.confidentiality_codes = {code("N"), code("PSY")};
        special.event_codes = {code("e1"), code("e2")};
        special.creation_time = "20041224";
        special.service_start_time = "200412";
        special.service_stop_time = "20041225101112";
        domain::Author author;
        author.persons = {"^山田^太郎^^^"};
        special.authors = {author};
        special.reference_ids = {"A1^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:accession",
                                 "A2^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:order"};
        auto f = folder(4);
        f.codes = {code("f1"), code("f2")};
        Draft first(1);
        first.s.submission_sets[0].authors = {author};
        accept(first.add(special).add(entry(3)).add(f).put(10, 4, 2));
        folder_time_ = world_.clock.now();
        world_.clock.advance(3600);
        Draft second(5);
        second.s.submission_sets[0].submission_time = "20270101";
        second.s.submission_sets[0].source_id = "2.999.6.2";
        second.s.submission_sets[0].content_type_codes = {code("content2")};
        accept(second.add(entry(6)).relate(20, AssociationType::kReplace, 6, 3));
        accept(Draft(7).add(entry(8)).relate(21, AssociationType::kAppend, 8, 2).refer(6));
        accept(Draft(40, kOtherPatient).add(entry(41, kOtherPatient)));
    }

    void accept(Draft const& draft) {
        Answer const answer = world_.submit("root", draft);
        if (!answer.success) throw std::runtime_error(answer.body);
    }

    std::vector<std::string> ids(QueryKind kind, Parameters const& parameters,
                                 std::string const& return_type = "ObjectRef") {
        Answer const answer = world_.query("root", kind, parameters, return_type);
        EXPECT_TRUE(answer.success) << answer.body;
        return answer.ids;
    }
    /// Both return types must name the same objects.
    void expect(QueryKind kind, Parameters const& parameters,
                std::vector<std::string> const& expected) {
        EXPECT_EQ(ids(kind, parameters), expected);
        EXPECT_EQ(ids(kind, parameters, "LeafClass"), expected);
    }
    void find(Parameters extra, std::vector<int> const& expected,
              std::vector<std::string> const& statuses = approved()) {
        extra.push_back({"XDSDocumentEntryPatientId", one(kPatient)});
        extra.push_back({"XDSDocumentEntryStatus", statuses});
        expect(QueryKind::kFindDocuments, extra, urns(expected));
    }
    Codes codes(QueryKind kind, Parameters const& parameters,
                std::string const& return_type = "ObjectRef") {
        Answer const answer = world_.query("root", kind, parameters, return_type);
        EXPECT_FALSE(answer.success);
        EXPECT_TRUE(answer.ids.empty());
        return answer.codes;
    }

    World world_;
    WallTime folder_time_;
};

std::string association_of(int set, int index) { return urn(100000 + 100 * set + index); }
std::vector<std::string> sorted(std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    return all;
}

TEST_F(QueryTest, FindDocumentsByStatus) {
    find({}, {2, 6, 8});
    find({}, {3}, deprecated());
    find({}, {2, 3, 6, 8}, both_statuses());
}

TEST_F(QueryTest, FindDocumentsByEachCode) {
    std::vector<std::pair<std::string, std::string>> const parameters = {
        {"XDSDocumentEntryClassCode", "class"},
        {"XDSDocumentEntryTypeCode", "type"},
        {"XDSDocumentEntryFormatCode", "format"},
        {"XDSDocumentEntryHealthcareFacilityTypeCode", "facility"},
        {"XDSDocumentEntryPracticeSettingCode", "practice"},
    };
    for (auto const& [name, value] : parameters) {
        find({{name, many({key(value + "2")})}}, {2});
        find({{name, many({key(value)})}}, {6, 8});
        find({{name, many({key(value), key(value + "2")})}}, {2, 6, 8});
        find({{name, many({value + "2^^2.999.55"})}}, {});
    }
}

TEST_F(QueryTest, FindDocumentsCombinesValuesByOrAndSlotsByAnd) {
    std::string const event = "XDSDocumentEntryEventCodeList",
                      confidentiality = "XDSDocumentEntryConfidentialityCode";
    find({{event, many({key("e1"), key("e9")})}}, {2});
    find({{confidentiality, many({key("N")})}}, {2, 6, 8});
    domain::RawQuery raw;
    raw.id = std::string(domain::to_urn(QueryKind::kFindDocuments));
    // Two slots of one name: both conditions.
    auto with_slots = [&](std::string const& name,
                          std::vector<std::vector<std::string>> const& slots) {
        Parameters parameters;
        for (auto const& slot : slots) parameters.push_back({name, many(slot)});
        return parameters;
    };
    find(with_slots(event, {{key("e1")}, {key("e2")}}), {2});
    find(with_slots(event, {{key("e1")}, {key("e9")}}), {});
    find(with_slots(confidentiality, {{key("N"), key("R")}, {key("PSY")}}), {2});
    find(with_slots(confidentiality, {{key("N")}, {key("R")}}), {});
}

TEST_F(QueryTest, FindDocumentsByTimesTakesTheLowerAndNotTheUpperBound) {
    std::string const creation = "XDSDocumentEntryCreationTime";
    find({{creation + "From", {"20041224"}}, {creation + "To", {"20041225"}}}, {2});
    find({{creation + "From", {"20041225"}}, {creation + "To", {"2005"}}}, {});
    find({{creation + "To", {"20041224"}}}, {});
    find({{creation + "To", {"200412240000"}}}, {});
    find({{creation + "To", {"200412240001"}}}, {2});
    find({{creation + "From", {"2026"}}}, {6, 8});
}

// ITI TF-2 3.18.4.1.2.3.7.1: an entry that tells no service time meets every range.
TEST_F(QueryTest, FindDocumentsByServiceTimesKeepsEntriesThatTellNone) {
    for (std::string const end : {"Start", "Stop"}) {
        std::string const name = "XDSDocumentEntryService" + end + "Time";
        find({{name + "From", {"20041201"}}, {name + "To", {"2005"}}}, {2, 6, 8});
        find({{name + "From", {"2006"}}}, {6, 8});
        find({{name + "To", {"2004"}}}, {6, 8});
    }
}

TEST_F(QueryTest, FindDocumentsByAuthorPersonPattern) {
    std::string const name = "XDSDocumentEntryAuthorPerson";
    find({{name, many({"%山田%"})}}, {2});
    find({{name, many({"^山_^太郎^^^"})}}, {2});
    find({{name, many({"%鈴木%"})}}, {});
    find({{name, many({"%鈴木%", "%太郎%"})}}, {2});
}

TEST_F(QueryTest, FindDocumentsByType) {
    find({{"XDSDocumentEntryType", many({std::string(domain::kStableEntryType)})}}, {2, 6, 8});
    find({{"XDSDocumentEntryType", many({std::string(domain::kOnDemandEntryType)})}}, {});
    find({{"XDSDocumentEntryType",
           many({std::string(domain::kStableEntryType), std::string(domain::kOnDemandEntryType)})}},
         {2, 6, 8});
}

TEST_F(QueryTest, FindDocumentsByReferenceIdIsExact) {
    auto expect_ids = [&](std::vector<std::vector<std::string>> const& groups,
                          std::vector<int> const& expected) {
        Parameters parameters{{"XDSDocumentEntryPatientId", one(kPatient)},
                              {"XDSDocumentEntryStatus", approved()}};
        for (auto const& group : groups)
            parameters.push_back({"XDSDocumentEntryReferenceIdList", many(group)});
        expect(QueryKind::kFindDocumentsByReferenceId, parameters, urns(expected));
    };
    std::string const a1 = "A1^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:accession";
    std::string const a2 = "A2^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:order";
    expect_ids({{a1}}, {2});
    expect_ids({{a1}, {a2}}, {2});
    expect_ids({{a1}, {"A3^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:order"}}, {});
    expect_ids({{"A3^^^&2.999.4&ISO^urn:ihe:iti:xds:2013:order", a2}}, {2});
}

TEST_F(QueryTest, FindSubmissionSetsByEachParameter) {
    auto find_sets = [&](Parameters parameters, std::vector<int> const& expected) {
        parameters.push_back({"XDSSubmissionSetPatientId", one(kPatient)});
        parameters.push_back({"XDSSubmissionSetStatus", approved()});
        expect(QueryKind::kFindSubmissionSets, parameters, urns(expected));
    };
    find_sets({}, {1, 5, 7});
    find_sets({{"XDSSubmissionSetSourceId", many({"2.999.6.2"})}}, {5});
    find_sets({{"XDSSubmissionSetContentType", many({key("content2")})}}, {5});
    find_sets({{"XDSSubmissionSetSubmissionTimeFrom", {"2027"}}}, {5});
    find_sets({{"XDSSubmissionSetSubmissionTimeTo", {"2027"}}}, {1, 7});
    find_sets({{"XDSSubmissionSetAuthorPerson", one("%太郎%")}}, {1});
    find_sets({{"XDSSubmissionSetAuthorPerson", one("%次郎%")}}, {});
}

TEST_F(QueryTest, FindFoldersByEachParameter) {
    auto find_folders = [&](Parameters parameters, std::vector<int> const& expected) {
        parameters.push_back({"XDSFolderPatientId", one(kPatient)});
        parameters.push_back({"XDSFolderStatus", approved()});
        expect(QueryKind::kFindFolders, parameters, urns(expected));
    };
    find_folders({}, {4});
    find_folders({{"XDSFolderCodeList", many({key("f1")})},
                  {"XDSFolderCodeList", many({key("f2"), key("f9")})}},
                 {4});
    find_folders({{"XDSFolderCodeList", many({key("f9")})}}, {});
    std::string const time = to_dtm(folder_time_);
    find_folders({{"XDSFolderLastUpdateTimeFrom", {time}}}, {4});
    find_folders({{"XDSFolderLastUpdateTimeTo", {time}}}, {});
    find_folders({{"XDSFolderLastUpdateTimeFrom", {"2050"}}}, {});
}

TEST_F(QueryTest, GetAllReturnsTheObjectsOfTheStatusesAndWhatTouchesThem) {
    Parameters parameters{{"patientId", one(kPatient)},
                          {"XDSDocumentEntryStatus", approved()},
                          {"XDSSubmissionSetStatus", approved()},
                          {"XDSFolderStatus", approved()}};
    auto expected = urns({1, 2, 4, 5, 6, 7, 8, 10, 11, 20, 21});
    for (auto const& id : {association_of(1, 0), association_of(1, 1), association_of(1, 2),
                           association_of(5, 0), association_of(7, 0), association_of(7, 1)}) {
        expected.push_back(id);
    }
    expect(QueryKind::kGetAll, parameters, sorted(expected));
    parameters.push_back({"XDSDocumentEntryFormatCode", many({key("format2")})});
    auto const fewer = ids(QueryKind::kGetAll, parameters);
    EXPECT_EQ(std::count(fewer.begin(), fewer.end(), urn(2)), 1);
    EXPECT_EQ(std::count(fewer.begin(), fewer.end(), urn(6)), 0);
}

TEST_F(QueryTest, GetDocumentsOfAnyStatusByUuidOrUniqueId) {
    expect(QueryKind::kGetDocuments,
           {{"XDSDocumentEntryEntryUUID", many({urn(2), urn(3), urn(999)})}}, urns({2, 3}));
    expect(QueryKind::kGetDocuments, {{"XDSDocumentEntryUniqueId", many({oid(3), oid(6)})}},
           urns({3, 6}));
    expect(QueryKind::kGetDocuments, {{"XDSDocumentEntryEntryUUID", many({urn(4)})}}, {});
    EXPECT_EQ(codes(QueryKind::kGetDocuments, {}), Codes{"XDSStoredQueryMissingParam"});
}

// ITI TF-2 3.18.4.1.2.3.8: LeafClass answers of these queries hold one patient, references any
// number.
TEST_F(QueryTest, LeafClassOfTwoPatientsIsRefusedAndReferencesAreNot) {
    Parameters const two{{"XDSDocumentEntryEntryUUID", many({urn(2), urn(41)})}};
    EXPECT_EQ(ids(QueryKind::kGetDocuments, two), urns({2, 41}));
    EXPECT_EQ(codes(QueryKind::kGetDocuments, two, "LeafClass"),
              Codes{"XDSResultNotSinglePatient"});
}

TEST_F(QueryTest, GetFolders) {
    expect(QueryKind::kGetFolders, {{"XDSFolderEntryUUID", many({urn(4), urn(2)})}}, urns({4}));
    expect(QueryKind::kGetFolders, {{"XDSFolderUniqueId", many({oid(4)})}}, urns({4}));
}

TEST_F(QueryTest, GetAssociationsOfObjectsOfEveryKind) {
    expect(QueryKind::kGetAssociations, {{"uuid", many({urn(2)})}},
           sorted({urn(10), urn(21), association_of(1, 0)}));
    expect(QueryKind::kGetAssociations, {{"uuid", many({urn(4), urn(7)})}},
           sorted({urn(10), association_of(1, 2), association_of(7, 0), association_of(7, 1)}));
    expect(QueryKind::kGetAssociations, {{"uuid", many({urn(10)})}}, urns({11}));
}

TEST_F(QueryTest, GetDocumentsAndAssociations) {
    expect(QueryKind::kGetDocumentsAndAssociations, {{"XDSDocumentEntryEntryUUID", many({urn(3)})}},
           sorted({urn(3), urn(20), association_of(1, 1)}));
    expect(QueryKind::kGetDocumentsAndAssociations, {{"XDSDocumentEntryUniqueId", many({oid(3)})}},
           sorted({urn(3), urn(20), association_of(1, 1)}));
}

TEST_F(QueryTest, GetSubmissionSetsOfEntriesAndFolders) {
    expect(QueryKind::kGetSubmissionSets, {{"uuid", many({urn(6)})}},
           sorted({urn(5), urn(7), association_of(5, 0), association_of(7, 1)}));
    expect(QueryKind::kGetSubmissionSets, {{"uuid", many({urn(4)})}},
           sorted({urn(1), association_of(1, 2)}));
}

TEST_F(QueryTest, GetSubmissionSetAndContents) {
    auto const all = sorted({urn(1), urn(2), urn(3), urn(4), urn(10), urn(11), association_of(1, 0),
                             association_of(1, 1), association_of(1, 2)});
    expect(QueryKind::kGetSubmissionSetAndContents, {{"XDSSubmissionSetEntryUUID", one(urn(1))}},
           all);
    expect(QueryKind::kGetSubmissionSetAndContents, {{"XDSSubmissionSetUniqueId", one(oid(1))}},
           all);
    expect(QueryKind::kGetSubmissionSetAndContents,
           {{"XDSSubmissionSetEntryUUID", one(urn(1))},
            {"XDSDocumentEntryFormatCode", many({key("format")})}},
           sorted({urn(1), urn(3), urn(4), association_of(1, 1), association_of(1, 2)}));
    expect(QueryKind::kGetSubmissionSetAndContents,
           {{"XDSSubmissionSetEntryUUID", one(urn(1))},
            {"XDSDocumentEntryConfidentialityCode", many({key("PSY")})}},
           sorted({urn(1), urn(2), urn(4), urn(10), urn(11), association_of(1, 0),
                   association_of(1, 2)}));
    expect(QueryKind::kGetSubmissionSetAndContents, {{"XDSSubmissionSetEntryUUID", one(urn(7))}},
           sorted({urn(7), urn(8), urn(6), association_of(7, 0), association_of(7, 1)}));
}

TEST_F(QueryTest, GetFolderAndContents) {
    expect(QueryKind::kGetFolderAndContents, {{"XDSFolderEntryUUID", one(urn(4))}},
           urns({2, 4, 10}));
    expect(
        QueryKind::kGetFolderAndContents,
        {{"XDSFolderUniqueId", one(oid(4))}, {"XDSDocumentEntryFormatCode", many({key("format")})}},
        urns({4}));
}

TEST_F(QueryTest, GetFoldersForDocument) {
    expect(QueryKind::kGetFoldersForDocument, {{"XDSDocumentEntryEntryUUID", one(urn(2))}},
           urns({4}));
    expect(QueryKind::kGetFoldersForDocument, {{"XDSDocumentEntryUniqueId", one(oid(2))}},
           urns({4}));
    expect(QueryKind::kGetFoldersForDocument, {{"XDSDocumentEntryEntryUUID", one(urn(3))}}, {});
}

TEST_F(QueryTest, GetRelatedDocuments) {
    auto const types = [](std::vector<AssociationType> const& wanted) {
        std::vector<std::string> out;
        for (auto const type : wanted) out.emplace_back(domain::to_urn(type));
        return many(out);
    };
    expect(QueryKind::kGetRelatedDocuments,
           {{"XDSDocumentEntryEntryUUID", one(urn(3))},
            {"AssociationTypes", types({AssociationType::kReplace})}},
           urns({3, 6, 20}));
    expect(QueryKind::kGetRelatedDocuments,
           {{"XDSDocumentEntryUniqueId", one(oid(8))},
            {"AssociationTypes", types({AssociationType::kReplace, AssociationType::kAppend})}},
           urns({2, 8, 21}));
    expect(QueryKind::kGetRelatedDocuments,
           {{"XDSDocumentEntryEntryUUID", one(urn(3))},
            {"AssociationTypes", types({AssociationType::kAppend})}},
           {});
    expect(QueryKind::kGetRelatedDocuments,
           {{"XDSDocumentEntryEntryUUID", one(urn(998))},
            {"AssociationTypes", types({AssociationType::kAppend})}},
           {});
}

TEST_F(QueryTest, MultiPatientQueries) {
    expect(QueryKind::kFindDocumentsForMultiplePatients,
           {{"XDSDocumentEntryPatientId", many({kPatient, kOtherPatient})},
            {"XDSDocumentEntryStatus", approved()}},
           urns({2, 6, 8, 41}));
    expect(QueryKind::kFindDocumentsForMultiplePatients,
           {{"XDSDocumentEntryClassCode", many({key("class")})},
            {"XDSDocumentEntryStatus", approved()}},
           urns({6, 8, 41}));
    expect(QueryKind::kFindDocumentsForMultiplePatients,
           {{"XDSDocumentEntryEventCodeList", many({key("e1")})},
            {"XDSDocumentEntryStatus", approved()}},
           urns({2}));
    expect(QueryKind::kFindFoldersForMultiplePatients,
           {{"XDSFolderCodeList", many({key("f1")})}, {"XDSFolderStatus", approved()}}, urns({4}));
    expect(
        QueryKind::kFindFoldersForMultiplePatients,
        {{"XDSFolderPatientId", many({kPatient, kOtherPatient})}, {"XDSFolderStatus", approved()}},
        urns({4}));
    Answer const leaf =
        world_.query("root", QueryKind::kFindDocumentsForMultiplePatients,
                     {{"XDSDocumentEntryPatientId", many({kPatient, kOtherPatient})},
                      {"XDSDocumentEntryStatus", approved()}},
                     "LeafClass");
    for (auto const& e : leaf.objects.entries) {
        EXPECT_EQ(e.patient_id, e.id == urn(41) ? kOtherPatient : kPatient);
    }
}

TEST_F(QueryTest, TheQueryIsRecordedWithItsText) {
    static_cast<void>(world_.audit.take());
    find({}, {2, 6, 8});
    auto const events = world_.audit.take();
    ASSERT_EQ(events.size(), 2u);
    ASSERT_EQ(events[0].objects.size(), 2u);
    EXPECT_EQ(events[0].objects[0].id, kPatient);
    EXPECT_EQ(events[0].objects[1].role, 24);
    EXPECT_EQ(events[0].objects[1].id, std::string(domain::to_urn(QueryKind::kFindDocuments)));
    EXPECT_NE(events[0].objects[1].query.find("AdhocQueryRequest"), std::string::npos);
    ASSERT_FALSE(events[0].objects[1].details.empty());
    EXPECT_EQ(events[0].objects[1].details[0].type, "QueryEncoding");
    EXPECT_EQ(events[0].objects[1].details[0].value, "UTF-8");
}

TEST_F(QueryTest, AQueryThatIsRefusedIsRecordedWithItsTextToo) {
    static_cast<void>(world_.audit.take());
    EXPECT_EQ(codes(QueryKind::kFindDocuments, {{"XDSDocumentEntryPatientId", one(kPatient)}}),
              Codes{"XDSStoredQueryMissingParam"});
    auto const events = world_.audit.take();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_NE(events[0].outcome, domain::AuditOutcome::kSuccess);
    ASSERT_EQ(events[0].objects.size(), 1u);
    EXPECT_EQ(events[0].objects[0].id, std::string(domain::to_urn(QueryKind::kFindDocuments)));
    EXPECT_NE(events[0].objects[0].query.find("AdhocQueryRequest"), std::string::npos);
    EXPECT_EQ(events[0].objects[0].details.at(0).type, "QueryEncoding");
}

TEST_F(QueryTest, AQueryTooLongForItsRecordIsRefusedAndThatIsRecorded) {
    static_cast<void>(world_.audit.take());
    Parameters parameters{{"XDSDocumentEntryPatientId", one(kPatient)},
                          {"XDSDocumentEntryStatus", approved()},
                          {"unknown", {}}};
    parameters.back().second.assign(35'000, std::string(250, 'x'));
    EXPECT_EQ(codes(QueryKind::kFindDocuments, parameters), Codes{"XDSRegistryOutOfResources"});
    auto const events = world_.audit.take();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].objects.at(0).role, 24);
    EXPECT_TRUE(events[0].objects.at(0).query.empty());
}

TEST(QuerySettings, MoreThanTheLimitIsRefusedAndTheLimitItselfIsNot) {
    World world(Settings{.max_results = 3});
    Draft draft(1);
    for (int i = 2; i < 5; ++i) draft.add(entry(i));
    ASSERT_TRUE(world.submit("root", draft).success);
    Parameters const parameters{{"XDSDocumentEntryPatientId", one(kPatient)},
                                {"XDSDocumentEntryStatus", approved()}};
    EXPECT_EQ(world.query("root", QueryKind::kFindDocuments, parameters).ids.size(), 3u);
    ASSERT_TRUE(world.submit("root", Draft(6).add(entry(7))).success);
    for (std::string const type : {"ObjectRef", "LeafClass"}) {
        Answer const over = world.query("root", QueryKind::kFindDocuments, parameters, type);
        EXPECT_EQ(over.codes, Codes{"XDSTooManyResults"});
        EXPECT_TRUE(over.ids.empty());
    }
}

TEST(QuerySettings, AnUnknownPatientIsEmptyOrAnErrorAsConfigured) {
    Parameters const parameters{{"XDSDocumentEntryPatientId", one("P9^^^&2.999.1.1.1&ISO")},
                                {"XDSDocumentEntryStatus", approved()}};
    World lenient;
    Answer const empty = lenient.query("root", QueryKind::kFindDocuments, parameters);
    EXPECT_TRUE(empty.success);
    EXPECT_TRUE(empty.ids.empty());
    World strict(Settings{.unknown_patient = UnknownPatient::kError});
    EXPECT_EQ(strict.query("root", QueryKind::kFindDocuments, parameters).codes,
              Codes{"XDSUnknownPatientId"});
    Parameters const known{{"XDSDocumentEntryPatientId", one(kPatient)},
                           {"XDSDocumentEntryStatus", approved()}};
    EXPECT_TRUE(strict.query("root", QueryKind::kFindDocuments, known).success);
}

TEST(QuerySettings, TheConfiguredHomeIsOnEveryObject) {
    World world(Settings{.home = "urn:oid:2.999.1.1"});
    ASSERT_TRUE(world.submit("root", Draft(1).add(entry(2))).success);
    Parameters const parameters{{"XDSSubmissionSetEntryUUID", one(urn(1))}};
    for (std::string const type : {"ObjectRef", "LeafClass"}) {
        Answer const answer =
            world.query("root", QueryKind::kGetSubmissionSetAndContents, parameters, type);
        ASSERT_EQ(answer.ids.size(), 3u);
        std::size_t homes = 0;
        for (std::size_t at = 0;
             (at = answer.body.find(" home=\"urn:oid:2.999.1.1\"", at)) != std::string::npos;
             ++at) {
            ++homes;
        }
        EXPECT_EQ(homes, 3u) << answer.body;
    }
}

}  // namespace
}  // namespace musubi::registry::test
