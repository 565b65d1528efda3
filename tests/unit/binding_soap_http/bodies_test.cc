#include "unit/binding_soap_http/bodies.h"
#include "binding/soap_http/packaging.h"
#include "binding/soap_http/request_body.h"

#include <gtest/gtest.h>

namespace musubi::binding {
namespace {

using test::MemorySpool;
using test::TextBody;

constexpr char const* kSoap = "application/soap+xml; charset=UTF-8";
constexpr char const* kXop =
    "multipart/related; boundary=B; type=\"application/xop+xml\"; start=\"<root@x>\"";
constexpr char const* kXopNoStart = "multipart/related; boundary=B; type=\"application/xop+xml\"";

std::string part(std::string const& id, std::string const& body) {
    return "--B\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: "
           "binary\r\nContent-ID: <" +
           id + ">\r\n\r\n" + body + "\r\n";
}

struct Read {
    MemorySpool spool;
    Result<RequestBody> operator()(std::string const& type, std::string const& body,
                                   BodyLimits const& limits = {}) {
        TextBody stream(body, 7);
        return read_request_body(test::post(type), stream, spool, "2.999.1", limits);
    }
};

Code code_of(Result<RequestBody> const& result) {
    EXPECT_FALSE(result.ok());
    return result ? Code::kInternal : result.error().code;
}

TEST(RequestBody, ASimpleEnvelopeIsTheBody) {
    auto const body = Read()(kSoap, "<e/>");
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(as_text(body->envelope), "<e/>");
    EXPECT_FALSE(body->mtom);
    // A SOAP 1.1 sender is read as well, so that it hears of the version.
    EXPECT_TRUE(Read()("text/xml; charset=utf-8", "<e/>").ok());
}

TEST(RequestBody, TheRootNeedNotBeTheFirstPart) {
    Read read;
    auto const body = read(
        kXop, part("doc1@x", "one") + part("root@x", "<e/>") + part("doc2@x", "two") + "--B--\r\n");
    ASSERT_TRUE(body.ok()) << body.error().detail;
    EXPECT_TRUE(body->mtom);
    EXPECT_EQ(as_text(body->envelope), "<e/>");
    ASSERT_EQ(body->attachments.size(), 2U);
    EXPECT_EQ(body->attachments[0].content_id, "doc1@x");
    EXPECT_EQ(body->attachments[0].content->size(), 3U);
    EXPECT_EQ(body->attachments[1].content_id, "doc2@x");
    EXPECT_EQ(read.spool.owners, (std::vector<std::string>{"2.999.1", "2.999.1"}));
}

TEST(RequestBody, WithoutStartTheFirstPartIsTheRoot) {
    auto const body =
        Read()(kXopNoStart, part("any@x", "<e/>") + part("doc@x", "one") + "--B--\r\n");
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(as_text(body->envelope), "<e/>");
    EXPECT_EQ(body->attachments.size(), 1U);
}

TEST(RequestBody, APackageWithoutItsRootOrItsEndIsRefused) {
    EXPECT_EQ(code_of(Read()(kXop, part("doc@x", "one") + "--B--\r\n")), Code::kInvalidMessage);
    EXPECT_EQ(code_of(Read()(kXop, part("root@x", "<e/>"))), Code::kInvalidMessage);
    EXPECT_EQ(code_of(Read()(kXop, "")), Code::kInvalidMessage);
}

TEST(RequestBody, TheEnvelopesLimitHoldsToTheOctet) {
    BodyLimits limits;
    limits.envelope_bytes = 100;
    EXPECT_TRUE(Read()(kSoap, std::string(100, 'x'), limits).ok());
    EXPECT_EQ(code_of(Read()(kSoap, std::string(101, 'x'), limits)), Code::kTooLarge);
    std::string const end = "--B--\r\n";
    EXPECT_TRUE(
        Read()(kXop,
               part("root@x", std::string(100, 'x')) + part("d@x", std::string(500, 'y')) + end,
               limits)
            .ok());
    EXPECT_EQ(code_of(Read()(kXop, part("root@x", std::string(101, 'x')) + end, limits)),
              Code::kTooLarge);
}

TEST(RequestBody, NumberAndSumOfAttachmentsAreLimited) {
    BodyLimits limits;
    limits.attachments = 2;
    limits.submission_bytes = 10;
    std::string const root = part("root@x", "<e/>"), end = "--B--\r\n";
    EXPECT_TRUE(
        Read()(kXop, root + part("a@x", "12345") + part("b@x", "67890") + end, limits).ok());
    EXPECT_EQ(
        code_of(Read()(kXop, root + part("a@x", "12345") + part("b@x", "678901") + end, limits)),
        Code::kTooLarge);
    EXPECT_EQ(
        code_of(Read()(kXop, root + part("a@x", "1") + part("b@x", "2") + part("c@x", "3") + end,
                       limits)),
        Code::kTooLarge);
}

TEST(RequestBody, OtherMediaTypesAndEncodingsAreUnsupported) {
    for (char const* type :
         {"", "application/json", "text/plain", "multipart/form-data; boundary=B",
          "multipart/mixed; boundary=B", "multipart/related; boundary=B; type=\"text/xml\""}) {
        EXPECT_EQ(code_of(Read()(type, "x")), Code::kUnsupported) << type;
    }
    TextBody stream("<e/>");
    MemorySpool spool;
    auto head = test::post(kSoap);
    head.headers.push_back({"content-encoding", "gzip"});
    EXPECT_EQ(code_of(read_request_body(head, stream, spool, "o", {})), Code::kUnsupported);
    head.headers.back().value = "identity";
    EXPECT_TRUE(read_request_body(head, stream, spool, "o", {}).ok());
}

std::shared_ptr<MemoryContent> document(std::string const& text) {
    ByteView const view = as_bytes(text);
    return std::make_shared<MemoryContent>(Bytes(view.begin(), view.end()));
}

soap::Outgoing answer_with(std::vector<std::string> const& documents) {
    soap::Outgoing out;
    std::string open = "<r>";
    for (std::string const& text : documents) {
        out.body.push_back({open + "<d>", document(text), "text/plain"});
        open = "</d>";
    }
    out.body.push_back({documents.empty() ? "<r/>" : "</d></r>", nullptr, ""});
    return out;
}

soap::ReplyHeaders headers() { return {"urn:answer", "urn:m", "urn:uuid:1", ""}; }

TEST(Packaging, ASimpleAnswerHoldsItsDocumentsAsBase64) {
    auto const reply =
        package(answer_with({"hello", "world"}), headers(), Packaging::kSimple, system_ids());
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->content_type, "application/soap+xml; charset=UTF-8");
    std::string const text = test::octets_of(*reply);
    EXPECT_NE(text.find("<d>aGVsbG8=</d><d>d29ybGQ=</d>"), std::string::npos) << text;
    EXPECT_NE(text.find("urn:answer"), std::string::npos);
    EXPECT_NE(text.find("urn:m"), std::string::npos);
}

TEST(Packaging, InlineDocumentsAreLimitedToTheOctet) {
    EXPECT_TRUE(
        package(answer_with({"hello", "world"}), headers(), Packaging::kSimple, system_ids(), 10)
            .ok());
    auto const reply =
        package(answer_with({"hello", "world"}), headers(), Packaging::kSimple, system_ids(), 9);
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code, Code::kTooLarge);
}

TEST(Packaging, APackageIsReadBackByOurOwnReader) {
    auto const reply = package(answer_with({"hello", std::string("\0\r\n--B", 7)}), headers(),
                               Packaging::kMtom, system_ids());
    ASSERT_TRUE(reply.ok());
    Read read;
    auto const body = read(reply->content_type, test::octets_of(*reply));
    ASSERT_TRUE(body.ok()) << body.error().detail;
    ASSERT_EQ(body->attachments.size(), 2U);
    EXPECT_EQ(as_text(*body->attachments[0].content->in_memory()), "hello");
    EXPECT_EQ(body->attachments[1].content->size(), 7U);
    for (auto const& attachment : body->attachments) {
        EXPECT_NE(as_text(body->envelope).find("href=\"cid:" + attachment.content_id + "\""),
                  std::string::npos);
    }
}

// ITI TF-2 V.8: an ITI-41 answer holds no document and is a package all the same.
TEST(Packaging, AnEmptyPackageIsAPackage) {
    auto const reply = package(answer_with({}), headers(), Packaging::kMtom, system_ids());
    ASSERT_TRUE(reply.ok());
    EXPECT_TRUE(reply->content_type.starts_with("multipart/related"));
    auto const body = Read()(reply->content_type, test::octets_of(*reply));
    ASSERT_TRUE(body.ok());
    EXPECT_NE(as_text(body->envelope).find("<r/>"), std::string::npos);
    EXPECT_TRUE(body->attachments.empty());
}

}  // namespace
}  // namespace musubi::binding
