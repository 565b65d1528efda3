#include "codec/mtom/content_type.h"
#include "codec/mtom/cid.h"
#include "codec/mtom/package.h"

#include "recorder.h"

#include <gtest/gtest.h>

namespace musubi::mtom {
namespace {

std::string boundary_of(std::string_view header) {
    auto const type = ContentType::parse(header);
    if (!type) return "unparsable";
    auto const package = package_type(*type);
    return package ? package->boundary : "refused";
}

TEST(ContentType, ReadsParametersInAnyOrderCaseAndQuoting) {
    auto const type = ContentType::parse(
        " Application/SOAP+xml ; CharSet = utf-8;;action=\"urn:a;b\\\"c\" ; empty= ;");
    ASSERT_TRUE(type);
    EXPECT_EQ(type->type(), "application/soap+xml");
    EXPECT_EQ(type->parameter("charset"), "utf-8");
    EXPECT_EQ(type->parameter("action"), "urn:a;b\"c");
    EXPECT_EQ(type->parameter("empty"), "");
    EXPECT_FALSE(type->parameter("boundary"));
    EXPECT_EQ(ContentType::parse("a/b;\r\n\tc=d")->parameter("c"), "d");
}

TEST(ContentType, RefusesWhatIsNone) {
    for (std::string const bad :
         {"", "text", "/xml", "text/", "a/b; c", "a/b; c=\"d", "a/b; c=\"d\"e", "a/b; c=\"d\" e=f",
          "multipart/related; boundary=a; boundary=b", "a\x01/b"}) {
        EXPECT_FALSE(ContentType::parse(bad)) << bad;
    }
    EXPECT_FALSE(ContentType::parse("a/b; c=" + std::string(kMaxContentType, 'x')));
}

TEST(ContentType, HoldsTheBoundaryToItsRules) {
    EXPECT_EQ(boundary_of("multipart/related; boundary=" + std::string(70, 'b')),
              std::string(70, 'b'));
    EXPECT_EQ(boundary_of("multipart/related; boundary=" + std::string(71, 'b')), "refused");
    EXPECT_EQ(boundary_of("multipart/related; type=\"x/y\""), "refused");
    EXPECT_EQ(boundary_of("multipart/related; boundary=\"\""), "refused");
    EXPECT_EQ(boundary_of("multipart/related; boundary=\"a \""), "refused");
    EXPECT_EQ(boundary_of("multipart/related; boundary=\"a\tb\""), "refused");
    EXPECT_EQ(boundary_of("multipart/mixed; boundary=a"), "refused");
    EXPECT_EQ(boundary_of("MULTIPART/RELATED; BOUNDARY=\"a b:c+d=e\""), "a b:c+d=e");
    EXPECT_EQ(boundary_of("multipart/related; boundary=a; Boundary=a"), "a");
}

TEST(MatchCid, TriesFourSpellingsInOrder) {
    std::vector<std::string> const ids = {"root", "a%40b", "a@b", "", "x%3Ay@z"};
    EXPECT_EQ(*match_cid("cid:a%40b", ids), 1U) << "as written";
    EXPECT_EQ(*match_cid("cid:a@b", ids), 2U) << "as written";
    EXPECT_EQ(*match_cid("CID:%61@b", ids), 2U) << "href decoded";
    EXPECT_EQ(*match_cid("cid:x:y@z", ids), 4U) << "Content-ID decoded";
    EXPECT_EQ(*match_cid("cid:x:%79%40z", ids), 4U) << "both decoded";
    std::vector<std::string> const cut = {"a%4", "b%zz"};
    EXPECT_EQ(*match_cid("cid:a%4", cut), 0U);
    EXPECT_EQ(*match_cid("cid:b%zz", cut), 1U);
}

TEST(MatchCid, RefusesOtherSchemesAndDanglingReferences) {
    std::vector<std::string> const ids = {"root", "", "http://10.0.0.1/x"};
    for (std::string_view const href : {"http://10.0.0.1/x", "file:///etc/passwd", "root", "",
                                        "cid", "cid:", "cid:other", "ftp:root"}) {
        auto const found = match_cid(href, ids);
        ASSERT_FALSE(found) << href;
        EXPECT_EQ(found.error().code, Code::kInvalidMessage);
    }
}

std::string flat(Package const& package) {
    std::string all;
    for (auto const& segment : package.segments) {
        all += segment.text;
        if (!segment.content) continue;
        EXPECT_TRUE(segment.content->read([&all](ByteView piece) {
            all += as_text(piece);
            return Status();
        }));
    }
    return all;
}

TEST(WritePackage, IsReadBackByTheReader) {
    std::string const boundary = make_boundary(system_ids());
    EXPECT_EQ(boundary.size(), 13U + 32U);
    EXPECT_NE(boundary, make_boundary(system_ids()));
    Bytes const document = {0, 1, 13, 10, 45, 45, 255};
    std::vector<Attachment> parts;
    parts.push_back(
        {attachment_id(boundary, 1), "application/pdf", std::make_shared<MemoryContent>(document)});
    parts.push_back({attachment_id(boundary, 2), "text/plain\r\nX-Evil: 1",
                     std::make_shared<MemoryContent>(Bytes{})});
    // No reader is told of parts in a part.
    parts.push_back({attachment_id(boundary, 3), "Multipart/Related; boundary=C",
                     std::make_shared<MemoryContent>(Bytes{})});
    parts.push_back(
        {attachment_id(boundary, 4), "message/rfc822", std::make_shared<MemoryContent>(Bytes{})});
    Package const package = write_package("<env/>", std::move(parts), boundary,
                                          "urn:ihe:iti:2007:RetrieveDocumentSetResponse");

    auto const type = package_type(*ContentType::parse(package.content_type));
    ASSERT_TRUE(type);
    EXPECT_EQ(type->boundary, boundary);
    EXPECT_TRUE(type->is_xop());
    EXPECT_EQ(type->start_info, "application/soap+xml");
    EXPECT_EQ(type->action, "urn:ihe:iti:2007:RetrieveDocumentSetResponse");

    std::string const body = flat(package);
    EXPECT_EQ(package.size, body.size());
    Limits limits;
    limits.line_ends = LineEnds::kCrlf;
    test::Outcome const got = test::run_bytewise(body, boundary, limits);
    ASSERT_TRUE(got.ok);
    ASSERT_EQ(got.parts.size(), 5U);
    EXPECT_EQ(got.parts[0].headers.content_id, type->start);
    EXPECT_EQ(got.parts[0].headers.content_type,
              "application/xop+xml; charset=UTF-8; type=\"application/soap+xml\"");
    EXPECT_EQ(got.parts[0].data, "<env/>");
    EXPECT_EQ(got.parts[1].headers.content_type, "application/pdf");
    EXPECT_EQ(got.parts[1].data, as_text(document));
    EXPECT_EQ(got.parts[2].headers.content_type, "application/octet-stream");
    EXPECT_EQ(got.parts[2].headers.content_id, attachment_id(boundary, 2));
    EXPECT_EQ(got.parts[3].headers.content_type, "application/octet-stream");
    EXPECT_EQ(got.parts[4].headers.content_type, "application/octet-stream");
    EXPECT_EQ(got.parts[2].headers.content_id.find_first_of("%:+=/<>\" "), std::string::npos);
}

TEST(WritePackage, IsAPackageWithoutAttachments) {
    Package const package = write_package("<env/>", {}, "MIMEBoundary_x", "");
    EXPECT_EQ(package.content_type.find("action"), std::string::npos);
    EXPECT_EQ(test::run_whole(flat(package), "MIMEBoundary_x").parts.size(), 1U);
}

}  // namespace
}  // namespace musubi::mtom
