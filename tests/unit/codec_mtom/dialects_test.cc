// What real stacks send (outer header and body), each read whole, octet by octet and in random
// slices.
#include "codec/mtom/cid.h"
#include "codec/mtom/content_type.h"

#include "recorder.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

namespace musubi::mtom {
namespace {

struct Package {
    PackageType type;
    std::vector<test::Part> parts;
    std::vector<std::string> ids() const {
        std::vector<std::string> list;
        for (auto const& part : parts) list.push_back(part.headers.content_id);
        return list;
    }
};

Package open(std::string_view content_type, std::string_view body) {
    auto const header = ContentType::parse(content_type);
    EXPECT_TRUE(header);
    auto const type = header ? package_type(*header) : Result<PackageType>(header.error());
    EXPECT_TRUE(type);
    if (!type) return {};
    test::Outcome const whole = test::run_whole(body, type->boundary);
    EXPECT_TRUE(whole.ok);
    EXPECT_EQ(whole.picture, test::run_bytewise(body, type->boundary).picture);
    for (unsigned seed = 1; seed <= 20; ++seed) {
        EXPECT_EQ(whole.picture, test::run_random(body, type->boundary, seed).picture);
    }
    EXPECT_TRUE(type->is_xop());
    return {*type, whole.parts};
}

/// Delimiters, headers and two parts, in CRLF.
std::string body(std::string const& boundary, std::string_view root_headers,
                 std::string_view part_headers) {
    return "--" + boundary + "\r\n" + std::string(root_headers) + "\r\n<env/>\r\n--" + boundary +
           "\r\n" + std::string(part_headers) + "\r\n%PDF\r\n--" + boundary + "--\r\n";
}

void expect_reference(Package const& package, std::string_view href) {
    ASSERT_EQ(package.parts.size(), 2U);
    EXPECT_EQ(package.parts[0].data, "<env/>");
    EXPECT_EQ(package.parts[1].data, "%PDF");
    auto const ids = package.ids();
    auto const root = std::find(ids.begin(), ids.end(), package.type.start);
    EXPECT_EQ(root - ids.begin(), 0) << "start does not name the root part";
    auto const found = match_cid(href, ids);
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, 1U);
}

TEST(MtomDialects, ApacheCxf) {
    std::string const boundary = "uuid:6f1a5c1e-0a5b-4d4e-8a3b-0c6f2b7d9e10";
    std::string const outer =
        "multipart/related; type=\"application/xop+xml\"; boundary=\"" + boundary +
        "\"; start=\"<root.message@cxf.apache.org>\"; start-info=\"application/soap+xml\"; "
        "action=\"urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b\"";
    std::string const root =
        "Content-Type: application/xop+xml; charset=UTF-8; type=\"application/soap+xml\"; "
        "action=\"urn:x\"\r\n"
        "Content-Transfer-Encoding: binary\r\nContent-ID: <root.message@cxf.apache.org>\r\n";
    Package const plain =
        open(outer, "\r\n" + body(boundary, root, "Content-ID: <1a2b-1@cxf.apache.org>\r\n"));
    expect_reference(plain, "cid:1a2b-1@cxf.apache.org");
    EXPECT_EQ(plain.type.action, "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b");
    EXPECT_EQ(plain.type.start_info, "application/soap+xml");
    // 3.5.3 percent-encodes the header as well.
    Package const encoded =
        open(outer, "\r\n" + body(boundary, root, "Content-ID: <1a2b@urn%3Aihe%3Aiti>\r\n"));
    expect_reference(encoded, "cid:1a2b@urn%3Aihe%3Aiti");
    expect_reference(encoded, "cid:1a2b@urn:ihe:iti");
    expect_reference(encoded, "cid:1a2b%40urn%3Aihe%3Aiti");
}

TEST(MtomDialects, MicrosoftWcf) {
    std::string const boundary = "uuid:c73c9ce8-6e02-40ce-9f68-064e18843428+id=5";
    Package const package = open(
        "multipart/related; "
        "type=\"application/xop+xml\";start=\"<http://tempuri.org/0>\";boundary=\"" +
            boundary + "\";start-info=\"application/soap+xml\"",
        body(boundary,
             "Content-ID: <http://tempuri.org/0>\r\nContent-Transfer-Encoding: 8bit\r\n"
             "Content-Type: application/xop+xml;charset=utf-8;type=\"application/soap+xml\"\r\n",
             "Content-ID: <http://tempuri.org/1/635>\r\nContent-Transfer-Encoding: "
             "binary\r\nContent-Type: application/octet-stream\r\n"));
    expect_reference(package, "cid:http%3A%2F%2Ftempuri.org%2F1%2F635");
}

TEST(MtomDialects, Axis2) {
    std::string const boundary = "MIMEBoundaryurn_uuid_8D3C3AFA28B895245C1247499530740";
    Package const package =
        open("multipart/related; boundary=" + boundary +
                 "; type=\"application/xop+xml\"; start=\"<0.urn:uuid:8D3C@apache.org>\"; "
                 "start-info=\"application/soap+xml\"",
             body(boundary,
                  "Content-Type: application/xop+xml\r\nContent-Transfer-Encoding: "
                  "binary\r\nContent-ID: <0.urn:uuid:8D3C@apache.org>\r\n",
                  "Content-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\nContent-ID: "
                  "<1.urn:uuid:8D3D@apache.org>\r\n"));
    expect_reference(package, "cid:1.urn:uuid:8D3D@apache.org");
    expect_reference(package, "cid:1.urn%3Auuid%3A8D3D%40apache.org");
}

TEST(MtomDialects, InterSystemsIris) {
    std::string const boundary = "--boundary1350,1834.3529411764--";
    Package const package =
        open("multipart/related; type=\"application/xop+xml\"; boundary=" + boundary +
                 "; start=\"<0.B3F1>\"; start-info=\"application/soap+xml\"",
             body(boundary,
                  "Content-Type: application/xop+xml\r\nContent-Transfer-Encoding: "
                  "8bit\r\nContent-Id: <0.B3F1>\r\n",
                  "Content-Id: <1.B3F1>\r\nContent-Transfer-Encoding: binary\r\n"));
    expect_reference(package, "cid:1.B3F1");
}

TEST(MtomDialects, GSoap) {
    std::string const boundary = "==yGt7cLwVz0QsS3==";
    for (std::string const& written : {boundary, "\"" + boundary + "\""}) {
        Package const package =
            open("Multipart/Related; Boundary=" + written +
                     "; TYPE=\"Application/XOP+xml\"; start=\"<SOAP-ENV:Envelope>\"; "
                     "start-info=\"application/soap+xml; charset=utf-8\"",
                 body(boundary,
                      "Content-Type: application/xop+xml\r\nContent-ID: <SOAP-ENV:Envelope>\r\n",
                      "Content-ID: <id1>\r\n"));
        expect_reference(package, "cid:id1");
    }
}

TEST(MtomDialects, SpringWs) {
    Package const package = open(
        "multipart/related; boundary=\"----=_Part_0_1330103.1\"; type=\"application/xop+xml\"; "
        "start=\"<r@x>\"",
        body("----=_Part_0_1330103.1", "Content-ID: <r@x>\r\n", "Content-ID: <doc@x>\r\n"));
    expect_reference(package, "cid:doc%40x");
}

TEST(MtomDialects, Metro) {
    std::string const outer =
        "multipart/related;start=\"<rootpart*a@example.jaxws.sun.com>\";type=\"application/"
        "xop+xml\";"
        "boundary=\"uuid:a\";start-info=\"application/soap+xml\"";
    std::string const parts = body("uuid:a", "Content-Id: <rootpart*a@example.jaxws.sun.com>\r\n",
                                   "Content-Id: <b@example.jaxws.sun.com>\r\n");
    expect_reference(open(outer, parts), "cid:b@example.jaxws.sun.com");
    EXPECT_EQ(open(outer, parts).type.action, "");
    EXPECT_EQ(open(outer + ";action=\"urn:1\";action=\"urn:2\"", parts).type.action, "urn:1");
}

TEST(MtomDialects, PackageWithoutAttachmentOrStart) {
    Package const package =
        open("multipart/related; boundary=x; type=application/xop+xml",
             "--x\r\nContent-Type: application/xop+xml\r\n\r\n<env>aGVs\r\nbG8=</env>\r\n--x--");
    ASSERT_EQ(package.parts.size(), 1U);
    EXPECT_EQ(package.type.start, "");
    EXPECT_EQ(package.parts[0].headers.transfer_encoding, "");
    EXPECT_EQ(package.parts[0].data, "<env>aGVs\r\nbG8=</env>");
}

TEST(MtomDialects, ARealRequestAsItWasCaptured) {
    auto const shared = musubi::test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared samples beside the checkout";
    std::string const raw =
        musubi::test::read_file(*shared / "samples" / "iti-41" / "nist-raw-http-mtom-request.txt");
    std::string_view const marker = "Content-Type: ";
    std::size_t const start = raw.find(marker) + marker.size();
    std::size_t const head_end = raw.find("\n\n");
    ASSERT_NE(head_end, std::string::npos);
    Package const package = open(raw.substr(start, raw.find('\n', start) - start),
                                 std::string_view(raw).substr(head_end + 2));
    ASSERT_EQ(package.parts.size(), 2U);
    EXPECT_EQ(package.type.action, "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b");
    EXPECT_EQ(package.ids()[0], package.type.start);
    EXPECT_TRUE(package.parts[0].data.starts_with("<?xml"));
    EXPECT_TRUE(package.parts[0].data.ends_with("</soapenv:Envelope>"));
    std::size_t const href = package.parts[0].data.find("cid:");
    ASSERT_NE(href, std::string::npos);
    std::string const reference =
        package.parts[0].data.substr(href, package.parts[0].data.find('"', href) - href);
    EXPECT_EQ(*match_cid(reference, package.ids()), 1U);
    EXPECT_EQ(package.parts[1].headers.content_type, "text/xml");
    EXPECT_TRUE(package.parts[1].data.ends_with("</ClinicalDocument>"));
}

}  // namespace
}  // namespace musubi::mtom
