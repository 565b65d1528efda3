#include "domain/stored_query.h"

#include "domain/reason.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace musubi::domain {
namespace {

constexpr char kApproved[] = "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')";
constexpr char kUuid[] = "urn:uuid:11111111-2222-4333-8444-555555555555";

RawQuery raw(QueryKind kind, std::vector<std::pair<std::string, std::string>> const& slots) {
    RawQuery query;
    query.id = to_urn(kind);
    query.return_type = "LeafClass";
    for (auto const& [name, value] : slots) query.parameters.push_back({name, {{value}}});
    return query;
}

RawQuery find_documents(std::vector<std::pair<std::string, std::string>> more = {}) {
    more.insert(more.begin(), {{"$XDSDocumentEntryPatientId", "'p^^^&1.2.3&ISO'"},
                               {"$XDSDocumentEntryStatus", kApproved}});
    return raw(QueryKind::kFindDocuments, more);
}

std::vector<Reason> reasons(RawQuery const& query, bool multi_patient = false) {
    auto const made = make_stored_query(query, multi_patient);
    std::vector<Reason> out;
    if (!made) {
        for (Issue const& issue : made.error().issues) out.push_back(issue.reason);
        EXPECT_FALSE(out.empty());
    }
    return out;
}

std::vector<Reason> only(Reason reason) { return {reason}; }

TEST(StoredQuery, ReadsAFullFindDocuments) {
    RawQuery query = find_documents(
        {{"$XDSDocumentEntryClassCode", "('a^^s','b^^^&1.2&ISO','c^^^t')"},
         {"$XDSDocumentEntryAuthorPerson", "('%O''Neil_')"},
         {"$XDSDocumentEntryCreationTimeFrom", "20041224"},
         {"$XDSDocumentEntryCreationTimeTo", "'2005'"},
         {"$XDSDocumentEntryType", "('urn:uuid:34268E47-fdf5-41a6-ba33-82133c465248')"}});
    query.return_type = "ObjectRef";
    query.home = "urn:oid:1.2";
    auto const made = make_stored_query(query, false);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->return_type, ReturnType::kObjectRef);
    EXPECT_EQ(made->home, "urn:oid:1.2");
    EXPECT_EQ(made->patient_ids, std::vector<std::string>{"p^^^&1.2.3&ISO"});
    EXPECT_EQ(made->entry_statuses, std::vector{Availability::kApproved});
    EXPECT_EQ(made->documents.class_codes, (std::vector<std::string>{"a^^s", "b^^1.2", "c^^t"}));
    EXPECT_EQ(made->documents.author_person_patterns, std::vector<std::string>{"%O'Neil_"});
    EXPECT_EQ(made->documents.creation_time.from, "20041224000000");
    EXPECT_EQ(made->documents.creation_time.to, "20050101000000");
    EXPECT_EQ(made->documents.kinds, std::vector{EntryKind::kOnDemand});
}

TEST(StoredQuery, AsksForStableEntriesUnlessToldOtherwise) {
    EXPECT_EQ(make_stored_query(find_documents(), false)->documents.kinds,
              std::vector{EntryKind::kStable});
}

TEST(StoredQuery, TakesListsSplitOverValues) {  // ITI TF-2 3.18.4.1.2.3.5
    RawQuery query = raw(QueryKind::kGetDocuments, {});
    query.parameters.push_back(
        {"$XDSDocumentEntryUniqueId", {{"('1.2','1.3')", "('1.4')", "'1.5'"}}});
    auto const made = make_stored_query(query, false);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->unique_ids, (std::vector<std::string>{"1.2", "1.3", "1.4", "1.5"}));
    EXPECT_TRUE(made->entry_uuids.empty());
}

TEST(StoredQuery, RepeatedSlotsAreAndForTheFourListParameters) {
    RawQuery query = find_documents();
    query.parameters.push_back(
        {"$XDSDocumentEntryEventCodeList", {{"('a^^s','b^^s')"}, {"('c^^s')"}}});
    auto const made = make_stored_query(query, false);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->documents.event_codes, (CodeGroups{{"a^^s", "b^^s"}, {"c^^s"}}));

    query = find_documents();
    query.parameters.push_back({"$XDSDocumentEntryClassCode", {{"('a^^s')"}, {"('c^^s')"}}});
    EXPECT_EQ(reasons(query), only(Reason::kStoredQueryParamNumber));
}

TEST(StoredQuery, NormalisesUuidsAndText) {
    RawQuery query =
        raw(QueryKind::kGetAssociations,
            {{"$uuid", "('URN:UUID:11111111-2222-4333-8444-55555555ABCD','no uuid')"}});
    EXPECT_EQ(
        make_stored_query(query, false)->entry_uuids,
        (std::vector<std::string>{"urn:uuid:11111111-2222-4333-8444-55555555abcd", "no uuid"}));
    query = find_documents({{"$XDSDocumentEntryClassCode", "('\u30AB\u3099^^s')"}});
    EXPECT_EQ(make_stored_query(query, false)->documents.class_codes,
              std::vector<std::string>{"\u30AC^^s"});
}

TEST(StoredQuery, TrailingDelimitersOfAPatientIdCountForNothing) {
    RawQuery query = find_documents();
    query.parameters[0].groups = {{"'P1^^^&1.2.3&ISO^^'"}};
    EXPECT_EQ(make_stored_query(query, false)->patient_ids,
              std::vector<std::string>{"P1^^^&1.2.3&ISO"});
    query.parameters[0].groups = {{"'P1^^^&1.2.3&ISO^PI'"}};
    EXPECT_EQ(make_stored_query(query, false)->patient_ids,
              std::vector<std::string>{"P1^^^&1.2.3&ISO^PI"});
}

TEST(StoredQuery, DropsUnknownStatusesAndMissesThemWhenNoneIsLeft) {
    RawQuery query = find_documents();
    query.parameters[1].groups = {
        {"('urn:x:Gone','urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated')"}};
    EXPECT_EQ(make_stored_query(query, false)->entry_statuses,
              std::vector{Availability::kDeprecated});
    query.parameters[1].groups = {{"('urn:x:Gone')"}};
    EXPECT_EQ(reasons(query), only(Reason::kStoredQueryMissingParam));
}

TEST(StoredQuery, IgnoresUnknownAndMetadataUpdateParameters) {
    EXPECT_EQ(
        reasons(find_documents({{"$Unknown", "((("}, {"$MetadataLevel", "2"}, {"plain", "x"}})),
        std::vector<Reason>());
    EXPECT_EQ(
        reasons(raw(QueryKind::kGetDocuments, {{"$XDSDocumentEntryLogicalID", "('urn:uuid:1')"}})),
        only(Reason::kStoredQueryMissingParam));
}

TEST(StoredQuery, TreatsASlotWithoutValuesAsAbsent) {
    RawQuery query = find_documents();
    query.parameters[0].groups = {{}};
    EXPECT_EQ(reasons(query), only(Reason::kStoredQueryMissingParam));
}

TEST(StoredQuery, KeepsAnOpenedTextWithoutItsLastQuoteAsText) {
    RawQuery query = find_documents();
    query.parameters[0].groups = {{"'1^^^&1.2&ISO'' or 1=1"}};
    EXPECT_EQ(make_stored_query(query, false)->patient_ids,
              std::vector<std::string>{"1^^^&1.2&ISO' or 1=1"});
}

struct Breach {
    char const* name;
    char const* parameter;
    char const* value;
    Reason reason;
};
class BadParameter : public testing::TestWithParam<Breach> {};

TEST_P(BadParameter, IsRefusedWithItsNameInTheContext) {
    auto const made =
        make_stored_query(find_documents({{GetParam().parameter, GetParam().value}}), false);
    ASSERT_FALSE(made);
    ASSERT_EQ(made.error().issues.size(), 1U);
    EXPECT_EQ(made.error().issues[0].reason, GetParam().reason);
    EXPECT_NE(made.error().issues[0].context.find(GetParam().parameter), std::string::npos)
        << made.error().issues[0].context;
}

INSTANTIATE_TEST_SUITE_P(
    StoredQuery, BadParameter,
    testing::Values(
        Breach{"CodeWithoutScheme", "$XDSDocumentEntryTypeCode", "('a')", Reason::kGeneral},
        Breach{"CodeWithEmptyScheme", "$XDSDocumentEntryTypeCode", "('a^^')", Reason::kGeneral},
        Breach{"CodeWithSecondComponent", "$XDSDocumentEntryTypeCode", "('a^x^s')",
               Reason::kGeneral},
        Breach{"UnquotedCode", "$XDSDocumentEntryTypeCode", "(a^^s)", Reason::kGeneral},
        Breach{"ListWithoutParentheses", "$XDSDocumentEntryTypeCode", "'a^^s','b^^s'",
               Reason::kGeneral},
        Breach{"UnclosedList", "$XDSDocumentEntryTypeCode", "('a^^s'", Reason::kGeneral},
        Breach{"UnclosedTextInList", "$XDSDocumentEntryTypeCode", "('a^^s)", Reason::kGeneral},
        Breach{"EmptyItem", "$XDSDocumentEntryTypeCode", "('a^^s',)", Reason::kGeneral},
        Breach{"NotATime", "$XDSDocumentEntryCreationTimeTo", "yesterday", Reason::kGeneral},
        Breach{"ParenthesesOnSingleValue", "$XDSDocumentEntryCreationTimeTo", "(2005)",
               Reason::kGeneral},
        Breach{"TwoTimes", "$XDSDocumentEntryCreationTimeTo", "('2005','2006')",
               Reason::kStoredQueryParamNumber},
        Breach{"UnknownEntryType", "$XDSDocumentEntryType", "('urn:uuid:1')", Reason::kGeneral}),
    [](auto const& info) { return info.param.name; });

TEST(StoredQuery, NeverRepeatsTheNameAskedFor) {
    auto const made =
        make_stored_query(find_documents({{"$XDSDocumentEntryAuthorPerson", "(Himitsu%)"}}), false);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().issues[0].context.find("Himitsu"), std::string::npos);
}

TEST(StoredQuery, ReportsAllBreachesAndTheMissingParameterFirst) {
    RawQuery query = raw(QueryKind::kFindDocuments, {{"$XDSDocumentEntryStatus", kApproved},
                                                     {"$XDSDocumentEntryClassCode", "34133-9"},
                                                     {"$XDSDocumentEntryCreationTimeTo", "x"}});
    query.return_type = "RegistryObject";
    auto const found = reasons(query);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0], Reason::kStoredQueryMissingParam);
}

TEST(StoredQuery, RefusesUnknownAndMisplacedQueries) {
    RawQuery query = find_documents();
    query.id = "urn:uuid:00000000-1111-2222-3333-444444444444";
    EXPECT_EQ(reasons(query), only(Reason::kUnknownStoredQuery));
    EXPECT_EQ(reasons(find_documents(), true), only(Reason::kGeneral));
    EXPECT_EQ(reasons(raw(QueryKind::kFindDocumentsForMultiplePatients, {}), false),
              only(Reason::kGeneral));
}

TEST(StoredQuery, BoundsTheNumberOfValues) {
    std::string list = "('1'";
    for (int i = 1; i < 1000; ++i) list += ",'1'";
    EXPECT_TRUE(
        make_stored_query(raw(QueryKind::kGetAssociations, {{"$uuid", list + ")"}}), false));
    auto const made =
        make_stored_query(raw(QueryKind::kGetAssociations, {{"$uuid", list + ",'1')"}}), false);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::kTooLarge);
    EXPECT_EQ(made.error().reason, Reason::kOutOfResources);
}

TEST(StoredQuery, MultiplePatientQueriesNeedOneOfTheirCriteria) {  // ITI TF-2 3.51.4.1.2.3
    auto const kind = QueryKind::kFindDocumentsForMultiplePatients;
    RawQuery query = raw(kind, {{"$XDSDocumentEntryStatus", kApproved}});
    EXPECT_EQ(reasons(query, true), only(Reason::kStoredQueryMissingParam));
    query.parameters.push_back({"$XDSDocumentEntryClassCode", {{"('a^^s')"}}});
    EXPECT_EQ(reasons(query, true), std::vector<Reason>());
    query = raw(kind, {{"$XDSDocumentEntryStatus", kApproved},
                       {"$XDSDocumentEntryPatientId", "('a^^^&1.2&ISO','b^^^&1.2&ISO')"}});
    EXPECT_EQ(make_stored_query(query, true)->patient_ids.size(), 2U);
}

// Every query: its required parameters suffice, and each missing one is missed (ITI
// TF-2 3.18.4.1.2.3.7).
struct Required {
    QueryKind kind;
    std::vector<std::pair<std::string, std::string>> slots;
};
std::vector<Required> const& required() {
    static std::string const uuids = std::string("('") + kUuid + "')",
                             uuid = std::string("'") + kUuid + "'";
    static std::vector<Required> const all = {
        {QueryKind::kFindDocuments,
         {{"$XDSDocumentEntryPatientId", "'p'"}, {"$XDSDocumentEntryStatus", kApproved}}},
        {QueryKind::kFindSubmissionSets,
         {{"$XDSSubmissionSetPatientId", "'p'"}, {"$XDSSubmissionSetStatus", kApproved}}},
        {QueryKind::kFindFolders,
         {{"$XDSFolderPatientId", "'p'"}, {"$XDSFolderStatus", kApproved}}},
        {QueryKind::kGetAll,
         {{"$patientId", "'p'"},
          {"$XDSDocumentEntryStatus", kApproved},
          {"$XDSSubmissionSetStatus", kApproved},
          {"$XDSFolderStatus", kApproved}}},
        {QueryKind::kGetDocuments, {{"$XDSDocumentEntryEntryUUID", uuids}}},
        {QueryKind::kGetFolders, {{"$XDSFolderUniqueId", "('1.2')"}}},
        {QueryKind::kGetAssociations, {{"$uuid", uuids}}},
        {QueryKind::kGetDocumentsAndAssociations, {{"$XDSDocumentEntryUniqueId", "('1.2')"}}},
        {QueryKind::kGetSubmissionSets, {{"$uuid", uuids}}},
        {QueryKind::kGetSubmissionSetAndContents, {{"$XDSSubmissionSetEntryUUID", uuid}}},
        {QueryKind::kGetFolderAndContents, {{"$XDSFolderUniqueId", "'1.2'"}}},
        {QueryKind::kGetFoldersForDocument, {{"$XDSDocumentEntryUniqueId", "'1.2'"}}},
        {QueryKind::kGetRelatedDocuments,
         {{"$XDSDocumentEntryEntryUUID", uuid},
          {"$AssociationTypes", "('urn:ihe:iti:2007:AssociationType:RPLC')"}}},
        {QueryKind::kFindDocumentsByReferenceId,
         {{"$XDSDocumentEntryPatientId", "'p'"},
          {"$XDSDocumentEntryStatus", kApproved},
          {"$XDSDocumentEntryReferenceIdList", "('r^^^^t')"}}},
        {QueryKind::kFindDocumentsForMultiplePatients,
         {{"$XDSDocumentEntryPatientId", "('p')"}, {"$XDSDocumentEntryStatus", kApproved}}},
        {QueryKind::kFindFoldersForMultiplePatients,
         {{"$XDSFolderCodeList", "('a^^s')"}, {"$XDSFolderStatus", kApproved}}},
        {QueryKind::kFindDocumentsByReferenceIdForMultiplePatients,
         {{"$XDSDocumentEntryStatus", kApproved},
          {"$XDSDocumentEntryReferenceIdList", "('r^^^^t')"}}},
    };
    return all;
}

TEST(StoredQuery, EveryQueryRunsOnItsRequiredParametersAndMissesEachOfThem) {
    std::set<QueryKind> seen;
    for (Required const& row : required()) {
        seen.insert(row.kind);
        bool const multi = is_multi_patient(row.kind);
        EXPECT_EQ(reasons(raw(row.kind, row.slots), multi), std::vector<Reason>())
            << to_string(row.kind);
        for (std::size_t i = 0; i < row.slots.size(); ++i) {
            auto fewer = row.slots;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_EQ(reasons(raw(row.kind, fewer), multi), only(Reason::kStoredQueryMissingParam))
                << to_string(row.kind) << " without " << row.slots[i].first;
        }
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kQueryKindCount));
}

TEST(StoredQuery, RefusesBothAlternatives) {
    for (auto const kind : {QueryKind::kGetDocuments, QueryKind::kGetFoldersForDocument}) {
        EXPECT_EQ(reasons(raw(kind, {{"$XDSDocumentEntryEntryUUID", std::string("'") + kUuid + "'"},
                                     {"$XDSDocumentEntryUniqueId", "'1.2'"}})),
                  only(Reason::kStoredQueryParamNumber));
    }
}

TEST(StoredQuery, KnowsEveryQueryByItsUrn) {
    for (int i = 0; i < kQueryKindCount; ++i) {
        auto const kind = static_cast<QueryKind>(i);
        EXPECT_EQ(query_kind_of(to_urn(kind)), kind);
        EXPECT_FALSE(to_string(kind).empty());
    }
}

}  // namespace
}  // namespace musubi::domain
