// C-MOVE to a place of our own, and who may store there (DICOM PS3.4 C.4.2, B.2).

#include "platform/dicomnet/storage_listener.h"

#include "platform/base/metrics.h"
#include "support/dimse_archive.h"

#include <gtest/gtest.h>

#include <future>

namespace musubi::dicomnet {
namespace {

using test::ImageFile;
using namespace std::chrono_literals;
constexpr char kCt[] = "1.2.840.10008.5.1.4.1.1.2";
constexpr char kExplicit[] = "1.2.840.10008.1.2.1", kLossless[] = "1.2.840.10008.1.2.4.70";

class Collector final : public ObjectReader {
public:
    Status piece(ByteView octets) override {
        file += as_text(octets);
        if (file.size() > most) return Error(Code::kInvalidContent, "another patient's");
        return {};
    }
    std::string file;
    std::size_t most = SIZE_MAX;
};

class Move : public ::testing::Test {
protected:
    Move() {
        auto started = StorageListener::start({"127.0.0.1", 0, nullptr, 4, 2s});
        EXPECT_TRUE(started.ok());
        listener = std::move(*started);
        listener->know({{"pacs", {"127.0.0.1"}, "ARCHIVE", "MUSUBI", ""}});
        archive.deliver_to(listener->port());
        archive.hold(image);
    }
    Patience patience() const { return {std::chrono::steady_clock::now() + whole, 2s, {}}; }
    Result<std::unique_ptr<Retrieval>> open(std::vector<std::string> const& syntaxes = {
                                                kExplicit}) {
        return open_move({"127.0.0.1", archive.port(), "ARCHIVE", "MUSUBI", nullptr, ""},
                         {{kCt}, syntaxes}, patience(), *listener, "pacs");
    }
    Status fetch(Collector& into) {
        auto const retrieval = TRY(open());
        return retrieval->fetch({image.study, image.series, image.instance}, patience(), into);
    }
    std::string outcome() {
        Collector into;
        auto const done = fetch(into);
        return done ? "good" : std::string(to_string(done.error().code));
    }
    static std::uint64_t refused(std::string const& source, std::string const& why) {
        return counter("musubi_dimse_refused_total",
                       "source=\"" + source + "\",why=\"" + why + "\"")
            .value();
    }
    /// Somebody who comes by himself.
    std::unique_ptr<test::WirePeer> visitor() {
        int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(listener->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ::fcntl(socket, F_SETFL, O_NONBLOCK);
        return std::make_unique<test::WirePeer>(std::make_unique<net::Channel>(socket), never);
    }
    /// The answer to an association: its type and, of a refusal, its reason.
    std::string answer_to(test::WireAssociate const& associate) {
        auto const peer = visitor();
        peer->send(test::associate_pdu(true, associate));
        auto const answer = peer->pdu();
        if (!answer) return "closed";
        if (answer->first == 3) return "refused " + std::to_string(answer->second[3]);
        return answer->first == 2 ? "accepted" : "other";
    }

    ImageFile image{"2.25.1", "2.25.1.1", "2.25.1.1.1", "HOSP-0001", kExplicit, kCt, 300'000};
    std::atomic<bool> never{false};
    std::chrono::milliseconds whole = 10s;
    test::DimseArchive archive;
    std::unique_ptr<StorageListener> listener;
};

TEST_F(Move, BringsWhatWasAskedFor) {
    Collector into;
    auto const done = fetch(into);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    std::string const file = test::image_file(image);
    EXPECT_TRUE(into.file.ends_with(file.substr(file.find("ISO_IR") - 8)));
    EXPECT_EQ(into.file.substr(128, 4), "DICM");
    auto const retrieval = open();
    for (int i = 0; i < 3; ++i) {
        Collector again;
        ASSERT_TRUE((*retrieval)
                        ->fetch({image.study, image.series, image.instance}, patience(), again)
                        .ok());
        EXPECT_EQ(again.file, into.file);
    }
    Collector absent;
    EXPECT_EQ(
        (*retrieval)->fetch({"2.25.1", "2.25.1.1", "2.25.9"}, patience(), absent).error().code,
        Code::kNotFound);
}

TEST_F(Move, SeveralAtATime) {
    std::vector<std::future<std::string>> all;
    for (int i = 0; i < 4; ++i)
        all.push_back(std::async(std::launch::async, [this] { return outcome(); }));
    for (auto& one : all) EXPECT_EQ(one.get(), "good");
}

TEST_F(Move, WhatGoesWrongIsToldApart) {
    for (auto const& [mode, code] : std::vector<std::pair<std::string, std::string>>{
             {"abort", "PeerUnavailable"},
             {"cut", "PeerUnavailable"},
             {"busy", "PeerUnavailable"},
             {"lie", "InvalidContent"},
             {"oversize", "InvalidContent"},
             {"other", "Unsupported"},  // refused by us, so the archive reports a failure
             {"refuse", "PeerUnavailable"},
             {"good", "good"}}) {
        archive.behave(mode);
        EXPECT_EQ(outcome(), code) << mode;
    }
    archive.deliver_to(1);
    EXPECT_EQ(outcome(), "Unsupported") << "it cannot reach us";
    whole = 500ms;
    archive.behave("hang");
    EXPECT_EQ(outcome(), "PeerUnavailable");
}

TEST_F(Move, TheReadersErrorIsTheCalls) {
    Collector into;
    into.most = 10'000;
    auto const done = fetch(into);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kInvalidContent);
    EXPECT_EQ(outcome(), "good") << "the next one comes";
}

TEST_F(Move, NobodyElseMayStore) {
    test::WireAssociate const right{"MUSUBI", "ARCHIVE", {{1, kCt, {kExplicit}, 0}}, ""};
    auto const before = refused("pacs", "nothing expected");
    EXPECT_EQ(answer_to(right), "refused 1") << "nothing was asked for";
    EXPECT_EQ(refused("pacs", "nothing expected"), before + 1);
    auto wrong = right;
    wrong.calling = "SOMEBODY";
    EXPECT_EQ(answer_to(wrong), "refused 3");
    wrong = right;
    wrong.called = "SOMEBODY";
    EXPECT_EQ(answer_to(wrong), "refused 7");
    auto const peer = visitor();
    peer->send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_FALSE(peer->pdu()) << "no association at all";
    listener->know({{"pacs", {"10.1.2.3"}, "ARCHIVE", "MUSUBI", ""}});
    EXPECT_EQ(answer_to(right), "closed") << "another address";
    listener->know({});
    EXPECT_EQ(answer_to(right), "closed");
}

TEST_F(Move, OfOnesWhoMayOnlyWhatIsAskedForIsTaken) {
    // Somebody waits for an object that never comes, so the port is open for its kind.
    archive.behave("hang");
    whole = 1s;
    auto waiting = std::async(std::launch::async, [this] { return outcome(); });
    test::WireAssociate const right{
        "MUSUBI", "ARCHIVE", {{1, kCt, {kLossless}, 0}, {3, kCt, {kExplicit}, 0}}, ""};
    std::unique_ptr<test::WirePeer> peer;
    std::optional<std::pair<int, std::string>> answer;
    for (int i = 0; i < 200 && (!answer || answer->first != 2); ++i) {
        std::this_thread::sleep_for(10ms);
        peer = visitor();
        peer->send(test::associate_pdu(true, right));
        answer = peer->pdu();
    }
    ASSERT_TRUE(answer && answer->first == 2);
    auto const contexts = test::read_associate(answer->second).contexts;
    ASSERT_EQ(contexts.size(), 2U);
    EXPECT_NE(contexts[0].result, 0) << "a syntax that nobody asked for";
    EXPECT_EQ(contexts[1].result, 0);
    auto const store = [&](std::string const& instance) {
        test::WireCommand command;
        command.text(0x0002, kCt).word(0x0100, 1).word(0x0110, 1).word(0x0700, 0).word(0x0800, 1);
        command.text(0x1000, instance);
        peer->send(test::data_pdus(3, true, command.done()) +
                   test::data_pdus(3, false, std::string(50'000, 'x')));
        auto const told = peer->message();
        return told ? test::wire_word(told->command, 0x00000900) : 0xFFFF;
    };
    auto const before = refused("pacs", "not asked for");
    EXPECT_EQ(store("2.25.66"), 0xA900U);
    EXPECT_EQ(refused("pacs", "not asked for"), before + 1);
    EXPECT_EQ(store(image.instance), 0U);
    EXPECT_EQ(store(image.instance), 0xA900U) << "once is enough";
    // Who breaks the rules of the protocol is let go of.
    peer->send(test::data_pdus(3, true, "nonsense"));
    EXPECT_FALSE(peer->message());
    EXPECT_EQ(waiting.get(), "good") << "it is here, whatever the archive says of it";
}

TEST_F(Move, SlowVisitorsKeepNobodyAway) {
    std::vector<std::unique_ptr<test::WirePeer>> idlers;
    for (int i = 0; i < 3; ++i) idlers.push_back(visitor());
    idlers[0]->send("\1");
    EXPECT_EQ(outcome(), "good");
    for (int i = 0; i < 3; ++i) idlers.push_back(visitor());
    auto const before = refused("unknown", "too many");
    (void)outcome();
    EXPECT_GE(refused("unknown", "too many"), before) << "there is an end to visitors";
    listener.reset();
}

}  // namespace
}  // namespace musubi::dicomnet
