#include "node/affinity_domain_files.h"

#include "support/source_tree.h"

#include <gtest/gtest.h>

#include <fstream>

#include <unistd.h>

namespace musubi::node {
namespace {

class CodesFile : public ::testing::Test {
protected:
    ~CodesFile() override { std::filesystem::remove(file_); }
    std::string write(std::string const& text) {
        std::ofstream(file_) << text;
        return file_.string();
    }
    std::filesystem::path file_ = std::filesystem::temp_directory_path() /
                                  ("musubi-codes-" + std::to_string(::getpid()) + ".xml");
};

TEST_F(CodesFile, AddsItsCodesToThoseOfThePacks) {
    std::string const xml = write(
        "<Codes><CodeType name=\"classCode\" "
        "classScheme=\"urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a\">"
        "<Code code=\"LETTER\" display=\"Letter\" codingScheme=\"2.999.4\"/></CodeType>"
        "<CodeType name=\"mimeType\"><Code code=\"text/goofy\" ext=\"goofy\"/></CodeType></Codes>");
    auto const pack = test::source_dir() / "profiles/ihe-base/codes.yaml";
    auto const domain = load_affinity_domain({pack.string(), xml});
    ASSERT_TRUE(domain.ok()) << domain.error().detail;
    EXPECT_TRUE(domain->knows(domain::CodeSet::kClassCode, {"LETTER", "2.999.4", ""}));
    EXPECT_FALSE(domain->knows(domain::CodeSet::kClassCode, {"LETTER", "2.999.5", ""}));
    EXPECT_TRUE(domain->knows_mime_type("text/goofy"));
    EXPECT_TRUE(
        domain->knows(domain::CodeSet::kConfidentialityCode, {"N", "2.16.840.1.113883.5.25", ""}));
}

TEST_F(CodesFile, ThatIsBrokenIsRefusedByName) {
    std::string const xml = write("<Codes><CodeType");
    auto const domain = load_affinity_domain({xml});
    ASSERT_FALSE(domain.ok());
    EXPECT_NE(domain.error().detail.find(xml), std::string::npos);
    EXPECT_FALSE(load_affinity_domain({"/nowhere/codes.xml"}).ok());
}

// The code set of the connectathons in its own form and our pack of the same facts agree.
TEST_F(CodesFile, OfTheConnectathonSharedSampleIsReadWhole) {
    auto const shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "the shared samples are not beside the checkout";
    auto const file = *shared / "samples/codes/connectathon-codes-2024.xml";
    auto const from_xml = load_affinity_domain({file.string()});
    ASSERT_TRUE(from_xml.ok()) << from_xml.error().detail;
    auto const pack =
        load_affinity_domain({(test::source_dir() / "profiles/connectathon/codes.yaml").string()});
    ASSERT_TRUE(pack.ok());
    domain::CodedValue const code{"urn:ihe:pcc:xds-ms:2007", "1.3.6.1.4.1.19376.1.2.3", ""};
    EXPECT_TRUE(from_xml->knows(domain::CodeSet::kFormatCode, code));
    EXPECT_TRUE(pack->knows(domain::CodeSet::kFormatCode, code));
}

}  // namespace
}  // namespace musubi::node
