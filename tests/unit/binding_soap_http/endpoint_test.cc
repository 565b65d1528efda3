#include "binding/soap_http/soap_endpoint.h"

#include "binding/soap_http/reply_delivery.h"
#include "unit/binding_soap_http/bodies.h"
#include "unit/core/toy.h"

#include <gtest/gtest.h>

#include <future>

namespace musubi::binding {
namespace {

struct SoapReply : soap::Outgoing {
    static SoapReply of(std::string const& text) {
        SoapReply reply;
        reply.body.push_back({"<r>" + text + "</r>", nullptr, ""});
        return reply;
    }
};

/// As Toy, but it speaks SOAP.
struct SoapToy : test::Toy<test::ToyKind::kRead, soap::Incoming> {
    using Reply = soap::Outgoing;
    static Result<Reply> encode(Deps& d, Response&& response, Request const&) {
        TRY(d.pass("encode"));
        return Reply(SoapReply::of(response));
    }
    static Reply encode_error(Deps&, Error const& error, Request const*) {
        return SoapReply::of("error " + std::string(to_string(error.code)));
    }
};

/// A neighbour that answers when the test says so.
class Neighbour final : public core::Errand {
public:
    void when_done(std::function<void()> done) override { done_ = std::move(done); }
    void answer() { std::exchange(done_, nullptr)(); }

private:
    std::function<void()> done_;
};

/// Waits for it.
struct WaitingToy : SoapToy {
    static Result<std::shared_ptr<core::Errand>> set_out(Deps&,
                                                         core::Authorized<Request> const& request) {
        if (request.notes().has_value()) return std::shared_ptr<core::Errand>();
        request.notes() = true;
        return std::shared_ptr<core::Errand>(neighbour);
    }
    static inline std::shared_ptr<Neighbour> neighbour;
};

constexpr char const* kType = "application/soap+xml; charset=UTF-8";

std::string envelope(std::string const& headers) {
    return "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
           "xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>" +
           headers + "</s:Header><s:Body><ask/></s:Body></s:Envelope>";
}
constexpr char const* kAction = "<a:Action s:mustUnderstand=\"1\">urn:toy</a:Action>";
constexpr char const* kId = "<a:MessageID>urn:uuid:5</a:MessageID>";
std::string reply_to(std::string const& address) {
    return "<a:ReplyTo><a:Address>" + address + "</a:Address></a:ReplyTo>";
}

class SoapDoor : public ::testing::Test {
protected:
    SoapDoor()
        : pool_(pg::PoolConfig{.conninfo = "host=/nonexistent", .size = 1}),
          pipeline_((ports_.provide<core::PolicyPort>(gate_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}),
          delivery_(
              [this](std::string const& address, core::HttpReply const& reply) -> Status {
                  delivered_.set_value({address, test::octets_of(reply)});
                  return {};
              },
              {}) {
        EXPECT_TRUE(router_.add(core::define<SoapToy>(deps_)).ok());
        auto member = test::toy_member();
        member.reply_addresses = {"https://kita.example/replies", "https://kita.example/faults"};
        gate_.members["CN=kita"] = std::move(member);
    }

    std::unique_ptr<SoapEndpoint> door(std::string path = "/toy", BodyLimits limits = {}) {
        SoapSettings settings;
        settings.public_url = "https://node";
        settings.limits = limits;
        return std::make_unique<SoapEndpoint>(
            std::move(path),
            SoapServices{router_, pipeline_, gate_, spool_, system_ids(), system_clock(),
                         &delivery_, nullptr},
            settings);
    }
    /// Where the fault went that an asynchronous request wants there.
    std::string fault_wanted_at(std::string const& url) {
        auto const reply =
            send_headers(kAction + std::string(kId) + reply_to("https://kita.example/replies") +
                         "<a:FaultTo><a:Address>" + url + "</a:Address></a:FaultTo>");
        EXPECT_EQ(reply.status, 202);
        auto future = delivered_.get_future();
        if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) return "";
        auto const [address, text] = future.get();
        EXPECT_NE(text.find("Fault>"), std::string::npos);
        EXPECT_NE(text.find("To>" + address + "<"), std::string::npos) << text;
        return address;
    }
    core::HttpReply send(std::string const& body, std::string const& type = kType,
                         BodyLimits limits = {}) {
        test::TextBody stream(body);
        return door("/toy", limits)->handle(peer_, test::post(type), stream);
    }
    core::HttpReply send_headers(std::string const& headers) { return send(envelope(headers)); }
    static bool has(core::HttpReply const& reply, std::string const& part) {
        return test::octets_of(reply).find(part) != std::string::npos;
    }
    /// A fault of that status and text, and exactly one record of a minor failure.
    void expect_refused(core::HttpReply const& reply, int status, std::string const& part) {
        EXPECT_EQ(reply.status, status) << test::octets_of(reply);
        EXPECT_TRUE(has(reply, part)) << test::octets_of(reply);
        ASSERT_EQ(ledger_.events.size(), 1U);
        EXPECT_EQ(ledger_.events[0].outcome, domain::AuditOutcome::kMinorFailure);
        EXPECT_EQ(std::count(deps_.order.begin(), deps_.order.end(), "handle"), 0);
        ledger_.events.clear();
    }

    core::PeerConnection const peer_ = test::toy_peer();
    test::Gate gate_;
    test::Ledger ledger_;
    test::ToyDeps deps_;
    test::MemorySpool spool_;
    core::Router router_;
    core::Ports ports_;
    pg::Pool pool_;
    core::Pipeline pipeline_;
    std::promise<std::pair<std::string, std::string>> delivered_;
    ReplyDelivery delivery_;
};

TEST_F(SoapDoor, WhoIsNoMemberIsRefusedBeforeTheBodyIsRead) {
    auto const reply = door()->admit(test::toy_peer("CN=stranger"), test::post(kType));
    ASSERT_TRUE(reply.has_value());
    expect_refused(*reply, 403, "Fault");
}

TEST_F(SoapDoor, AnAgreementThatCannotBeAskedIsBusyNotOpen) {
    class Down final : public core::PolicyPort {
        Result<domain::Member> member_of(core::PeerCertificate const&) const override {
            return Error(Code::kStorageUnavailable, "down");
        }
        bool may_call(domain::Member const&, std::string_view) const override { return false; }
        Result<core::Decision> decide(domain::Subject const&, core::TransactionSpec const&,
                                      core::PolicyQuery const&) const override {
            return core::Decision{};
        }
        std::string source_name() const override { return "down"; }
    } down;
    SoapEndpoint endpoint(
        "/toy", {router_, pipeline_, down, spool_, system_ids(), system_clock(), nullptr, nullptr},
        {});
    auto const reply = endpoint.admit(peer_, test::post(kType));
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->status, 503);
    ASSERT_FALSE(reply->headers.empty());
    EXPECT_EQ(reply->headers[0].name, "Retry-After");
}

TEST_F(SoapDoor, UnknownPathsAndMethodsAreRefusedAndRecorded) {
    EXPECT_FALSE(door()->admit(peer_, test::post(kType)).has_value());
    EXPECT_TRUE(ledger_.events.empty());
    auto const nowhere = door("")->admit(peer_, test::post(kType));
    ASSERT_TRUE(nowhere.has_value());
    expect_refused(*nowhere, 404, "no such path");
    auto head = test::post(kType);
    for (char const* method : {"GET", "PUT", "DELETE", "HEAD"}) {
        head.method = method;
        auto const reply = door()->admit(peer_, head);
        ASSERT_TRUE(reply.has_value());
        EXPECT_EQ(reply->headers.at(0).name, "Allow");
        expect_refused(*reply, 405, "POST");
    }
}

TEST_F(SoapDoor, TheWsdlIsServedWhateverItsCase) {
    core::HttpRequestHead head;
    head.method = "GET";
    for (char const* query : {"wsdl", "WSDL"}) {
        head.query = query;
        EXPECT_FALSE(door()->admit(peer_, head).has_value());
        test::TextBody none("");
        auto const reply = door()->handle(peer_, head, none);
        EXPECT_EQ(reply.status, 200);
        EXPECT_TRUE(reply.content_type.starts_with("text/xml"));
        EXPECT_TRUE(has(reply, "https://node/toy"));
    }
}

TEST_F(SoapDoor, AnAnswerRelatesToItsRequestWhichIsReadTrimmed) {
    auto const reply =
        send_headers("<a:Action s:mustUnderstand=\"true\">\n  urn:toy </a:Action>" +
                     std::string(kId) + reply_to("http://www.w3.org/2005/08/addressing/anonymous"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.content_type.starts_with("application/soap+xml"));
    EXPECT_TRUE(has(reply, "<r>data</r>"));
    EXPECT_TRUE(has(reply, "urn:toyResponse"));
    EXPECT_TRUE(has(reply, "RelatesTo>urn:uuid:5<"));
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].participants[0].user_id, "CN=kita");
    EXPECT_EQ(ledger_.events[0].participants[1].user_id, "https://node/toy");
}

TEST_F(SoapDoor, ARequestHasItsTimeFromTheMomentItWasReceived) {
    std::chrono::steady_clock::time_point until;
    deps_.work = [&](core::CallContext const& call) -> Status {
        until = call.deadline;
        return {};
    };
    auto const before = std::chrono::steady_clock::now();
    EXPECT_EQ(send_headers(std::string(kAction) + kId).status, 200);
    EXPECT_GE(until, before + SoapSettings().deadline);
    EXPECT_LE(until, std::chrono::steady_clock::now() + SoapSettings().deadline);
}

TEST_F(SoapDoor, APackageIsAnsweredByAPackage) {
    std::string const body =
        "--B\r\nContent-Type: application/xop+xml\r\nContent-ID: <r@x>\r\n\r\n" +
        envelope(std::string(kAction) + kId) +
        "\r\n--B\r\nContent-ID: <unused@x>\r\n\r\nx\r\n--B--\r\n";
    auto const reply =
        send(body, "multipart/related; boundary=B; type=\"application/xop+xml\"; start=\"<r@x>\"");
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.content_type.starts_with("multipart/related"));
    EXPECT_TRUE(has(reply, "<r>data</r>"));
}

TEST_F(SoapDoor, AnErrorOfTheTransactionIsAnAnswerNotAFault) {
    deps_.failing = {{"handle", Error(Code::kConflict, "no")}};
    auto const reply = send_headers(std::string(kAction) + kId);
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(has(reply, "<r>error "));
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(SoapDoor, WhoMayNotCallGetsAFaultWithRelatesTo) {
    gate_.forbidden = {"TOY-R"};
    auto const reply = send_headers(std::string(kAction) + kId);
    EXPECT_TRUE(has(reply, "RelatesTo>urn:uuid:5<"));
    expect_refused(reply, 403, "env:Sender");
}

TEST_F(SoapDoor, AnUnknownActionIsAFaultThatNamesIt) {
    expect_refused(send_headers("<a:Action>urn:other</a:Action>" + std::string(kId)), 400,
                   "ActionNotSupported");
}

TEST_F(SoapDoor, HeadersThatMustBeUnderstoodAreNamed) {
    expect_refused(
        send_headers(std::string(kAction) + "<x:Token xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/>"),
        500, "MustUnderstand");
    expect_refused(
        send_headers(std::string(kAction) + "<x:Leave xmlns:x=\"urn:x\" s:mustUnderstand=\"1\"/>"),
        500, "MustUnderstand");
    std::string const security =
        "<w:Security s:mustUnderstand=\"1\" "
        "xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/"
        "oasis-200401-wss-wssecurity-secext-1.0.xsd\"/>";
    expect_refused(send_headers(kAction + security), 500, "q:Security");
}

TEST_F(SoapDoor, LeaveThatTheTransactionKnowsNeedsNoDoing) {
    auto const reply = send_headers(
        std::string(kAction) + "<x:Leave xmlns:x=\"urn:toy\" s:mustUnderstand=\"1\">P7D</x:Leave>");
    EXPECT_EQ(reply.status, 200);
}

TEST_F(SoapDoor, BrokenMessagesAreFaultsThatStillRelateToTheRequest) {
    expect_refused(send("this is not XML"), 400, "env:Sender");
    expect_refused(send("<!DOCTYPE x []>" + envelope(kAction)), 400, "env:Sender");
    auto const without_action = send_headers(kId);
    EXPECT_TRUE(has(without_action, "RelatesTo>urn:uuid:5<"));
    expect_refused(without_action, 400, "MessageAddressingHeaderRequired");
}

TEST_F(SoapDoor, Soap11IsToldTheVersion) {
    auto const reply = send(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>",
        "text/xml");
    EXPECT_TRUE(reply.content_type.starts_with("text/xml"));
    expect_refused(reply, 500, "VersionMismatch");
}

TEST_F(SoapDoor, MediaTypeAndSizeHaveTheirOwnStatus) {
    auto const wrong = send("{}", "application/json");
    EXPECT_TRUE(wrong.close);
    expect_refused(wrong, 415, "Fault");
    BodyLimits limits;
    limits.envelope_bytes = 200;
    auto const large = send(std::string(201, ' '), kType, limits);
    EXPECT_TRUE(large.close);
    expect_refused(large, 413, "Fault");
}

TEST_F(SoapDoor, AReplyToNobodyIsAcceptedAndAnsweredToNobody) {
    auto const reply =
        send_headers(kAction + reply_to("http://www.w3.org/2005/08/addressing/none"));
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(test::octets_of(reply), "");
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(SoapDoor, ARegisteredAddressGetsTheAnswerOnItsOwnConnection) {
    auto const reply =
        send_headers(kAction + std::string(kId) + reply_to("https://kita.example/replies"));
    EXPECT_EQ(reply.status, 202);
    auto future = delivered_.get_future();
    ASSERT_EQ(future.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    auto const [address, text] = future.get();
    EXPECT_EQ(address, "https://kita.example/replies");
    EXPECT_NE(text.find("<r>data</r>"), std::string::npos);
    EXPECT_NE(text.find("RelatesTo>urn:uuid:5<"), std::string::npos);
    EXPECT_NE(text.find("To>https://kita.example/replies<"), std::string::npos);
    EXPECT_EQ(ledger_.events.at(0).participants[0].user_id, "https://kita.example/replies");
}

TEST_F(SoapDoor, AnAnswerThatWaitedForNeighboursTravelsToTheRegisteredAddress) {
    WaitingToy::neighbour = std::make_shared<Neighbour>();
    core::Router router;
    ASSERT_TRUE(router.add(core::define<WaitingToy>(deps_)).ok());
    SoapSettings settings;
    settings.public_url = "https://node";
    SoapEndpoint waiting("/toy",
                         SoapServices{router, pipeline_, gate_, spool_, system_ids(),
                                      system_clock(), &delivery_, nullptr},
                         settings);
    test::TextBody body(
        envelope(kAction + std::string(kId) + reply_to("https://kita.example/replies")));
    EXPECT_EQ(waiting.handle(peer_, test::post(kType), body).status, 202);
    EXPECT_TRUE(ledger_.events.empty()) << "nothing has happened yet";
    WaitingToy::neighbour->answer();
    auto future = delivered_.get_future();
    ASSERT_EQ(future.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    auto const [address, text] = future.get();
    EXPECT_EQ(address, "https://kita.example/replies");
    EXPECT_NE(text.find("<r>data</r>"), std::string::npos);
    EXPECT_NE(text.find("RelatesTo>urn:uuid:5<"), std::string::npos);
    EXPECT_EQ(ledger_.events.size(), 1U);
}

TEST_F(SoapDoor, AFaultGoesWhereFaultsAreWanted) {
    gate_.forbidden = {"TOY-R"};
    EXPECT_EQ(fault_wanted_at("https://kita.example/faults"), "https://kita.example/faults");
}

TEST_F(SoapDoor, AFaultGoesNowhereThatNobodyRegistered) {
    gate_.forbidden = {"TOY-R"};
    EXPECT_EQ(fault_wanted_at("https://elsewhere.example/"), "https://kita.example/replies");
}

TEST_F(SoapDoor, AnAsynchronousRequestWithoutRoomForItsAnswerIsRefusedAndNotCarriedOut) {
    std::vector<std::shared_ptr<void>> places;
    while (auto place = delivery_.promise()) places.push_back(std::move(place));
    std::string const headers =
        kAction + std::string(kId) + reply_to("https://kita.example/replies");
    auto const reply = send_headers(headers);
    EXPECT_EQ(reply.status, 503);
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_NE(ledger_.events[0].outcome, domain::AuditOutcome::kSuccess);
    places.clear();
    EXPECT_EQ(send_headers(headers).status, 202);
}

TEST_F(SoapDoor, AnAddressThatNobodyRegisteredIsRefused) {
    expect_refused(
        send_headers(kAction + std::string(kId) + reply_to("https://elsewhere.example/")), 400,
        "InvalidAddressingHeader");
}

TEST_F(SoapDoor, AnAsynchronousRequestWithoutAnIdIsRefused) {
    expect_refused(send_headers(kAction + reply_to("https://kita.example/replies")), 400,
                   "MessageAddressingHeaderRequired");
}

TEST_F(SoapDoor, TheListenersOwnRefusalsAreFaultsAndBusySaysWhenToComeBack) {
    auto const busy = door()->refuse(503, Error(Code::kBusy, "secret detail"));
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.headers.at(0).name, "Retry-After");
    EXPECT_EQ(busy.headers.size(), 1U);
    EXPECT_FALSE(has(busy, "secret detail"));
    EXPECT_EQ(door()->refuse(431, Error(Code::kTooLarge, "")).status, 431);
}

}  // namespace
}  // namespace musubi::binding
