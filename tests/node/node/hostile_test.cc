// Hostile octets over the wire (matrix rows R13 to R16): every one is answered in a defined way or
// the connection is closed, the node lives, stores nothing, and serves others meanwhile.

#include <gtest/gtest.h>

#include "codec/hl7v2/parse.h"
#include "support/invariants.h"
#include "support/syscall_faults.h"
#include "support/tcp_proxy.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {
namespace {

class Hostile : public ::testing::Test {
protected:
    void SetUp() override {
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        known = letter_for(patient);
        ASSERT_TRUE(toolkit.submit(known).success());
        records_before = node.audit().size();
    }
    void TearDown() override {
        EXPECT_TRUE(node.running());
        Attempt attempt{known, Attempt::Fate::kAcknowledged};
        EXPECT_EQ(check_attempt(toolkit, attempt), Visible::kEverything);
        EXPECT_EQ(node.sql("select count(*) from registry.entry")[0][0], "1");
        check_no_orphans(node);
    }
    /// A SOAP fault with a status of its class, and nothing of the input in it.
    void expect_fault(std::string const& path, std::string const& type, std::string body) {
        auto const answer = toolkit.post(path, type, {{std::move(body), nullptr}});
        ASSERT_TRUE(answer.ok()) << answer.error().detail;
        EXPECT_TRUE(answer->status >= 400 && answer->status < 600) << answer->status;
        EXPECT_NE(answer->body.find("Fault"), std::string::npos) << answer->body;
        EXPECT_EQ(answer->body.find("canary"), std::string::npos);
        EXPECT_EQ(answer->body.find("root:"), std::string::npos);
    }
    void expect_fault(std::string body) { expect_fault("/xds/registry", kSoapType, body); }
    TlsPeerOptions identity() const {
        TlsPeerOptions options;
        options.crt = toolkit.crt();
        options.key = toolkit.key();
        options.ca = toolkit.ca();
        return options;
    }

    static TestNode::Options options() {
        TestNode::Options options;
        options.settings = {"repository.grace_time=1s", "repository.reconcile_period=1s"};
        return options;
    }
    TestNode node{options()};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
    Papers known;
    std::size_t records_before = 0;
};

std::string repeated(std::string_view what, int times) {
    std::string all;
    all.reserve(what.size() * static_cast<std::size_t>(times));
    for (int i = 0; i < times; ++i) all += what;
    return all;
}

std::string in_body(std::string const& payload) { return envelope(kQueryAction, payload); }

TEST_F(Hostile, DocumentTypesAreRefusedBeforeAnythingIsExpanded) {
    std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY l0 \"canary\">";
    for (int i = 1; i < 20; ++i) {
        std::string const inner = "&l" + std::to_string(i - 1) + ";";
        bomb += "<!ENTITY l" + std::to_string(i) + " \"";
        for (int j = 0; j < 10; ++j) bomb += inner;
        bomb += "\">";
    }
    std::string const rest = envelope(kQueryAction, "<a>&l19;</a>");
    std::int64_t const before = node.resident_kib();
    expect_fault(bomb + "]>" + rest);
    expect_fault("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" +
                 envelope(kQueryAction, "<a>&x;</a>"));
    expect_fault("<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/x.dtd\">" + in_body("<a/>"));
    EXPECT_LT(node.resident_kib() - before, 32 * 1024);
    EXPECT_GE(node.audit().size(), records_before + 3);
}

TEST_F(Hostile, ShapesBeyondTheLimitsAreRefused) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    expect_fault(in_body(deep));
    std::string wide = "<a";
    for (int i = 0; i < 10'000; ++i) wide += " a" + std::to_string(i) + "=\"1\"";
    expect_fault(in_body(wide + "/>"));
    expect_fault(in_body("<a b=\"" + std::string(2'000'000, 'x') + "\"/>"));
    expect_fault("/xds/registry", kSoapType, in_body("<a>" + std::string(17U << 20, 'x') + "</a>"));
}

TEST_F(Hostile, ShapesOfManyMegabytesCostLittleMemory) {
    std::int64_t const before = node.resident_kib();
    expect_fault(in_body("<a b=\"" + std::string(100U << 20, 'x') + "\"/>"));
    expect_fault(in_body("<a>" + std::string(100U << 20, 'x')));
    expect_fault(in_body(repeated("<a x=\"1\"/>", 1'500'000)));
    // One envelope at its limit and what the parser had made of it when it gave up, or two where
    // another thread's heap still keeps the first; never a whole body.
    EXPECT_LT(node.peak_resident_kib() - before, 96 * 1024);
}

// Neither a file nor a connection is opened for what a message names.
TEST_F(Hostile, WhatAMessageNamesIsNeverFetched) {
    std::string const why = SyscallFaults::unavailable();
    if (!why.empty()) GTEST_SKIP() << why;
    TcpProxy elsewhere;  // somebody who would take the connection
    std::string const url = "http://127.0.0.1:" + std::to_string(elsewhere.port()) + "/canary";
    std::string const file = "file:///canary/of/the/test";
    // Each refusal is recorded, so a sync is what must be seen if anything is watched at all.
    SyscallFaults watch(node.pid(), {"open,openat,connect,fdatasync", ""});
    for (std::string const& named : {url, file}) {
        expect_fault("<!DOCTYPE a SYSTEM \"" + named + "\">" + in_body("<a/>"));
        expect_fault("<!DOCTYPE a [<!ENTITY x SYSTEM \"" + named + "\">]>" + in_body("<a>&x;</a>"));
        expect_fault("<!DOCTYPE a [<!ENTITY % x SYSTEM \"" + named + "\"> %x;]>" + in_body("<a/>"));
        for (std::string const& payload :
             {"<a xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" "
              "i:schemaLocation=\"urn:x " +
                  named + "\" i:noNamespaceSchemaLocation=\"" + named + "\"/>",
              "<x:include xmlns:x=\"http://www.w3.org/2001/XInclude\" href=\"" + named + "\"/>"}) {
            ASSERT_TRUE(
                toolkit.post("/xds/registry", kSoapType, {{in_body(payload), nullptr}}).ok());
        }
    }
    watch.end();
    std::string const port = "htons(" + std::to_string(elsewhere.port()) + ")";
    EXPECT_NE(watch.trace().find("fdatasync"), std::string::npos) << "nothing was watched";
    EXPECT_EQ(watch.trace().find("canary"), std::string::npos) << watch.trace();
    EXPECT_EQ(watch.trace().find(port), std::string::npos) << watch.trace();
}

TEST_F(Hostile, BrokenCharactersAreRefused) {
    expect_fault(in_body(std::string("<a>\0canary</a>", 14)));
    expect_fault(in_body("<a>\xc0\xaf</a>"));
    expect_fault(in_body("<a>\xed\xa0\x80</a>"));
    expect_fault("");
    expect_fault("canary, but no XML");
    // Valid UTF-16 of a valid envelope: not what was declared, and nothing of it may be believed.
    std::string wide = "\xff\xfe";
    for (char const c : in_body("<a/>")) wide += {c, '\0'};
    expect_fault(wide);
}

TEST_F(Hostile, BrokenPackagesAreRefusedAndLeaveNothing) {
    std::string const type =
        "multipart/related; type=\"application/xop+xml\"; boundary=b; start=\"<root@x>\"; "
        "start-info=\"application/soap+xml\"";
    std::string const part =
        "--b\r\nContent-Type: application/xop+xml; charset=UTF-8; "
        "type=\"application/soap+xml\"\r\nContent-ID: <root@x>\r\n\r\n" +
        envelope(kProvideAction, "<x/>") + "\r\n";
    std::string const attachment =
        "--b\r\nContent-Type: text/plain\r\nContent-ID: <doc@x>\r\n\r\ncanary\r\n";
    std::string const path = "/xds/repository";
    expect_fault(path, type, part + attachment);         // no final boundary
    expect_fault(path, type, attachment + "--b--\r\n");  // the start is missing
    expect_fault(path, "multipart/related; type=\"application/xop+xml\"", part + "--b--\r\n");
    expect_fault(path, type, part + attachment + attachment + "--b--\r\n");  // one id twice
    std::string many = part;
    for (int i = 0; i < 1'000; ++i) {
        many += "--b\r\nContent-ID: <p" + std::to_string(i) + "@x>\r\n\r\nx\r\n";
    }
    expect_fault(path, type, many + "--b--\r\n");
    expect_fault(path, type, "--b\r\n" + std::string(100'000, 'h') + ": x\r\n\r\n--b--\r\n");
    expect_fault(path, "text/plain", "canary");
}

TEST_F(Hostile, XopIncludeOfAPartThatIsNotThereIsRefused) {
    Papers papers = letter_for(patient);
    std::vector<ebxml::DocumentToProvide> documents = {
        {papers.submission.entries[0].id, papers.documents[0].content, "text/plain"}};
    std::string payload;
    for (auto const& piece : ebxml::write_provide_and_register(papers.submission, documents)) {
        payload += piece.xml;
        if (piece.document) {
            payload +=
                "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" "
                "href=\"cid:nowhere@x\"/>";
        }
    }
    expect_fault("/xds/repository",
                 "multipart/related; type=\"application/xop+xml\"; boundary=b; "
                 "start-info=\"application/soap+xml\"",
                 "--b\r\nContent-Type: application/xop+xml; type=\"application/soap+xml\"\r\n\r\n" +
                     envelope(kProvideAction, payload) + "\r\n--b--\r\n");
}

TEST_F(Hostile, BrokenHttpIsAnsweredOrClosed) {
    std::string const head = "POST /xds/registry HTTP/1.1\r\nHost: localhost\r\n";
    std::string const soap = "Content-Type: " + std::string(kSoapType) + "\r\n";
    std::vector<std::string> const wrong = {
        "\x16\x03garbage\r\n\r\n",
        head + "Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        head + "Content-Length: -1\r\n\r\n",
        head + "Content-Length: 99999999999999999999\r\n\r\n",
        head + soap + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nx",
        head + "X: " + std::string(100'000, 'x') + "\r\n\r\n",
        "GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\n\r\n",
    };
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        SCOPED_TRACE(i);
        TlsPeer peer(node.https(), identity());
        ASSERT_TRUE(peer.connected());
        peer.send(wrong[i]);
        std::string const answer = peer.receive_all();
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 4") ||
                    answer.starts_with("HTTP/1.1 5"))
            << answer.substr(0, 200);
        EXPECT_TRUE(toolkit.find(patient).success()) << "others are served";
    }
}

TEST_F(Hostile, SlowPeersDoNotKeepOthersFromBeingServed) {
    std::string const head = "POST /xds/registry HTTP/1.1\r\nHost: localhost\r\n";
    std::vector<std::unique_ptr<TlsPeer>> slow;
    for (int i = 0; i < 100; ++i) {
        slow.push_back(
            std::make_unique<TlsPeer>(i % 4 == 3 ? node.mllp() : node.https(), identity()));
        ASSERT_TRUE(slow.back()->connected());
        if (i % 4 == 0) slow.back()->send(head);
        if (i % 8 == 1) {
            slow.back()->send(head + "Content-Type: " + kSoapType +
                              "\r\nContent-Length: 1000\r\n\r\n<");
        }
        if (i % 4 == 3) slow.back()->send("\x0bMSH|^~\\&|");
    }
    EXPECT_TRUE(toolkit.find(patient).success());
    EXPECT_TRUE(toolkit.retrieve({known.documents[0].unique_id}).success());
    EXPECT_EQ(toolkit.feed("A01", patient), "AA");
}

TEST_F(Hostile, AbortedUploadLeavesNothing) {
    {
        TlsPeer peer(node.https(), identity());
        ASSERT_TRUE(peer.connected());
        peer.send(
            "POST /xds/repository HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n"
            "Content-Type: multipart/related; type=\"application/xop+xml\"; boundary=b; "
            "start-info=\"application/soap+xml\"\r\n\r\n"
            "--b\r\nContent-Type: application/xop+xml; type=\"application/soap+xml\"\r\n\r\n" +
            envelope(kProvideAction, "<x/>") + "\r\n--b\r\nContent-ID: <doc@x>\r\n\r\n" +
            std::string(1'000'000, 'd'));
    }
    EXPECT_TRUE(eventually([&] { return node.audit().size() > records_before; }))
        << "the broken upload is not on record";
}

TEST_F(Hostile, BrokenHl7IsAcknowledgedWithAnErrorAndTheNextMessageWorks) {
    std::string const good = adt_message("A01", patient, "", "");
    std::vector<std::string> const wrong = {
        "",
        "canary",
        "PID|1||X",
        "MSH",
        "MSH|",
        "MSH|||||||",
        "MSH||||||||ADT^A01|1|P|2.3.1\rPID|1",
        "MSH^|\\~&^A^B^C^D^^^ADT|A01^1^P^2.3.1",
        good.substr(0, good.find("PID")),
        "MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.3.1||||||~ISO IR87\rPID|1||\x1b$B\x80\xff",
        "MSH|^~\\&|A|B|C|D|||ORU^R01|1|P|2.3.1\rPID|1",
        std::string("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.3.1\rPID|\0\0", 46),
        "MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.3.1\rPID|" + std::string(70'000, '\\'),
        "MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.3.1\r" + repeated("Z|\r", 1'000'000),
        "MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.3.1\rPID|" + repeated("\\E\\", 20'000),
    };
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        SCOPED_TRACE(i);
        std::string const answer = toolkit.exchange_hl7(wrong[i]);
        auto const ack = hl7v2::parse(as_bytes(answer));
        ASSERT_TRUE(ack.ok()) << answer;
        std::string const code = ack->get("MSA", {1, 1, 1, 1});
        EXPECT_TRUE(code == "AE" || code == "AR") << answer;
        EXPECT_EQ(answer.find("canary"), std::string::npos);
        EXPECT_EQ(toolkit.feed("A01", patient), "AA");
    }
}

TEST_F(Hostile, BrokenMllpFramesAreAnsweredOrClosed) {
    for (std::string const& frame :
         {std::string("no start octet"), std::string("\x0b\x0b\x0bMSH|^~\\&|\x1c\r"),
          std::string("\x0bMSH|\x1cX\x1c\r"), "\x0b" + std::string(5U << 20, 'x')}) {
        TlsPeer peer(node.mllp(), identity());
        ASSERT_TRUE(peer.connected());
        peer.send(frame);
        std::string const answer = peer.receive_until("\x1c\r");
        EXPECT_TRUE(answer.empty() || answer.find("MSA|A") != std::string::npos) << answer;
        EXPECT_EQ(toolkit.feed("A01", patient), "AA") << "others are served";
    }
}

}  // namespace
}  // namespace musubi::test
