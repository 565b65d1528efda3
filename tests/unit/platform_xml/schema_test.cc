// Our schemas and the checking machine. Verdicts of tests/data/xml were compared with the published
// schemas: valid-* and invalid-* agree with them, lenient-* are accepted on purpose
// (schemas/README.md).
#include "platform/xml/parse.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

namespace musubi::xml {
namespace {

SchemaSet const& schemas() {
    static SchemaSet const set = [] {
        std::map<std::string, std::string> texts;
        for (auto const& entry :
             std::filesystem::directory_iterator(test::source_dir() / "schemas")) {
            if (entry.path().extension() == ".xsd") {
                texts[entry.path().filename().string()] = test::read_file(entry.path());
            }
        }
        std::vector<SchemaFile> files;
        for (auto const& [name, text] : texts) files.push_back({name, text});
        Result<SchemaSet> loaded = SchemaSet::load(files);
        if (!loaded) throw std::runtime_error(loaded.error().detail);
        return *loaded;
    }();
    return set;
}

Result<Document> check(std::string_view text, OnSchemaError mode = OnSchemaError::kRefuse) {
    ParseOptions options;
    options.schemas = &schemas();
    options.on_schema_error = mode;
    return parse(as_bytes(text), options);
}

std::string slot(std::string const& content) {
    return "<rim:Slot xmlns:rim='urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0' "
           "name='n'><rim:ValueList>" +
           content + "</rim:ValueList></rim:Slot>";
}
std::string repeat(std::string const& piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
}

TEST(XmlSchema, FixturesGetTheVerdictTheirNameSays) {
    int seen = 0;
    for (auto const& entry :
         std::filesystem::directory_iterator(test::source_dir() / "tests/data/xml")) {
        std::string const name = entry.path().filename().string();
        Result<Document> const result = check(test::read_file(entry.path()));
        EXPECT_EQ(result.ok(), !name.starts_with("invalid-"))
            << name << ": " << (result.ok() ? "" : result.error().detail);
        EXPECT_TRUE(result.ok() || !result.error().issues.empty()) << name;
        ++seen;
    }
    EXPECT_GE(seen, 29);
}

TEST(XmlSchema, FindingsNameLinePathAndRuleButNoValue) {
    Result<Document> const result =
        check(slot("\n<rim:Value bogus='1'>" + repeat("Yamada", 50) + "</rim:Value>"));
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, Code::kInvalidMessage);
    ASSERT_EQ(result.error().issues.size(), 2U);
    EXPECT_EQ(result.error().issues[0].context,
              "line 2, Slot/ValueList/Value: attribute bogus is not allowed");
    EXPECT_EQ(result.error().issues[1].context,
              "line 2, Slot/ValueList/Value: value longer than 256 characters");
}

TEST(XmlSchema, AllFindingsUpToTheLimitAreCollected) {
    Result<Document> const three = check(slot(repeat("<rim:Value x='1'/>", 3)));
    ASSERT_FALSE(three.ok());
    EXPECT_EQ(three.error().issues.size(), 3U);
    Result<Document> const many = check(slot(repeat("<rim:Value x='1'/>", 50)));
    ASSERT_FALSE(many.ok());
    EXPECT_EQ(many.error().issues.size(), 20U);
}

TEST(XmlSchema, LengthCountsCharactersNotUtf16Units) {
    std::string const supplementary = "\xf0\xa0\xae\xb7";
    EXPECT_TRUE(check(slot("<rim:Value>" + repeat(supplementary, 256) + "</rim:Value>")).ok());
    EXPECT_FALSE(check(slot("<rim:Value>" + repeat(supplementary, 257) + "</rim:Value>")).ok());
}

TEST(XmlSchema, UnknownRootIsRefused) {
    EXPECT_FALSE(check("<foo xmlns='urn:foo'/>").ok());
    EXPECT_FALSE(check("<foo/>").ok());
}

TEST(XmlSchema, DocumentCanBeKeptWithItsFindings) {
    Result<Document> const result =
        check(slot("<rim:Value x='1'>v</rim:Value>"), OnSchemaError::kKeepDocument);
    ASSERT_TRUE(result.ok());
    ASSERT_EQ(result->schema_findings().size(), 1U);
    EXPECT_EQ(result->schema_findings()[0].path, "Slot/ValueList/Value");
    EXPECT_EQ(result->root().first_child().first_child().text(), "v");
}

// A SAML assertion in the header types its attribute values; that must not leak to the body.
TEST(XmlSchema, TypesInsideUnknownHeadersDoNotDisturbWhatFollows) {
    std::string const start =
        "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' "
        "xmlns:xs='http://www.w3.org/2001/XMLSchema' "
        "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:x='urn:x'><S:Header>"
        "<x:a><x:w xsi:type='x:CE' code='1'/><x:v "
        "xsi:type='xs:string'>text</x:v></x:a></S:Header><S:Body>";
    std::string const end = "</S:Body></S:Envelope>";
    std::string const retrieve =
        "<RetrieveDocumentSetRequest xmlns='urn:ihe:iti:xds-b:2007'><DocumentRequest>"
        "<RepositoryUniqueId>1</RepositoryUniqueId>";
    std::string const rest = "</DocumentRequest></RetrieveDocumentSetRequest>";
    Result<Document> const good =
        check(start + retrieve + "<DocumentUniqueId>2</DocumentUniqueId>" + rest + end);
    EXPECT_TRUE(good.ok()) << good.error().detail;
    Result<Document> const bad = check(start + retrieve + rest + end);
    ASSERT_FALSE(bad.ok());
    EXPECT_EQ(bad.error().issues.size(), 1U);
}

TEST(XmlSchema, StrangersCannotFillTheSharedNamePoolForEver) {
    // More foreign namespaces than a compiled form may collect: it is replaced in between,
    // unnoticed.
    for (int i = 0; i < 30; ++i) {
        std::string text = "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope'";
        for (int k = 0; k < 200; ++k) {
            text += " xmlns:p" + std::to_string(k) + "='urn:" + std::to_string(i) + ":" +
                    std::to_string(k) + "'";
        }
        ASSERT_TRUE(check(text + "><S:Body/></S:Envelope>").ok()) << i;
    }
}

TEST(XmlSchema, BrokenSchemasAreReportedWithFile) {
    SchemaFile const not_xml{"a.xsd", "<a"};
    Result<SchemaSet> const first = SchemaSet::load({&not_xml, 1});
    ASSERT_FALSE(first.ok());
    EXPECT_NE(first.error().detail.find("a.xsd"), std::string::npos);
    SchemaFile const dangling{"b.xsd",
                              "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' "
                              "targetNamespace='urn:b' xmlns:c='urn:c'>"
                              "<xs:import namespace='urn:c' schemaLocation='/etc/passwd'/>"
                              "<xs:element name='e' type='c:T'/></xs:schema>"};
    Result<SchemaSet> const second = SchemaSet::load({&dangling, 1});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, Code::kInvalidContent);
}

TEST(XmlSchema, PublishedSampleMessagesAreAccepted) {
    auto const shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared samples beside the checkout";
    int seen = 0;
    for (char const* folder :
         {"iti-18", "iti-18/invalid", "iti-38", "iti-39", "iti-41", "iti-42", "iti-42/invalid",
          "iti-43", "iti-51", "iti-57", "iti-61", "iti-62", "soap-envelopes"}) {
        for (auto const& entry :
             std::filesystem::directory_iterator(*shared / "samples" / folder)) {
            if (entry.path().extension() != ".xml") continue;
            bool const empty_request = entry.path().filename() == "connect-XDSMissingDocument.xml";
            Result<Document> const result = check(test::read_file(entry.path()));
            EXPECT_EQ(result.ok(), !empty_request)
                << entry.path().filename() << ": " << (result.ok() ? "" : result.error().detail);
            ++seen;
        }
    }
    EXPECT_GE(seen, 50);
}

// The library completes some of its tables when a value is first checked, for all threads at once.
TEST(XmlSchema, ThreadsThatBeginTogetherAllFindALanguageValid) {
    std::string const text =
        "<rim:LocalizedString xmlns:rim='urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0' "
        "xml:lang='ja-JP' value='v'/>";
    schemas();
    std::atomic<int> ready{0}, valid{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            ++ready;
            while (ready < 8) std::this_thread::yield();
            if (check(text).ok()) ++valid;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(valid, 8);
}

}  // namespace
}  // namespace musubi::xml
