// What we write must pass the schemas that we check others with.
#include "codec/ebxml/fragment.h"
#include "codec/ebxml/write_made.h"
#include "codec/soap/envelope.h"
#include "platform/xml/parse.h"
#include "unit/domain/sample_submission.h"

#include <gtest/gtest.h>

namespace musubi::ebxml {
namespace {

std::string verdict(std::string_view text) {
    static auto const schemas = soap::load_schemas();
    if (!schemas) return schemas.error().detail;
    xml::ParseOptions options;
    options.schemas = &*schemas;
    auto const document = xml::parse(as_bytes(text), options);
    if (document) return "";
    std::string out = document.error().detail;
    for (Issue const& issue : document.error().issues) out += "\n" + issue.context;
    return out;
}

std::string joined(std::vector<soap::BodyPiece> const& pieces) {
    std::string out;
    for (auto const& piece : pieces) out += piece.xml + (piece.document ? "QQ==" : "");
    return out;
}

std::vector<RegistryErrorRow> const kRows = {
    {Severity::kError, "XDSRegistryError", "x", "1.2"},
    {Severity::kWarning, "XDSExtraMetadataNotSaved", "y", ""}};
std::shared_ptr<Content const> const kContent = std::make_shared<MemoryContent>(Bytes{'A'});

TEST(Schema, RefusesWhatIsWrong) {
    EXPECT_NE(verdict("<r:RegistryResponse xmlns:r='urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0'/>"),
              "");
}

TEST(Schema, TakesEveryRequestThatWeWrite) {
    EXPECT_EQ(verdict(write_submit_objects_request(test::sample_submission())), "");
    EXPECT_EQ(verdict(joined(write_provide_and_register(test::sample_submission(),
                                                        {{"Document01", kContent, "text/xml"}}))),
              "");
    EXPECT_EQ(verdict(write_retrieve_request({{"urn:oid:1.2", "1.2", "1.3"}})), "");
    domain::RawQuery query{std::string(to_urn(domain::QueryKind::kGetAll)),
                           "LeafClass",
                           "urn:oid:1.2",
                           {{"$patientId", {{"'p'"}}}}};
    EXPECT_EQ(verdict(write_adhoc_query_request(query)), "");
}

TEST(Schema, TakesEveryAnswerThatWeWrite) {
    EXPECT_EQ(verdict(write_registry_response(ResponseStatus::kSuccess, {})), "");
    EXPECT_EQ(verdict(write_registry_response(ResponseStatus::kFailure, kRows)), "");
    std::string query = query_response_prefix(ResponseStatus::kPartialSuccess, kRows);
    auto entry = test::sample_entry();
    entry.id = "urn:uuid:10000000-0000-4000-8000-000000000001";
    expand_fragment(
        query, render_fragment(entry),
        {"urn:oasis:names:tc:ebxml-regrep:StatusType:Approved", "p", "", "urn:oid:1.2"});
    append_object_ref(query, entry.id, "urn:oid:1.2");
    query += query_response_suffix();
    EXPECT_EQ(verdict(query), "");
    EXPECT_EQ(verdict(query_response_prefix(ResponseStatus::kFailure, kRows) +
                      std::string(query_response_suffix())),
              "");
    domain::RetrieveResponse retrieved;
    retrieved.documents = {{{"urn:oid:1.2", "1.2", "1.3"}, "text/xml", kContent}};
    EXPECT_EQ(verdict(joined(write_retrieve_response(retrieved, kRows))), "");
    EXPECT_EQ(verdict(joined(write_retrieve_response({}, kRows))), "");
    EXPECT_EQ(verdict(joined(write_retrieve_response(retrieved, kRows, {{"1.4", "1.5"}}))), "");
}

}  // namespace
}  // namespace musubi::ebxml
