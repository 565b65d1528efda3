// Requests to responding gateways, and what is taken for an answer.
#include "xca/gateway_call.h"

#include <gtest/gtest.h>

namespace musubi::xca {
namespace {

constexpr char kSoapType[] = "application/soap+xml; charset=UTF-8";
constexpr char kId[] = "urn:uuid:00000000-0000-4000-8000-000000000001";

std::string envelope(std::string const& payload, std::string const& relates_to = kId) {
    return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
           "xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><s:Header><wsa:Action>urn:x"
           "</wsa:Action>" +
           (relates_to.empty() ? "" : "<wsa:RelatesTo>" + relates_to + "</wsa:RelatesTo>") +
           "</s:Header><s:Body>" + payload + "</s:Body></s:Envelope>";
}

Result<OpenedAnswer> opened(std::string body, std::string type = kSoapType, int status = 200) {
    core::PeerReply reply;
    reply.status = status;
    reply.headers = {{"Content-Type", std::move(type)}};
    reply.body = std::move(body);
    return open_answer(std::move(reply), kId, nullptr);
}

std::string text_of(core::PeerCall const& call) {
    std::string out;
    for (auto const& segment : call.body) out += segment.text;
    return out;
}

TEST(GatewayCall, TheUsersAssertionGoesAlongOctetForOctet) {
    domain::Subject subject;
    auto without = write_call({"https://a/b", "urn:x", "<p/>", false, kId}, subject, system_ids());
    ASSERT_TRUE(without.ok()) << without.error().detail;
    EXPECT_EQ(text_of(*without).find("Security"), std::string::npos);
    EXPECT_NE(text_of(*without).find(kId), std::string::npos);
    std::string const assertion =
        "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" "
        "Version=\"2.0\"  IssueInstant='2026-11-21T00:00:00Z'>&#x20;kept as it is"
        "</saml2:Assertion>";
    auto user = std::make_shared<domain::UserAssertion>();
    user->octets = std::make_shared<std::string const>(assertion);
    subject.assertion = user;
    for (bool const mtom : {false, true}) {
        auto const call =
            write_call({"https://a/b", "urn:x", "<p/>", mtom, kId}, subject, system_ids());
        ASSERT_TRUE(call.ok()) << call.error().detail;
        EXPECT_NE(text_of(*call).find(assertion), std::string::npos);
        EXPECT_EQ(call->headers.at(0).value.starts_with("multipart/related"), mtom);
    }
}

TEST(GatewayCall, OnlyAGoodAnswerToThisMessageIsOne) {
    EXPECT_TRUE(opened(envelope("<a/>")).ok());
    EXPECT_TRUE(opened(envelope("<a/>", "")).ok()) << "some leave RelatesTo out";
    EXPECT_FALSE(opened(envelope("<a/>", "urn:uuid:2")));
    EXPECT_FALSE(opened(envelope("<a/>"), kSoapType, 500));
    EXPECT_FALSE(opened(envelope("<a/>"), kSoapType, 202));
    EXPECT_FALSE(opened(envelope("<a/>"), ""));
    EXPECT_FALSE(opened("garbage"));
    EXPECT_FALSE(
        opened(envelope("<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text "
                        "xml:lang=\"en\">x</s:Text></s:Reason></s:Fault>")));
    EXPECT_FALSE(opened("<!DOCTYPE a [<!ENTITY b \"c\">]>" + envelope("<a/>")));
    auto const failure = opened("garbage with SECRET in it");
    EXPECT_EQ(failure.error().code, Code::kPeerUnavailable);
    EXPECT_EQ(failure.error().detail.find("SECRET"), std::string::npos);
}

TEST(GatewayCall, PackagesAreTakenApart) {
    std::string const type =
        "multipart/related; type=\"application/xop+xml\"; boundary=b; start=\"<root>\"; "
        "start-info=\"application/soap+xml\"";
    std::string const body =
        "--b\r\nContent-ID: <one>\r\nContent-Type: text/plain\r\n\r\nocte\r\nts\r\n"
        "--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n" +
        envelope("<a/>") + "\r\n--b--\r\n";
    auto const answer = opened(body, type);
    ASSERT_TRUE(answer.ok()) << answer.error().detail;
    EXPECT_EQ(answer->envelope.payload.local_name(), "a");
    ASSERT_EQ(answer->attachments.count("one"), 1U);
    EXPECT_EQ(as_text(*answer->attachments.at("one")->in_memory()), "octe\r\nts");
    EXPECT_FALSE(opened(body.substr(0, body.size() - 6), type)) << "cut short";
    EXPECT_FALSE(opened(body, "multipart/related"));
}

}  // namespace
}  // namespace musubi::xca
