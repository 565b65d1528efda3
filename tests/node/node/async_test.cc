// Answers that travel on a connection of their own (WS-Addressing ReplyTo, ITI TF-2 V.5): to
// registered addresses only, again when the first try fails, and without making others wait.

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>

#include "codec/soap/envelope.h"
#include "codec/soap/write_envelope.h"
#include "platform/net/http_server.h"
#include "support/invariants.h"
#include "support/source_tree.h"
#include "support/tcp_proxy.h"

namespace musubi::test {
namespace {

struct Delivery {
    std::string path;
    std::string content_type;
    std::string body;
};

/// The partner's door for answers: mutual TLS, keeps what is posted.
class ReplyDoor final : public core::HttpEndpoint {
public:
    ReplyDoor(std::filesystem::path const& pki, std::uint16_t port) {
        net::TlsConfig tls;
        tls.identities = {{pki / "node-b.crt", pki / "node-b.key"}};
        tls.ca_file = pki / "ca.crt";
        auto context = net::TlsContext::server(tls);
        if (!context) throw std::runtime_error(context.error().detail);
        net::HttpServerConfig config;
        config.listener.address = "127.0.0.1";
        config.listener.port = port;
        net::HttpRoutes routes;
        routes.fallback = this;
        auto server = net::HttpServer::start(config, *context, routes, nullptr);
        if (!server) throw std::runtime_error(server.error().detail);
        server_ = std::move(*server);
    }
    std::uint16_t port() const { return server_->port(); }

    std::optional<core::HttpReply> admit(core::PeerConnection const&,
                                         core::HttpRequestHead const&) override {
        return std::nullopt;
    }
    core::HttpReply handle(core::PeerConnection const&, core::HttpRequestHead const& head,
                           core::BodyStream& body) override {
        Delivery delivery{head.path, std::string(head.header("Content-Type")), ""};
        std::uint8_t buffer[16'384];
        for (;;) {
            auto const n = body.read(buffer);
            if (!n || *n == 0) break;
            delivery.body.append(as_text(ByteView(buffer, *n)));
        }
        std::unique_lock lock(mutex_);
        deliveries_.push_back(std::move(delivery));
        changed_.notify_all();
        changed_.wait(lock, [&] { return !held_; });
        core::HttpReply reply;
        reply.status = 202;
        return reply;
    }
    core::HttpReply refuse(int status, Error const&) override {
        core::HttpReply reply;
        reply.status = status;
        return reply;
    }

    /// Takes what is posted and does not answer, while the object lives.
    struct Held {
        explicit Held(ReplyDoor& d) : door(d) { set(true); }
        ~Held() { set(false); }
        void set(bool held) {
            std::lock_guard const lock(door.mutex_);
            door.held_ = held;
            door.changed_.notify_all();
        }
        ReplyDoor& door;
    };

    /// The n-th delivery; an empty one when it does not come: less than a sender waits for an
    /// answer that is held.
    Delivery wait(std::size_t n) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(20), [&] { return deliveries_.size() >= n; });
        return deliveries_.size() >= n ? deliveries_[n - 1] : Delivery{};
    }
    std::size_t count() {
        std::lock_guard const lock(mutex_);
        return deliveries_.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Delivery> deliveries_;
    bool held_ = false;
    std::unique_ptr<net::HttpServer> server_;
};

class Asynchronous : public ::testing::Test {
protected:
    void SetUp() override {
        std::string const file = node.folder() / "agreement.yaml";
        std::string text = read_file(file);
        std::size_t const member = text.find("  - code: toolkit\n");
        std::size_t const line = text.find("    reply_addresses:", member);
        ASSERT_NE(line, std::string::npos);
        text.replace(line, text.find('\n', line) - line,
                     "    reply_addresses: [\"" + address() + "\", \"" + wire_address() + "\", \"" +
                         silent_address() + "\"]");
        std::ofstream(file) << text;
        node.start();
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
        known = letter_for(patient, "a letter to be fetched");
        ASSERT_TRUE(toolkit.submit(known).success());
    }
    std::string address() const {
        return "https://localhost:" + std::to_string(door.port()) + "/replies";
    }
    /// Through a wire that a test can cut.
    std::string wire_address() const {
        return "https://localhost:" + std::to_string(wire.port()) + "/replies";
    }
    std::string silent_address() const {
        return "https://localhost:" + std::to_string(silent.port()) + "/replies";
    }

    struct Asked {
        std::string message_id;
        int status = 0;
        std::string body;
    };
    Asked ask(std::string const& path, std::string const& action, std::string const& payload,
              std::string const& reply_to) const {
        soap::RequestHeaders headers;
        headers.action = action;
        headers.message_id = system_ids().uuid().to_urn();
        headers.to = "https://localhost/";
        headers.reply_to = reply_to;
        auto const answer =
            toolkit.post(path, kSoapType, {{soap::write_request(headers, payload), nullptr}});
        Asked asked{headers.message_id, 0, ""};
        if (answer) asked = {headers.message_id, answer->status, answer->body};
        return asked;
    }
    Asked ask_query(std::string const& reply_to) const {
        auto const query =
            find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
        return ask("/xds/registry", kQueryAction, ebxml::write_adhoc_query_request(query),
                   reply_to);
    }
    std::size_t records(std::string const& transaction) const {
        atna::SearchQuery query;
        query.transaction = transaction;
        return node.audit(query).size();
    }
    void expect_query_answer(Delivery const& delivery, Asked const& asked) {
        EXPECT_TRUE(delivery.content_type.starts_with("application/soap+xml"))
            << delivery.content_type;
        auto const message = soap::read_message(as_bytes(delivery.body), {});
        ASSERT_TRUE(message.ok()) << delivery.body;
        EXPECT_EQ(message->envelope.relates_to, asked.message_id);
        EXPECT_EQ(message->envelope.action, std::string(kQueryAction) + "Response");
        auto const response = ebxml::read_query_response(message->envelope.payload);
        ASSERT_TRUE(response.ok());
        ASSERT_EQ(response->objects.entries.size(), 1U);
        EXPECT_EQ(response->objects.entries[0].unique_id, known.documents[0].unique_id);
    }

    ReplyDoor door{test_pki(), 0};
    ReplyDoor silent{test_pki(), 0};
    TcpProxy wire;
    TestNode node{{.started = false}};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
    Papers known;
};

TEST_F(Asynchronous, AQueryIsAnsweredAtTheRegisteredAddressAndOnRecord) {
    std::size_t const before = records("ITI-18");
    Asked const asked = ask_query(address());
    EXPECT_EQ(asked.status, 202);
    EXPECT_TRUE(asked.body.empty());
    Delivery const delivery = door.wait(1);
    EXPECT_EQ(delivery.path, "/replies");
    expect_query_answer(delivery, asked);
    EXPECT_EQ(records("ITI-18"), before + 1);
    atna::SearchQuery query;
    query.transaction = "ITI-18";
    EXPECT_NE(node.audit(query).at(0).message.find(address()), std::string::npos)
        << "the record does not name the address (ITI TF-2 3.18.5.1)";
}

TEST_F(Asynchronous, ADocumentTravelsToTheRegisteredAddress) {
    std::string const payload = ebxml::write_retrieve_request(
        {{std::nullopt, kRepositoryId, known.documents[0].unique_id}});
    Asked const asked = ask("/xds/repository", kRetrieveAction, payload, address());
    EXPECT_EQ(asked.status, 202);
    Delivery const delivery = door.wait(1);
    EXPECT_NE(delivery.body.find(asked.message_id), std::string::npos);
    EXPECT_NE(delivery.body.find(to_base64(as_bytes("a letter to be fetched"))), std::string::npos);
    EXPECT_EQ(records("ITI-43"), 1U);
}

TEST_F(Asynchronous, AnErrorTravelsThereToo) {
    Asked const asked =
        ask("/xds/registry", kQueryAction,
            ebxml::write_adhoc_query_request(domain::RawQuery{
                "urn:uuid:00000000-0000-4000-8000-000000000000", "LeafClass", std::nullopt, {}}),
            address());
    EXPECT_EQ(asked.status, 202);
    Delivery const delivery = door.wait(1);
    EXPECT_NE(delivery.body.find(asked.message_id), std::string::npos);
    EXPECT_NE(delivery.body.find("XDSUnknownStoredQuery"), std::string::npos) << delivery.body;
}

TEST_F(Asynchronous, AnAddressThatNobodyRegisteredGetsNothingAndTheAskerAFault) {
    std::size_t const queries = records("ITI-18");
    std::size_t const refusals = records("refusal");
    Asked const asked = ask_query(address() + "/elsewhere");
    EXPECT_EQ(asked.status, 400);
    EXPECT_NE(asked.body.find("InvalidAddressingHeader"), std::string::npos) << asked.body;
    EXPECT_NE(asked.body.find(asked.message_id), std::string::npos);
    EXPECT_EQ(records("ITI-18"), queries) << "it was asked all the same";
    EXPECT_EQ(records("refusal"), refusals + 1);
    // What is sent later has overtaken whatever should not have been sent.
    EXPECT_EQ(ask_query(address()).status, 202);
    EXPECT_FALSE(door.wait(1).body.empty());
    EXPECT_EQ(door.count(), 1U);
}

TEST_F(Asynchronous, AnAddressThatCannotBeReachedIsTriedAgain) {
    wire.set_target(door.port());
    wire.set_mode(TcpProxy::Mode::kRefuse);
    std::size_t const from = node.log().size();
    Asked const asked = ask_query(wire_address());
    EXPECT_EQ(asked.status, 202);
    EXPECT_TRUE(node.wait_log("event=async.failed attempt=1", from));
    EXPECT_TRUE(toolkit.find(patient).success()) << "others wait for it";
    wire.set_mode(TcpProxy::Mode::kPass);
    expect_query_answer(door.wait(1), asked);
}

TEST_F(Asynchronous, AnAddressThatNeverAnswersHoldsNobodyUp) {
    ReplyDoor::Held const held(silent);
    EXPECT_EQ(ask_query(silent_address()).status, 202);
    silent.wait(1);
    Asked const asked = ask_query(address());
    EXPECT_EQ(asked.status, 202);
    expect_query_answer(door.wait(1), asked);
    EXPECT_TRUE(toolkit.find(patient).success());
}

}  // namespace
}  // namespace musubi::test
