#include "imaging/sources.h"

#include "unit/platform_vault/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace musubi::imaging {
namespace {

class Sources : public ::testing::Test {
protected:
    Result<std::shared_ptr<SourceDirectory const>> load(std::string const& text) {
        std::string const file = folder_ / "sources.yaml";
        std::ofstream(file) << text;
        return load_sources(file);
    }
    std::string problems(std::string const& text) {
        auto const done = load(text);
        EXPECT_FALSE(done.ok()) << text;
        return done ? "" : done.error().detail;
    }
    vault::TempFolder folder_;
};

TEST_F(Sources, AreReadWithTheirCredentials) {
    std::ofstream(folder_ / "secret") << "testpass\n";
    auto const directory = load(
        "sources:\n  - {id: 2.999.30, member: hospital, dicomweb: "
        "\"https://pacs:8443/dicom-web/\", "
        "user: musubi, password_file: secret, ca: pacs-ca.pem, connections: 2, timeout: 7}\n"
        "  - {id: 2.999.31, member: clinic, dicomweb: \"http://127.0.0.1:8042/dicom-web\"}\n");
    ASSERT_TRUE(directory.ok()) << directory.error().detail;
    auto const source = (*directory)->find("2.999.30");
    ASSERT_TRUE(source);
    EXPECT_EQ(source->member, "hospital");
    EXPECT_EQ(source->base_url, "https://pacs:8443/dicom-web");
    EXPECT_EQ(source->authorization, "Basic bXVzdWJpOnRlc3RwYXNz");
    EXPECT_EQ(source->ca_file, folder_ / "pacs-ca.pem");
    EXPECT_EQ(source->connections, 2);
    EXPECT_EQ(source->timeout.count(), 7);
    EXPECT_TRUE((*directory)->find("2.999.31"));
    EXPECT_FALSE((*directory)->find("2.999.32"));
}

TEST_F(Sources, AnArchiveMaySpeakDimse) {
    auto const directory = load(
        "sources:\n  - id: 2.999.30\n    member: hospital\n    dimse: {host: "
        "pacs.hospital.example, port: "
        "11112, ae_title: HOSPPACS, our_ae_title: MUSUBI, method: get}\n    ca: pacs-ca.pem\n"
        "  - {id: 2.999.31, member: clinic, dimse: {host: 127.0.0.1, ae_title: CLINIC, "
        "our_ae_title: "
        "MUSUBI 1, method: get, tls: false}}\n");
    ASSERT_TRUE(directory.ok()) << directory.error().detail;
    auto const source = (*directory)->find("2.999.30");
    ASSERT_TRUE(source && source->dimse);
    EXPECT_EQ(source->dimse->name, "2.999.30");
    EXPECT_EQ(source->dimse->host, "pacs.hospital.example");
    EXPECT_EQ(source->dimse->port, 11112);
    EXPECT_EQ(source->dimse->ae_title, "HOSPPACS");
    EXPECT_EQ(source->dimse->our_ae_title, "MUSUBI");
    EXPECT_TRUE(source->dimse->tls) << "unless it is said otherwise";
    EXPECT_EQ(source->dimse->ca_file, folder_ / "pacs-ca.pem");
    auto const local = (*directory)->find("2.999.31");
    EXPECT_FALSE(local->dimse->tls);
    EXPECT_EQ(local->dimse->port, 104);
}

TEST_F(Sources, MistakesAboutDimseAreNamed) {
    auto const with = [&](std::string const& more) {
        return problems("sources:\n  - {id: 2.999.30, member: a, " + more + "}\n");
    };
    std::string const rest = ", ae_title: A, our_ae_title: B, method: get";
    EXPECT_NE(with("dicomweb: \"https://p\", dimse: {host: p" + rest + "}").find("not both"),
              std::string::npos);
    EXPECT_NE(with("dimse: {host: p, tls: false" + rest + "}").find("only to this machine"),
              std::string::npos);
    EXPECT_NE(with("dimse: {host: \"p:104\"" + rest + "}").find("'host' is no name"),
              std::string::npos);
    EXPECT_NE(with("dimse: {host: p, port: 70000" + rest + "}").find("'port' must be"),
              std::string::npos);
    EXPECT_NE(with("dimse: {host: p, colour: red" + rest + "}").find("unknown key"),
              std::string::npos);
    EXPECT_NE(with("dimse: p").find("expected keys"), std::string::npos);
    EXPECT_NE(with("dimse: {host: p, ae_title: A234567890123456X, our_ae_title: B, method: echo}")
                  .find("is no AE title"),
              std::string::npos);
    EXPECT_NE(with("dimse: {host: p, ae_title: A, our_ae_title: B, method: echo}").find("'method'"),
              std::string::npos);
}

TEST_F(Sources, NoFileIsAnEmptyDirectory) {
    auto const directory = load_sources("");
    ASSERT_TRUE(directory.ok());
    EXPECT_TRUE((*directory)->sources.empty());
    EXPECT_FALSE(load_sources(folder_ / "absent.yaml").ok());
    EXPECT_FALSE(load_sources(folder_ / "").ok()) << "a folder";
}

TEST_F(Sources, EveryMistakeIsNamedWithItsLine) {
    std::string const found = problems(
        "sources:\n  - {id: kita, member: a, dicomweb: \"https://pacs\"}\n"
        "  - {id: 2.999.30, dicomweb: \"http://pacs/dicom-web\", colour: red}\n"
        "  - {id: 2.999.30, member: a, dicomweb: \"https://pacs\", user: me, timeout: 0}\n"
        "  - {id: 2.999.31, member: a, dicomweb: \"http://127.0.0.1@evil/\", certificate: "
        "c.pem}\n");
    for (char const* part :
         {":2: source: 'id' is no OID", ":3: source: 'member' is missing", "unknown key 'colour'",
          "'dicomweb' must be https", "'2.999.30' stands twice", "'password_file'",
          "'timeout' must be", "'certificate' and 'key'"})
        EXPECT_NE(found.find(part), std::string::npos) << part << " in " << found;
    EXPECT_NE(problems("sources: {}\n"), "");
    EXPECT_NE(problems("- {\n"), "");
}

}  // namespace
}  // namespace musubi::imaging
