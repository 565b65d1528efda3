#include "binding/mllp/hl7v2_endpoint.h"

#include "codec/hl7v2/exchange.h"
#include "codec/hl7v2/parse.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "unit/core/toy.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace musubi::binding {
namespace {

struct V2Toy : test::Toy<test::ToyKind::kRead, hl7v2::Incoming> {
    using Reply = hl7v2::Outgoing;
    static Result<Reply> encode(Deps& d, Response&&, Request const&) {
        TRY(d.pass("encode"));
        return Reply{};
    }
    static Reply encode_error(Deps&, Error const& error, Request const*) { return Reply{error}; }
};

/// Answers queries with what the test put into `answer`, and names their octets.
struct V2Query : test::Toy<test::ToyKind::kRead, hl7v2::Incoming> {
    using Reply = hl7v2::Outgoing;
    static inline hl7v2::QueryAnswer answer;
    static inline std::vector<std::string> octets;
    static core::TransactionSpec const& spec() {
        static core::TransactionSpec const kSpec{.id = "TOY-Q",
                                                 .name = "Toy",
                                                 .action = domain::Action::kQuery,
                                                 .event_id = domain::dcm("110112", "Query"),
                                                 .soap = {},
                                                 .hl7v2 = {{"QBP", {"Q22", "Q23"}}}};
        return kSpec;
    }
    static Result<Request> decode(Deps& d, Wire const& wire, core::DecodeContext const&) {
        TRY(d.pass("decode"));
        octets.emplace_back(as_text(wire.bytes));
        return std::string("request");
    }
    static Result<Reply> encode(Deps&, Response&&, Request const&) {
        Reply reply;
        reply.answer = answer;
        return reply;
    }
    static Reply encode_error(Deps&, Error const& error, Request const*) { return Reply{error}; }
};

std::string query(std::string const& type, std::string const& id = "M1",
                  std::string const& rest = "") {
    return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||" + type + "|" + id + "|P|2.5" + rest +
           "\rQPD|IHE PDQ Query|T1|@PID.8^M\rRCP|I\r";
}
hl7v2::QueryAnswer answer_with(std::string const& family) {
    domain::Demographics person;
    person.names = {{family, "", "", "", "", "L", domain::Script::kUntold}};
    hl7v2::QueryAnswer made;
    made.patients = {{{{{"7", "2.999.1"}, "PI"}}, person, std::nullopt}};
    return made;
}

std::string message(std::string const& type, std::string const& version = "2.3.1",
                    std::string const& rest = "") {
    return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||" + type + "|M1|P|" + version + rest +
           "\rPID|||1\r";
}

class V2Door : public ::testing::Test {
protected:
    V2Door()
        : pool_(pg::PoolConfig{.conninfo = "host=/nonexistent", .size = 1}),
          pipeline_((ports_.provide<core::PolicyPort>(gate_),
                     ports_.provide<core::AuditPort>(ledger_), ports_),
                    pool_, system_clock(), core::PipelineSettings{"node-a", "region-a"}),
          door_(router_, pipeline_, gate_, system_clock(), system_ids(), Hl7v2Settings{}) {
        EXPECT_TRUE(router_.add(core::define<V2Toy>(deps_)).ok());
        EXPECT_TRUE(router_.add(core::define<V2Query>(deps_)).ok());
        V2Query::answer = {};
        V2Query::octets.clear();
        gate_.members["CN=kita"] = test::toy_member();
    }

    hl7v2::Message send(std::string const& text, std::string const& subject = "CN=kita") {
        raw_ = door_.handle(test::toy_peer(subject), text);
        auto parsed = hl7v2::parse(as_bytes(raw_));
        EXPECT_TRUE(parsed.ok()) << raw_;
        return *parsed;
    }
    static std::string msa(hl7v2::Message const& ack, int field) { return ack.get("MSA", {field}); }
    /// ERR-1 of the old versions: location ^ ^ ^ code.
    static std::string old_code(hl7v2::Message const& ack) { return ack.get("ERR", {1, 1, 4, 1}); }

    test::Gate gate_;
    test::Ledger ledger_;
    test::ToyDeps deps_;
    core::Router router_;
    core::Ports ports_;
    pg::Pool pool_;
    core::Pipeline pipeline_;
    Hl7v2Endpoint door_;
    std::string raw_;
};

TEST_F(V2Door, AnAcceptedMessageIsAcknowledgedWithSidesSwapped) {
    auto const ack = send(message("ADT^A01"));
    EXPECT_EQ(msa(ack, 1), "AA");
    EXPECT_EQ(msa(ack, 2), "M1");
    EXPECT_EQ(ack.get("MSH", {3}), "MUSUBI");
    EXPECT_EQ(ack.get("MSH", {4}), "REGION");
    EXPECT_EQ(ack.get("MSH", {5}), "APP");
    EXPECT_EQ(ack.get("MSH", {6}), "KITA");
    EXPECT_EQ(ack.count("ERR"), 0);
    ASSERT_EQ(ledger_.events.size(), 1U);
    // ITI TF-2 3.8.5.1: facility|application on both sides.
    EXPECT_EQ(ledger_.events[0].participants[0].user_id, "KITA|APP");
    EXPECT_EQ(ledger_.events[0].participants[1].user_id, "REGION|MUSUBI");
}

TEST_F(V2Door, SidesThatAreNotNamedAreFilledFromWhatIsKnown) {
    send("MSH|^~\\&|||||20260101120000||ADT^A01|M1|P|2.3.1\rPID|||1\r");
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].participants[0].user_id, "CN=kita");
    EXPECT_EQ(ledger_.events[0].participants[1].user_id, "MUSUBI|MUSUBI");
}

TEST_F(V2Door, EachOutcomeHasItsAcknowledgement) {
    std::pair<Code, char const*> const rows[] = {
        {Code::kInvalidContent, "AE"},     {Code::kConflict, "AE"},
        {Code::kUnsupported, "AR"},        {Code::kBusy, "AR"},
        {Code::kStorageUnavailable, "AR"}, {Code::kInternal, "AR"}};
    for (auto const& [code, expected] : rows) {
        ledger_.events.clear();
        deps_.failing = {{"handle", Error(code, "private detail")}};
        auto const ack = send(message("ADT^A01"));
        EXPECT_EQ(msa(ack, 1), expected) << to_string(code);
        EXPECT_EQ(ack.count("ERR"), 1);
        EXPECT_EQ(raw_.find("private detail"), std::string::npos);
        EXPECT_EQ(ledger_.events.size(), 1U);
    }
}

TEST_F(V2Door, FindingsKeepTheirPlaceAndCode) {
    deps_.failing = {
        {"handle", Error(Code::kConflict, {{Severity::kError, Reason::kUnknownKeyIdentifier,
                                            "unknown", "MRG^1^1"}})}};
    auto const old = send(message("ADT^A01"));
    EXPECT_EQ(old_code(old), "204");
    EXPECT_EQ(old.get("ERR", {1, 1, 1, 1}), "MRG");
    auto const modern = send(message("ADT^A01^ADT_A01", "2.5"));
    EXPECT_EQ(modern.get("ERR", {3, 1, 1, 1}), "204");
    EXPECT_EQ(modern.get("ERR", {2, 1, 1, 1}), "MRG");
}

TEST_F(V2Door, TheTraceStandsInTheErrorOfVersion25) {
    deps_.failing = {{"handle", Error(Code::kInternal, "x")}};
    auto const ack = send(message("ADT^A01^ADT_A01", "2.5"));
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_FALSE(ledger_.events[0].trace.empty());
    EXPECT_EQ(ack.get("ERR", {7}), ledger_.events[0].trace);
}

TEST_F(V2Door, WhoIsNoMemberIsRejected) {
    auto const ack = send(message("ADT^A01"), "CN=stranger");
    EXPECT_EQ(msa(ack, 1), "AR");
    EXPECT_EQ(msa(ack, 2), "M1");
    EXPECT_TRUE(deps_.order.empty());
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_EQ(ledger_.events[0].event_types.at(0).code, "110126");
}

TEST_F(V2Door, WhoMayNotCallIsRejectedAndRecordedOnce) {
    gate_.forbidden = {"TOY-R"};
    EXPECT_EQ(msa(send(message("ADT^A01")), 1), "AR");
    EXPECT_EQ(ledger_.events.size(), 1U);
}

// ITI TF-2 C.2.3
TEST_F(V2Door, UnknownTypesAndEventsAreRejectedAtTheirPlace) {
    auto const type = send(message("ORU^R01"));
    EXPECT_EQ(msa(type, 1), "AR");
    EXPECT_EQ(old_code(type), "200");
    auto const event = send(message("ADT^A99"));
    EXPECT_EQ(msa(event, 1), "AR");
    EXPECT_EQ(old_code(event), "201");
    auto const modern = send(message("ADT^A99^ADT_A99", "2.5"));
    EXPECT_EQ(modern.get("ERR", {3, 1, 1, 1}), "201");
    EXPECT_EQ(modern.segment(modern.segment_count() - 1).raw_field(2), "MSH^1^9^1^2");
    EXPECT_EQ(ledger_.events.size(), 3U);
    EXPECT_TRUE(deps_.order.empty());
}

TEST_F(V2Door, GarbageIsRejectedWithAHeaderOfOurOwn) {
    for (std::string const text : {"garbage", "", "MSH", "PID|||1\r", "\x01\x02\x03"}) {
        ledger_.events.clear();
        auto const ack = send(text);
        EXPECT_EQ(msa(ack, 1), "AR") << text;
        EXPECT_EQ(ack.get("MSH", {3}), "MUSUBI") << text;
        EXPECT_EQ(ledger_.events.size(), 1U) << text;
    }
}

TEST_F(V2Door, TheSendersCharacterSetIsEchoed) {
    std::string const set = "||||||~ISO IR87||ISO 2022-1994";
    auto const ack =
        send("MSH|^~\\&|APP|\x1b$B8k7M\x1b(B|MUSUBI|REGION|20260101120000||ADT^A01|M1|P|2.3.1" +
             set + "\rPID|||1\r");
    EXPECT_EQ(msa(ack, 1), "AA");
    EXPECT_EQ(ack.segment(0).raw_field(18), "~ISO IR87");
    EXPECT_NE(raw_.find("\x1b$B8k7M\x1b(B"), std::string::npos);
}

TEST_F(V2Door, TypeAndEventChooseTheTransactionAndItsResponse) {
    V2Query::answer = answer_with("YAMADA");
    std::string const asked = query("QBP^Q22^QBP_Q21");
    auto const rsp = send(asked);
    EXPECT_EQ(rsp.segment(0).raw_field(9), "RSP^K22^RSP_K21");
    EXPECT_EQ(msa(rsp, 1), "AA");
    EXPECT_EQ(rsp.get("QAK", {2}), "OK");
    EXPECT_EQ(rsp.find("QPD")->raw(), "QPD|IHE PDQ Query|T1|@PID.8^M");
    EXPECT_EQ(rsp.get("PID", {5}), "YAMADA");
    EXPECT_EQ(V2Query::octets, std::vector<std::string>{asked});
    EXPECT_EQ(send(query("QBP^Q23^QBP_Q21")).segment(0).raw_field(9), "RSP^K23^RSP_K23");
    EXPECT_EQ(send(message("ADT^A01")).segment(0).raw_field(9), "ACK^A01");
    auto const unknown = send(query("QBP^Q99^QBP_Q21"));
    EXPECT_EQ(msa(unknown, 1), "AR");
    EXPECT_EQ(unknown.get("ERR", {3}), "201");
    EXPECT_EQ(unknown.count("QAK"), 0);
}

TEST_F(V2Door, ARefusedQueryIsAnsweredByItsResponse) {
    for (std::string const stage : {"decode", "handle"}) {
        deps_.failing = {
            {stage, Error(Code::kInvalidContent, {{Severity::kError, Reason::kUnknownKeyIdentifier,
                                                   "unknown", "QPD^1^3^1^1"}})}};
        auto const rsp = send(query("QBP^Q23^QBP_Q21"));
        EXPECT_EQ(rsp.segment(0).raw_field(9), "RSP^K23^RSP_K23") << stage;
        EXPECT_EQ(msa(rsp, 1), "AE") << stage;
        EXPECT_EQ(rsp.get("QAK", {1}), "T1") << stage;
        EXPECT_EQ(rsp.get("QAK", {2}), "AE") << stage;
        EXPECT_EQ(rsp.get("ERR", {3}), "204") << stage;
        EXPECT_EQ(rsp.count("PID"), 0) << stage;
    }
    gate_.members.clear();
    auto const stranger = send(query("QBP^Q23^QBP_Q21"));
    EXPECT_EQ(stranger.segment(0).raw_field(9), "ACK^Q23^ACK");
    EXPECT_EQ(msa(stranger, 1), "AR");
}

TEST_F(V2Door, CharactersTheReceiverLacksAreReplacedCountedAndLogged) {
    std::vector<std::string> lines;
    set_log_sink([&](LogLevel, std::string const& line) { lines.push_back(line); });
    Counter& replaced = counter("mllp_replaced_characters_total");
    std::uint64_t const before = replaced.value();
    V2Query::answer = answer_with("髙橋");
    auto const rsp = send(query("QBP^Q22^QBP_Q21", "M1", "||||||~ISO IR87||ISO 2022-1994"));
    set_log_sink({});
    EXPECT_EQ(rsp.get("PID", {5}), "高橋");
    EXPECT_EQ(rsp.segment(0).raw_field(18), "~ISO IR87");
    EXPECT_EQ(replaced.value(), before + 1);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("mllp.characters_replaced"), std::string::npos);
    EXPECT_EQ(lines[0].find("橋"), std::string::npos);
}

TEST_F(V2Door, TheAgreementSaysWhatAnEmptyDeclarationMeans) {
    using enum domain::MessageCharset;
    struct Row {
        char const* what;
        domain::MessageCharset word;
        std::string msh18, octets;
        char const* ack;
        char const* counted = "";  ///< set and who chose it
    } const rows[] = {
        {"undeclared CP932", kDeclared, "", "\x8e\x52\x96\x7b", "AE"},
        {"guessed CP932", kGuess, "", "\x8e\x52\x96\x7b", "AA", "set=\"cp932\",by=\"octets\""},
        {"the partner's CP932", kCp932, "", "\x8e\x52\x96\x7b", "AA",
         "set=\"cp932\",by=\"agreement\""},
        {"undeclared EUC-JP", kDeclared, "", "\xbb\xb3\xc5\xc4", "AE"},
        {"EUC-JP that could be CP932", kGuess, "", "\xbb\xb3\xc5\xc4", "AE"},
        {"the partner's EUC-JP", kEucJp, "", "\xbb\xb3\xc5\xc4", "AA",
         "set=\"euc-jp\",by=\"agreement\""},
        {"undeclared ISO-2022-JP", kDeclared, "", "\x1b$B;3\x1b(B", "AE"},
        {"guessed ISO-2022-JP", kGuess, "", "\x1b$B;3\x1b(B", "AA",
         "set=\"iso-2022-jp\",by=\"octets\""},
        {"ISO-2022-JP declared as UTF-8", kGuess, "UNICODE UTF-8", "\x1b$B;3\x1b(B", "AA",
         "set=\"iso-2022-jp\",by=\"octets\""},
        {"the partner's ISO-2022-JP", kIso2022Jp, "", "\x1b$B;3\x1b(B", "AA",
         "set=\"iso-2022-jp\",by=\"agreement\""},
        {"the partner's UTF-8", kUtf8, "", "山", "AA", "set=\"utf-8\",by=\"agreement\""},
        {"a declaration is stronger", kCp932, "UNICODE UTF-8", "山", "AA"},
        {"and is believed", kCp932, "UNICODE UTF-8", "\x8e\x52", "AE"},
        {"Latin-1", kLatin1, "", "\xe9", "AA", "set=\"latin-1\",by=\"agreement\""},
        {"plain ASCII is no choice", kCp932, "", "YAMA", "AA"},
    };
    std::vector<std::string> lines;
    set_log_sink([&](LogLevel, std::string const& line) { lines.push_back(line); });
    for (Row const& row : rows) {
        lines.clear();
        gate_.members["CN=kita"].character_set = row.word;
        std::string const labels = std::string("member=\"hospital-kita\",") + row.counted;
        Counter& taken = counter("musubi_mllp_undeclared_character_set_total", labels);
        std::uint64_t const before = taken.value();
        auto const ack =
            send(message("ADT^A01", "2.3.1", "||||||" + row.msh18) + "ZZZ|" + row.octets + "\r");
        EXPECT_EQ(msa(ack, 1), row.ack) << row.what;
        bool const chosen = *row.counted != '\0';
        EXPECT_EQ(taken.value(), before + (chosen ? 1 : 0)) << row.what;
        EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                                [](std::string const& line) {
                                    return line.find("mllp.character_set") != std::string::npos;
                                }),
                  chosen ? 1 : 0)
            << row.what;
        for (std::string const& line : lines)
            EXPECT_EQ(line.find(row.octets), std::string::npos) << row.what;
    }
    set_log_sink({});
}

TEST_F(V2Door, AnswersGoOutInThePartnersSet) {
    using enum domain::MessageCharset;
    V2Query::answer = answer_with("山本");
    struct Row {
        domain::MessageCharset word;
        std::string name;
    } const rows[] = {{kCp932, "\x8e\x52\x96\x7b"},
                      {kEucJp, "\xbb\xb3\xcb\xdc"},
                      {kIso2022Jp, "\x1b$B;3K\\\x1b(B"},
                      {kUtf8, "山本"}};
    set_log_sink([](LogLevel, std::string const&) {});
    for (Row const& row : rows) {
        gate_.members["CN=kita"].character_set = row.word;
        // Also where the question itself is plain ASCII.
        std::string const raw = door_.handle(test::toy_peer("CN=kita"), query("QBP^Q22^QBP_Q21"));
        EXPECT_NE(raw.find("||" + row.name), std::string::npos) << raw;
    }
    gate_.members["CN=kita"].character_set = kGuess;
    std::string asked = query("QBP^Q22^QBP_Q21");
    asked.replace(asked.find("@PID.8^M"), 8, "@PID.5.1^\x8e\x52");
    EXPECT_NE(door_.handle(test::toy_peer("CN=kita"), asked).find("||" + rows[0].name),
              std::string::npos);
    set_log_sink({});
}

TEST_F(V2Door, EachMessageOfAConnectionIsAnsweredWhateverCameBefore) {
    V2Query::answer = answer_with("YAMADA");
    for (std::string const id : {"M1", "M1", "M2", "M1"}) {
        auto const rsp = send(query("QBP^Q22^QBP_Q21", id));
        EXPECT_EQ(msa(rsp, 1), "AA");
        EXPECT_EQ(msa(rsp, 2), id);
        EXPECT_EQ(msa(send(message("ADT^A01")), 1), "AA");
        EXPECT_EQ(msa(send("garbage"), 1), "AR");
    }
}

TEST_F(V2Door, WhatNeverBecameAMessageIsRejectedToo) {
    auto const ack = hl7v2::parse(
        as_bytes(door_.refuse(test::toy_peer(), "", Error(Code::kTooLarge, "too long"))));
    ASSERT_TRUE(ack.ok());
    EXPECT_EQ(msa(*ack, 1), "AR");
    EXPECT_EQ(ledger_.events.size(), 1U);
    auto const unframed = hl7v2::parse(
        as_bytes(door_.refuse(test::toy_peer(), "", Error(Code::kInvalidMessage, "no block"))));
    ASSERT_TRUE(unframed.ok());
    EXPECT_EQ(msa(*unframed, 1), "AR");
    EXPECT_EQ(unframed->get("ERR", {3}), "100");
}

// ITI TF-2 C.2.3: MSA-2 is the control id of the message answered, also where nobody had time for
// it; a sender takes no other answer for its own.
TEST_F(V2Door, AMessageThatIsTurnedAwayIsNamedInItsAcknowledgement) {
    for (Code const code : {Code::kBusy, Code::kInternal}) {
        auto const ack = hl7v2::parse(
            as_bytes(door_.refuse(test::toy_peer(), message("ADT^A01"), Error(code, "no slot"))));
        ASSERT_TRUE(ack.ok());
        EXPECT_EQ(msa(*ack, 1), "AR");
        EXPECT_EQ(msa(*ack, 2), "M1");
        EXPECT_EQ(ack->get("MSH", {5}), "APP");
        EXPECT_EQ(ack->get("MSH", {12}), "2.3.1");
        EXPECT_EQ(old_code(*ack), "207");
    }
    EXPECT_EQ(ledger_.events.size(), 2U);
}

}  // namespace
}  // namespace musubi::binding
