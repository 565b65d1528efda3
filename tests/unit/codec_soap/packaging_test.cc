// ITI TF-2 V.8: one message, as an MTOM package or with its documents inline.
#include "codec/soap/packaging.h"

#include "codec/soap/envelope.h"

#include <gtest/gtest.h>

namespace musubi::soap {
namespace {

std::vector<BodyPiece> body() {
    std::vector<BodyPiece> pieces;
    pieces.push_back({"<r xmlns=\"urn:x\"><d>",
                      std::make_shared<MemoryContent>(Bytes{'a', 'b', 'c'}), "text/plain"});
    pieces.push_back({"</d></r>", nullptr, ""});
    return pieces;
}

RequestHeaders request() {
    RequestHeaders headers;
    headers.action = "urn:do";
    headers.message_id = "urn:uuid:1";
    headers.to = "https://node.example/x";
    return headers;
}

std::string document_of(Packaged const& packaged) {
    auto const message = read_message(as_bytes(packaged.segments.at(0).text), {});
    if (!message) return "unreadable";
    return std::string(message->envelope.payload.first_child("urn:x", "d").text());
}

TEST(SoapPackaging, ASimpleRequestHoldsItsDocumentsAndNamesItsAction) {
    auto const packaged = package_request(body(), request(), Packaging::kSimple, system_ids());
    ASSERT_TRUE(packaged);
    EXPECT_EQ(packaged->content_type, "application/soap+xml; charset=UTF-8; action=\"urn:do\"");
    ASSERT_EQ(packaged->segments.size(), 1U);
    EXPECT_EQ(document_of(*packaged), "YWJj");
}

TEST(SoapPackaging, ASimpleReplyNamesNoAction) {
    ReplyHeaders headers;
    headers.action = "urn:done";
    auto const packaged = package_reply(body(), headers, Packaging::kSimple, system_ids());
    ASSERT_TRUE(packaged);
    EXPECT_EQ(packaged->content_type, "application/soap+xml; charset=UTF-8");
    EXPECT_EQ(document_of(*packaged), "YWJj");
}

TEST(SoapPackaging, APackageRefersToDocumentsThatFollow) {
    auto const packaged = package_request(body(), request(), Packaging::kMtom, system_ids());
    ASSERT_TRUE(packaged);
    EXPECT_TRUE(packaged->content_type.starts_with("multipart/related"));
    int documents = 0;
    std::string text;
    for (auto const& segment : packaged->segments) {
        text += segment.text;
        documents += segment.content ? 1 : 0;
    }
    EXPECT_EQ(documents, 1);
    std::size_t const at = text.find("href=\"cid:");
    ASSERT_NE(at, std::string::npos);
    std::string const id = text.substr(at + 10, text.find('"', at + 10) - at - 10);
    EXPECT_NE(text.find("Content-ID: <" + id + ">"), std::string::npos) << text;
}

TEST(SoapPackaging, ASimpleMessageTakesDocumentsUpToItsLimit) {
    EXPECT_TRUE(package_request(body(), request(), Packaging::kSimple, system_ids(), 3));
    auto const over = package_request(body(), request(), Packaging::kSimple, system_ids(), 2);
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, Code::kTooLarge);
    EXPECT_TRUE(package_request(body(), request(), Packaging::kMtom, system_ids(), 2));
}

}  // namespace
}  // namespace musubi::soap
