#include "codec/ebxml/read.h"
#include "codec/ebxml/write_made.h"

#include "codec/ebxml/fragment.h"
#include "codec/ebxml/names.h"
#include "domain/validate/validate.h"
#include "unit/codec_ebxml/parsed.h"
#include "unit/domain/sample_submission.h"

#include <gtest/gtest.h>

namespace musubi::ebxml {
namespace {

std::string submit(std::string const& objects) {
    return "<l:SubmitObjectsRequest xmlns:l=\"" + std::string(kLcm) + "\" xmlns=\"" +
           std::string(kRim) + "\"><RegistryObjectList>" + objects +
           "</RegistryObjectList></l:SubmitObjectsRequest>";
}

domain::Submission read(std::string const& objects) {
    auto const document = test::parsed(submit(objects));
    auto submission = read_submission(document.root());
    if (!submission) throw std::runtime_error(submission.error().detail);
    return std::move(*submission);
}

std::string said(domain::Submission const& submission) {
    std::string out;
    for (Issue const& issue : submission.issues) out += issue.context + "\n";
    return out;
}

std::string label(std::string_view node, std::string const& object) {
    return "<Classification id='c' classificationNode='" + std::string(node) +
           "' classifiedObject='" + object + "'/>";
}

TEST(ReadSubmission, SeesLabelsInsideAndBeside) {  // ITI TF-3 4.2.1.2
    auto const s = read("<RegistryPackage id='in'>" + label(domain::kFolderNode, "in") +
                        "</RegistryPackage><RegistryPackage id='out'/>" +
                        label(domain::kSubmissionSetNode, "out"));
    ASSERT_EQ(s.folders.size(), 1U);
    EXPECT_EQ(s.folders[0].id, "in");
    ASSERT_EQ(s.submission_sets.size(), 1U);
    EXPECT_EQ(s.submission_sets[0].id, "out");
    EXPECT_EQ(said(s), "");
}

TEST(ReadSubmission, ReportsPackagesThatAreNothingOrBoth) {
    EXPECT_NE(said(read("<RegistryPackage id='p'/>")).find("neither"), std::string::npos);
    EXPECT_NE(said(read("<RegistryPackage id='p'/>" + label(domain::kFolderNode, "p") +
                        label(domain::kSubmissionSetNode, "p")))
                  .find("as Folder"),
              std::string::npos);
}

struct Finding {
    char const* name;
    std::string inside;  ///< of an ExtrinsicObject with id d
    char const* expected;
};
class StructuralFinding : public testing::TestWithParam<Finding> {};

TEST_P(StructuralFinding, IsAnIssueOfTheSubmission) {
    auto const s = read("<ExtrinsicObject id='d'>" + GetParam().inside + "</ExtrinsicObject>");
    EXPECT_EQ(s.entries.size(), 1U);
    EXPECT_NE(said(s).find(GetParam().expected), std::string::npos) << said(s);
    EXPECT_TRUE(said(s).starts_with("DocumentEntry d: "));
    EXPECT_EQ(s.issues[0].reason, Reason::kMetadata);
    EXPECT_EQ(s.issues[0].severity, Severity::kError);
}

std::string slot(std::string const& name, std::string const& values) {
    return "<Slot name='" + name + "'><ValueList>" + values + "</ValueList></Slot>";
}
std::string coded(std::string_view scheme, std::string const& attributes,
                  std::string const& inside) {
    return "<Classification id='c' classificationScheme='" + std::string(scheme) + "' " +
           attributes + ">" + inside + "</Classification>";
}
std::string identifier(std::string const& object) {
    return "<ExternalIdentifier id='e' identificationScheme='" + std::string(kEntryPatientId.urn) +
           "' registryObject='" + object + "' value='p'/>";
}

INSTANTIATE_TEST_SUITE_P(
    Codec, StructuralFinding,
    testing::Values(
        Finding{"SlotTwice", slot("hash", "<Value>a</Value>") + slot("hash", "<Value>a</Value>"),
                "slot 'hash' was given twice"},
        Finding{"SlotWithoutName", slot("", "<Value>a</Value>"), "a slot has no name"},
        Finding{"TwoValues", slot("size", "<Value>1</Value><Value>2</Value>"), "size has 2 values"},
        Finding{"ClassificationOfAnother",
                coded(kEntryTypeCode, "classifiedObject='x' nodeRepresentation='a'", ""),
                "names 'x'"},
        Finding{"ClassificationOfNothing", coded(kEntryTypeCode, "nodeRepresentation='a'", ""),
                "no classifiedObject"},
        Finding{"TwoSchemes",
                coded(kEntryTypeCode, "classifiedObject='d' nodeRepresentation='a'",
                      slot("codingScheme", "<Value>s</Value><Value>t</Value>")),
                "several codingScheme"},
        Finding{"AuthorWithCode",
                coded(kEntryAuthor, "classifiedObject='d' nodeRepresentation='a'", ""),
                "author has a nodeRepresentation"},
        Finding{"PatientIdTwice", identifier("d") + identifier("d"), "patientId was given twice"},
        Finding{"PatientIdOfAnother", identifier("x"), "patientId does not name this object"}),
    [](auto const& info) { return info.param.name; });

TEST(ReadSubmission, WhatIsNotKeptIsTold) {
    auto const s = read(
        "<ExtrinsicObject id='d'>" + coded("urn:uuid:0", "classifiedObject='d'", "") +
        "<Classification id='l' classificationNode='urn:uuid:1' classifiedObject='d'/>" +
        coded(kEntryTypeCode, "classifiedObject='d' nodeRepresentation='a'", "") + identifier("d") +
        "<ExternalIdentifier id='e' identificationScheme='urn:uuid:2' registryObject='d' "
        "value='p'/></ExtrinsicObject>");
    ASSERT_EQ(s.issues.size(), 2U) << said(s);
    for (Issue const& issue : s.issues) {
        EXPECT_EQ(issue.severity, Severity::kWarning);
        EXPECT_EQ(issue.reason, Reason::kExtraMetadataNotSaved);
    }
    EXPECT_NE(said(s).find("DocumentEntry d: a classification of scheme 'urn:uuid:0'"),
              std::string::npos);
    EXPECT_NE(said(s).find("an identifier of scheme 'urn:uuid:2'"), std::string::npos);
}

// ITI TF-3 4.2.3.1.2: a display name is an InternationalString, in as many languages as its sender
// knows.
TEST(ReadSubmission, DisplayNamesOfCodesComeBackAsTheyWentIn) {
    std::string const names =
        "<rim:Name><rim:LocalizedString xml:lang=\"ja-JP\" charset=\"UTF-8\" value=\"放射線科\"/>"
        "<rim:LocalizedString xml:lang=\"en\" value=\"Radiology\"/></rim:Name>";
    auto const s = read(
        "<rim:ExtrinsicObject xmlns:rim='" + std::string(kRim) + "' id='d'>" +
        coded(kEntryPracticeSettingCode, "classifiedObject='d' nodeRepresentation='15'", names) +
        coded(kEntryTypeCode, "classifiedObject='d' nodeRepresentation='t'",
              "<Name><LocalizedString value='plain'/></Name>") +
        "</rim:ExtrinsicObject>");
    ASSERT_EQ(s.entries[0].practice_setting_codes.size(), 1U);
    EXPECT_EQ(s.entries[0].practice_setting_codes[0].display, "放射線科");
    std::string const written = render_fragment(s.entries[0]);
    EXPECT_NE(written.find(names), std::string::npos) << written;
    EXPECT_NE(written.find("<rim:Name><rim:LocalizedString value=\"plain\"/></rim:Name>"),
              std::string::npos)
        << written;
    EXPECT_EQ(said(s), "");
}

TEST(ReadSubmission, TrimsValuesAndDropsEmptyOnes) {
    auto const s = read("<ExtrinsicObject id='d'>" + slot("size", "<Value>\n 12 \n</Value>") +
                        slot("hash", "") + slot("URI", "<Value> </Value>") +
                        "<Name/><Description><!-- none --><LocalizedString value=' "
                        "'/></Description></ExtrinsicObject>");
    EXPECT_EQ(s.entries[0].size, "12");
    EXPECT_FALSE(s.entries[0].hash);
    EXPECT_FALSE(s.entries[0].uri);
    EXPECT_TRUE(s.entries[0].name.empty());
    EXPECT_TRUE(s.entries[0].description.empty());
    EXPECT_EQ(said(s), "");
}

TEST(ReadSubmission, TrailingDelimitersOfAPatientIdCountForNothing) {
    auto const entry_of = [](std::string const& patient) {
        return read(
                   "<ExtrinsicObject id='d'><ExternalIdentifier id='e' registryObject='d' "
                   "identificationScheme='" +
                   std::string(kEntryPatientId.urn) + "' value='" + patient +
                   "'/></ExtrinsicObject>")
            .entries[0];
    };
    EXPECT_EQ(entry_of("P1^^^&amp;1.2.3&amp;ISO^^").patient_id, "P1^^^&1.2.3&ISO");
    EXPECT_EQ(entry_of("P1^^^&amp;1.2.3&amp;ISO^PI").patient_id, "P1^^^&1.2.3&ISO^PI");
}

TEST(ReadSubmission, LowersUuidsAndNamesTheUnnamed) {
    auto const s = read(
        "<Association associationType='urn:x' "
        "sourceObject='URN:UUID:ABCDEF00-0000-4000-8000-000000000001' targetObject='T'/>");
    EXPECT_EQ(s.associations[0].id, "unnamed-1");
    EXPECT_EQ(s.associations[0].source, "urn:uuid:abcdef00-0000-4000-8000-000000000001");
    EXPECT_EQ(s.associations[0].target, "T");
}

TEST(ReadSubmission, TakesOldAssociationNamesWithAWarning) {
    auto const s =
        read("<Association id='a' associationType='HasMember' sourceObject='s' targetObject='t'/>");
    EXPECT_EQ(s.associations[0].type(), domain::AssociationType::kHasMember);
    ASSERT_EQ(s.issues.size(), 1U);
    EXPECT_EQ(s.issues[0].severity, Severity::kWarning);
}

TEST(ReadSubmission, IsAnErrorOnlyWhenNothingCanBeRead) {
    auto const other = test::parsed("<x/>");
    EXPECT_EQ(read_submission(other.root()).error().code, Code::kInvalidMessage);
    auto const empty =
        test::parsed("<l:SubmitObjectsRequest xmlns:l=\"" + std::string(kLcm) + "\"/>");
    EXPECT_EQ(read_submission(empty.root()).error().code, Code::kInvalidMessage);
    EXPECT_EQ(said(read("")), "");
}

TEST(Submission, SurvivesWritingAndReading) {
    auto const sample = test::sample_submission();
    auto const document = test::parsed(write_submit_objects_request(sample));
    auto const submission = read_submission(document.root());
    ASSERT_TRUE(submission);
    EXPECT_EQ(said(*submission), "");
    domain::AffinityDomain const open;
    EXPECT_TRUE(domain::validate(*submission, {open}).empty());
    EXPECT_EQ(write_submit_objects_request(*submission), write_submit_objects_request(sample));
    EXPECT_FALSE(submission->entries[0].status);
    EXPECT_FALSE(submission->entries[0].lid);
}

std::string joined(std::vector<soap::BodyPiece> const& pieces, std::string const& instead) {
    std::string out;
    for (auto const& piece : pieces) out += piece.xml + (piece.document ? instead : "");
    return out;
}

std::shared_ptr<Content const> content() { return std::make_shared<MemoryContent>(Bytes{'A'}); }

TEST(ProvideAndRegister, CarriesDocumentsInlineOrBeside) {
    auto const pieces = write_provide_and_register(test::sample_submission(),
                                                   {{"Document01", content(), "text/xml"}});
    ASSERT_EQ(pieces.size(), 2U);
    EXPECT_EQ(pieces[0].content_type, "text/xml");
    auto const inline_form = test::parsed(joined(pieces, "QQ=="));
    auto provided = read_provide_and_register(inline_form.root());
    ASSERT_TRUE(provided);
    ASSERT_EQ(provided->documents.size(), 1U);
    EXPECT_EQ(provided->documents[0].id, "Document01");
    EXPECT_EQ(provided->documents[0].source.base64, "QQ==");

    auto const beside =
        test::parsed(joined(pieces,
                            "<i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' "
                            "href='cid:urn%3auuid%3A1%40x'/>"));
    provided = read_provide_and_register(beside.root());
    ASSERT_TRUE(provided);
    EXPECT_EQ(provided->documents[0].source.content_id, "urn:uuid:1@x");
    EXPECT_TRUE(provided->documents[0].source.base64.empty());
}

TEST(ProvideAndRegister, RefusesIncludesThatAreNone) {
    auto const pieces = write_provide_and_register(test::sample_submission(),
                                                   {{"Document01", content(), "text/xml"}});
    std::string const xop = "<i:Include xmlns:i='http://www.w3.org/2004/08/xop/include' href=";
    for (std::string const& instead :
         {xop + "'http://x'/>", xop + "'cid:%zz'/>", xop + "'cid:a%4'/>", std::string("<x/>"),
          xop + "'cid:a'/>" + xop + "'cid:b'/>"}) {
        auto const document = test::parsed(joined(pieces, instead));
        auto const provided = read_provide_and_register(document.root());
        ASSERT_FALSE(provided) << instead;
        EXPECT_EQ(provided.error().code, Code::kInvalidMessage);
    }
}

TEST(AdhocQuery, SurvivesWritingAndReading) {
    domain::RawQuery query;
    query.id = to_urn(domain::QueryKind::kFindDocuments);
    query.return_type = "ObjectRef";
    query.home = "urn:oid:1.2";
    query.parameters = {{"$XDSDocumentEntryPatientId", {{query_text("o'p^^^&1.2&ISO")}}},
                        {"$XDSDocumentEntryStatus",
                         {{query_list({std::string(to_urn(domain::Availability::kApproved))})}}},
                        {"$XDSDocumentEntryEventCodeList",
                         {{query_list({"a^^s", "b^^s"})}, {query_list({"カ^^s"})}}}};
    auto const document = test::parsed(write_adhoc_query_request(query));
    auto const read = read_adhoc_query(document.root());
    ASSERT_TRUE(read);
    auto const made = domain::make_stored_query(read->query, false);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->patient_ids[0], "o'p^^^&1.2&ISO");
    EXPECT_EQ(made->home, "urn:oid:1.2");
    EXPECT_EQ(made->return_type, domain::ReturnType::kObjectRef);
    EXPECT_EQ(made->documents.event_codes, (domain::CodeGroups{{"a^^s", "b^^s"}, {"カ^^s"}}));
    auto const again = test::parsed(read->audit_xml);
    EXPECT_EQ(read_adhoc_query(again.root())->query.parameters.size(), 3U);
}

TEST(RetrieveRequest, SurvivesWritingAndReadingAndNeedsBothIds) {
    auto const document = test::parsed(
        write_retrieve_request({{"urn:oid:1", "1.2", "1.2.3^x"}, {std::nullopt, "1.2", "u&v"}}));
    auto const read = read_retrieve_request(document.root());
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ(read->at(0).home, "urn:oid:1");
    EXPECT_FALSE(read->at(1).home);
    EXPECT_EQ(read->at(1).document_unique_id, "u&v");
    auto const half = test::parsed(write_retrieve_request({{std::nullopt, "", "u"}}));
    EXPECT_EQ(read_retrieve_request(half.root()).error().code, Code::kInvalidContent);
    auto const none = test::parsed(write_retrieve_request({}));
    EXPECT_EQ(read_retrieve_request(none.root()).error().code, Code::kInvalidContent);
}

TEST(RegistryResponse, CarriesErrorsAndWarnings) {
    std::vector<RegistryErrorRow> const rows = {
        {Severity::kWarning, "XDSExtraMetadataNotSaved", "slot <x> \"y\"", ""},
        {Severity::kError, "XDSRegistryMetadataError", "漢字", "1.2.3"}};
    auto const document = test::parsed(write_registry_response(status_of(rows), rows));
    auto const read = read_registry_response(document.root());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->status, ResponseStatus::kFailure);
    ASSERT_EQ(read->errors.size(), 2U);
    EXPECT_EQ(read->errors[0].severity, Severity::kWarning);
    EXPECT_EQ(read->errors[0].context, "slot <x> \"y\"");
    EXPECT_EQ(read->errors[1].location, "1.2.3");
    EXPECT_EQ(read->issues()[1].reason, Reason::kMetadata);
    EXPECT_EQ(status_of({rows[0]}), ResponseStatus::kSuccess);
}

TEST(RegistryResponse, ACodeThatIsNotKnownIsRelayedAsText) {
    std::vector<RegistryErrorRow> const rows = {
        {Severity::kError, "XDSPatientIDReconciliationError", "P1", ""},
        {Severity::kError, "XDSRegistryError", "plain", ""},
        {Severity::kError, "XDSRepositoryError", "also plain", ""}};
    auto const document = test::parsed(write_registry_response(status_of(rows), rows));
    auto const issues = read_registry_response(document.root())->issues();
    ASSERT_EQ(issues.size(), 3U);
    EXPECT_EQ(issues[0].context, "XDSPatientIDReconciliationError: P1");
    EXPECT_EQ(issues[1].context, "plain");
    EXPECT_EQ(issues[2].context, "also plain");
}

TEST(RegistryResponse, RefusesAnAnswerWithoutStatus) {
    auto const document =
        test::parsed("<r:RegistryResponse xmlns:r=\"" + std::string(kRs) + "\"/>");
    EXPECT_EQ(read_registry_response(document.root()).error().code, Code::kInvalidMessage);
}

TEST(QueryResponse, AlwaysHoldsAnObjectList) {  // ebRS 3.0 demands it, also on failure
    std::string text = query_response_prefix(ResponseStatus::kFailure,
                                             {{Severity::kError, "XDSRegistryError", "x", ""}});
    text += query_response_suffix();
    auto const document = test::parsed(text);
    EXPECT_TRUE(document.root().first_child(kRim, "RegistryObjectList"));
    EXPECT_EQ(read_query_response(document.root())->response.status, ResponseStatus::kFailure);
}

TEST(QueryResponse, CarriesReferences) {
    std::string text = query_response_prefix(ResponseStatus::kSuccess, {});
    append_object_ref(text, "urn:uuid:1", "");
    append_object_ref(text, "urn:uuid:2", "urn:oid:1.2");
    text += query_response_suffix();
    auto const document = test::parsed(text);
    auto const read = read_query_response(document.root());
    ASSERT_TRUE(read);
    ASSERT_EQ(read->refs.size(), 2U);
    EXPECT_EQ(read->refs[0].id, "urn:uuid:1");
    EXPECT_FALSE(read->refs[0].home);
    EXPECT_EQ(read->refs[1].home, "urn:oid:1.2");
}

TEST(RetrieveResponse, TellsAllSomeOrNothing) {  // ITI TF-2 3.43.4.2.2
    domain::RetrieveResponse response;
    response.documents = {
        {{"urn:oid:1", "1.2", "1.2.3"}, "text/plain; charset=ISO-2022-JP", content()},
        {{{}, "1.2", "1.2.4"}, "text/xml", content()}};
    auto const read = [&](std::vector<RegistryErrorRow> const& rows) {
        static std::vector<xml::Document> keep;
        keep.push_back(test::parsed(joined(write_retrieve_response(response, rows), "QQ==")));
        return *read_retrieve_response(keep.back().root());
    };
    auto const all = read({});
    EXPECT_EQ(all.response.status, ResponseStatus::kSuccess);
    ASSERT_EQ(all.documents.size(), 2U);
    EXPECT_EQ(all.documents[0].request.home, "urn:oid:1");
    EXPECT_EQ(all.documents[0].mime_type, "text/plain; charset=ISO-2022-JP");
    EXPECT_EQ(all.documents[0].source.base64, "QQ==");
    EXPECT_FALSE(all.documents[1].request.home);
    EXPECT_FALSE(all.documents[0].new_document_unique_id);
    auto const made = test::parsed(
        joined(write_retrieve_response(response, {}, {{"1.2.9", "1.2.3.1"}, {}}), "QQ=="));
    auto const renamed = read_retrieve_response(made.root());
    ASSERT_TRUE(renamed);
    EXPECT_EQ(renamed->documents[0].new_repository_unique_id, "1.2.9");
    EXPECT_EQ(renamed->documents[0].new_document_unique_id, "1.2.3.1");
    EXPECT_FALSE(renamed->documents[1].new_document_unique_id);
    RegistryErrorRow const row{Severity::kError, "XDSDocumentUniqueIdError", "unknown", "1.2.9"};
    EXPECT_EQ(read({row}).response.status, ResponseStatus::kPartialSuccess);
    response.documents.clear();
    EXPECT_EQ(read({row}).response.status, ResponseStatus::kFailure);
}

TEST(CodesXml, RefusesSomethingElse) { EXPECT_FALSE(read_codes_xml(test::parsed("<x/>"))); }

}  // namespace
}  // namespace musubi::ebxml
