// Questions whose answers come on a connection of their own (ITI TF-2 V.5): only the community that
// was asked may answer, once and in time; and nothing that this node sent is answered by it.

#include "codec/soap/write_envelope.h"
#include "node/xca/image_requests.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace musubi::test {
namespace {

constexpr char kMinami[] = "urn:oid:2.999.1.2";
using Strings = std::vector<std::string>;
using Status_ = ebxml::ResponseStatus;

/// For an address that others have to know before the node starts.
std::uint16_t free_port() {
    int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    ::close(fd);
    return ntohs(address.sin_port);
}

class Later : public ::testing::Test {
protected:
    static TestNode::Options options(std::uint16_t port) {
        TestNode::Options options;
        options.settings = {
            "listen.https=127.0.0.1:" + std::to_string(port),
            "xca.reply_address=https://localhost:" + std::to_string(port) + "/async/reply",
            "xca.initiating=true",
            "xca.communities=communities.yaml",
            "xca.query_deadline=3s",
            "xca.query_first_byte=2s",
            "xca.rest_after=1000"};
        options.started = false;
        return options;
    }
    void SetUp() override {
        std::ofstream(node.folder() / "communities.yaml")
            << "communities:\n"
            << minami.directory_entry("correlation: none, asynchronous: true");
        std::string text = read_file(node.folder() / "agreement.yaml");
        std::string const role = "default_role: community";
        text.replace(text.find(role), role.size(), "default_role: conformance-test");
        std::ofstream(node.folder() / "agreement.yaml") << text;
        node.start();
        patient = fresh_patient();
        ASSERT_EQ(toolkit.feed("A01", patient), "AA");
    }
    Gathered find() const { return find_everywhere(toolkit, patient); }
    /// What the asker hears when no good answer came in time.
    void expect_unavailable() {
        auto const heard = find();
        EXPECT_EQ(heard.response.status, Status_::kPartialSuccess) << heard.text();
        EXPECT_EQ(heard.codes(), Strings{"XDSUnavailableCommunity"}) << heard.text();
        EXPECT_EQ(heard.of(kMinami), 0);
    }
    /// Posts an answer, as somebody; the HTTP status.
    int answer(std::string const& who, std::string const& relates_to) const {
        soap::ReplyHeaders headers;
        headers.action = "urn:ihe:iti:2007:CrossGatewayQueryResponse";
        headers.relates_to = relates_to;
        headers.message_id = system_ids().uuid().to_urn();
        std::string const body = ebxml::query_response_prefix(Status_::kSuccess, {}) +
                                 std::string(ebxml::query_response_suffix());
        auto const posted = NodeClient(node, who).post(
            "/async/reply", kSoapType, {{soap::write_envelope(headers, body), nullptr}});
        return posted ? posted->status : 0;
    }
    int refused_replies() const {
        atna::SearchQuery query;
        query.transaction = "ITI-38";
        int refused = 0;
        for (auto const& record : node.audit(query)) {
            bool const at_the_door = record.event.objects.size() == 1 &&
                                     record.event.objects[0].id.starts_with("urn:uuid:");
            if (at_the_door && record.event.outcome != domain::AuditOutcome::kSuccess) ++refused;
        }
        return refused;
    }

    std::uint16_t const port = free_port();
    TestNode node{options(port)};
    Neighbour minami{2, node.folder() / "minami", kMinami};
    NodeClient toolkit{node, "toolkit"};
    std::string patient;
};

TEST_F(Later, AnswersComeOnAConnectionOfTheirOwn) {
    auto const heard = find();
    EXPECT_EQ(heard.response.status, Status_::kSuccess) << heard.text();
    ASSERT_EQ(heard.of(kMinami), 2);
    EXPECT_TRUE(eventually([&] { return minami.lines("log.replies") == Strings{"202"}; }));
    auto const fetched =
        fetch_everywhere(toolkit, {{kMinami, minami.repository(), heard.entries[0].second}});
    EXPECT_EQ(fetched.response.status, Status_::kSuccess) << fetched.text();
    EXPECT_EQ(fetched.documents.at(heard.entries[0].second),
              std::string(kMinami) + " document " + heard.entries[0].second);
    // Who a patient is there is asked the same way.
    std::ofstream(node.folder() / "communities.yaml")
        << "communities:\n"
        << minami.discovering_entry(", asynchronous: true");
    node.signal(SIGHUP);
    ASSERT_NE(toolkit
                  .exchange_hl7("MSH|^~\\&|H|H|M|M|20261121000000||ADT^A08|X1|P|2.3.1\rEVN|A08|"
                                "20261121000000\rPID|1||" +
                                patient + "||SAITO^YUMIKO^^^^^L^A||19700102|F\rPV1|1|O\r")
                  .find("MSA|AA"),
              std::string::npos);
    EXPECT_TRUE(eventually([&] {
        auto const all = minami.asked();
        bool const discovered = std::any_of(all.begin(), all.end(), [](auto const& line) {
            return line.starts_with("discovery ");
        });
        return find().of(kMinami) == 2 && discovered;
    }));
}

TEST_F(Later, ImagesComeOnAConnectionOfTheirOwn) {
    auto const manifest = sample_manifest(fresh_oid(), "2.999.1.2.30", {2});
    minami.hold("manifest", manifest_file(manifest));
    for (auto const& [instance, file] : files_of(manifest)) minami.hold(instance, file);
    std::ofstream(node.folder() / "communities.yaml")
        << "communities:\n"
        << minami.imaging_entry(", asynchronous: true");
    std::size_t const from = node.log().size();
    node.signal(SIGHUP);
    ASSERT_TRUE(node.wait_log("event=reloaded", from));
    find();
    auto const fetched =
        fetch_everywhere(toolkit, {{kMinami, minami.repository(), manifest.sop_instance}});
    ASSERT_EQ(fetched.documents.size(), 1U) << fetched.text();
    auto const images = ask_for_images(toolkit, images_of(manifest, kMinami));
    EXPECT_EQ(images.response.status, Status_::kSuccess) << images.text();
    EXPECT_TRUE(images.files == files_of(manifest));
    EXPECT_TRUE(eventually([&] { return minami.lines("log.replies") == Strings(3, "202"); }));
}

TEST_F(Later, WhatNobodyWaitsForIsRefusedAndRecorded) {
    EXPECT_EQ(find().of(kMinami), 2);
    minami.answer_later("twice");
    EXPECT_EQ(find().of(kMinami), 2);
    EXPECT_TRUE(eventually([&] { return minami.lines("log.replies").size() == 3; }));
    EXPECT_NE(minami.lines("log.replies")[2], "202") << "the second time nobody waits";
    minami.answer_later("unknown");
    expect_unavailable();
    EXPECT_NE(minami.lines("log.replies").at(3), "202");
    minami.answer_later("late 3.5");
    expect_unavailable();
    EXPECT_TRUE(eventually([&] { return minami.lines("log.replies").size() == 5; }));
    EXPECT_NE(minami.lines("log.replies")[4], "202") << "too late";
    EXPECT_TRUE(eventually([&] { return refused_replies() == 3; })) << refused_replies();
}

TEST_F(Later, NobodyElseMayAnswer) {
    minami.answer_later("late 1.5");
    auto asking = std::async(std::launch::async, [&] { return find(); });
    ASSERT_TRUE(eventually([&] { return minami.lines("log.messages").size() == 1; }));
    std::string const question = minami.lines("log.messages")[0];
    EXPECT_NE(answer("toolkit", question), 202) << "a member, but not the one who was asked";
    EXPECT_NE(answer("stranger", question), 202);
    EXPECT_NE(answer("toolkit", ""), 202);
    EXPECT_EQ(asking.get().of(kMinami), 2) << "the true answer counts all the same";
    EXPECT_NE(answer("node-b", question), 202) << "it was answered";
    EXPECT_GE(refused_replies(), 2);
}

/// A gateway that asks on would send our own question back to us.
TEST_F(Later, OurOwnMessageIsNotAnswered) {
    EXPECT_EQ(find().of(kMinami), 2);
    auto const ask = [&](std::string const& message_id) {
        soap::RequestHeaders headers;
        headers.action = "urn:ihe:iti:2007:CrossGatewayQuery";
        headers.message_id = message_id;
        auto const query =
            find_documents_query(patient, {std::string(to_urn(domain::Availability::kApproved))});
        return gathered(toolkit.post(
            "/xca/responding", kSoapType,
            {{soap::write_request(headers, ebxml::write_adhoc_query_request(query)), nullptr}}));
    };
    EXPECT_EQ(ask(system_ids().uuid().to_urn()).response.status, Status_::kSuccess);
    auto const round = ask(minami.lines("log.messages").at(0));
    EXPECT_EQ(round.response.status, Status_::kFailure) << round.text();
    EXPECT_EQ(round.codes(), Strings{"XDSRegistryError"});
}

}  // namespace
}  // namespace musubi::test
