// Whole answers (ITI TF-2 3.9.4.2, 3.21.4.2, 3.22.4.2, C.2.3).
#include "codec/hl7v2/answer.h"

#include "codec/hl7v2/parse.h"
#include "domain/reason.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

constexpr char kAnswerHead[] = "MSH|^~\\&|MUSUBI|REGION|CONS|H2|20250401||";

AckSeal seal() {
    AckSeal made;
    made.application = "MUSUBI";
    made.control_id = "R3";
    made.time = "20250401";
    made.correlation = "t-1";
    return made;
}
Incoming request(std::string_view type, std::string_view qpd, std::string_view msh18 = "",
                 std::string_view msh20 = "") {
    std::string text = "MSH|^~\\&|CONS|H2|MUSUBI|REGION|2025||" + std::string(type) + "|M3|P|2.5";
    if (!msh18.empty()) text += "||||||" + std::string(msh18) + "||" + std::string(msh20);
    text += "\r" + std::string(qpd) + (qpd.empty() ? "" : "\r");
    auto const message = parse(as_bytes(text));
    EXPECT_TRUE(message);
    return {*message, read_header(*message)};
}
std::string answer(Incoming const& asked, Outgoing const& reply) {
    return std::string(as_text(write_answer(asked, seal(), reply).bytes));
}
Outgoing found(QueryAnswer what) {
    Outgoing reply;
    reply.answer = std::move(what);
    return reply;
}
domain::LocalId id(std::string text, std::string authority) {
    return {{std::move(text), std::move(authority)}, "PI"};
}
domain::Demographics person() {
    domain::Demographics one;
    one.names = {{"患者", "太郎", "", "", "", "L", domain::Script::kIdeographic},
                 {"カンジャ", "タロウ", "", "", "", "L", domain::Script::kPhonetic}};
    one.birth_time = "19600102";
    one.sex = "M";
    return one;
}

constexpr char kQpd23[] = "QPD|IHE PIX Query|T1|12345^^^&2.999.1.1&ISO|^^^&2.999.1.2&ISO";
AuthorityNames const kNames = {{"2.999.1.2", "HOSP2"}, {"2.999.1.3", "HOSP3"}};

TEST(Answer, CrossReferenceTellsIdsAndNothingElse) {
    auto const asked = request("QBP^Q23^QBP_Q21", kQpd23);
    EXPECT_EQ(answer(asked, found({{{{id("777", "2.999.1.2")}, {}, {}}}, kNames})),
              std::string(kAnswerHead) + "RSP^K23^RSP_K23|R3|P|2.5\rMSA|AA|M3\rQAK|T1|OK\r" +
                  kQpd23 + "\rPID|||777^^^HOSP2&2.999.1.2&ISO^PI||~^^^^^^S\r");
}

TEST(Answer, IdsOfOneDomainStandTogetherWithAllPartsOfTheAuthority) {
    auto const asked = request("QBP^Q23^QBP_Q21", kQpd23);
    auto const text = answer(asked, found({{{{id("1", "2.999.1.2"), id("2", "2.999.1.3"),
                                              id("3", "2.999.1.2"), id("4", "2.999.9")},
                                             {},
                                             {}}},
                                           kNames}));
    EXPECT_NE(text.find("PID|||1^^^HOSP2&2.999.1.2&ISO^PI~3^^^HOSP2&2.999.1.2&ISO^PI~"
                        "2^^^HOSP3&2.999.1.3&ISO^PI~4^^^&2.999.9&ISO^PI||"),
              std::string::npos)
        << text;
}

TEST(Answer, NothingFoundHasNoPid) {
    auto const asked = request("QBP^Q23^QBP_Q21", kQpd23);
    EXPECT_EQ(answer(asked, found({})), std::string(kAnswerHead) +
                                            "RSP^K23^RSP_K23|R3|P|2.5\rMSA|AA|M3\rQAK|T1|NF\r" +
                                            kQpd23 + "\r");
}

// Cases 3, 4 and 5 of ITI-9: where the error stands.
TEST(Answer, AnErrorOfAQueryComesWithTagAndEcho) {
    auto const asked = request("QBP^Q23^QBP_Q21", kQpd23);
    for (std::string const place : {"QPD^1^3^1^1", "QPD^1^3^1^4", "QPD^1^4^2"}) {
        Error const error(Code::kInvalidContent,
                          {{Severity::kError, Reason::kUnknownKeyIdentifier, "", place}});
        EXPECT_EQ(answer(asked, Outgoing{error}),
                  std::string(kAnswerHead) + "RSP^K23^RSP_K23|R3|P|2.5\rMSA|AE|M3\rERR||" + place +
                      "|204^Unknown key identifier^HL70357|E|||t-1\rQAK|T1|AE\r" + kQpd23 + "\r");
    }
    Error two(Code::kInvalidContent,
              {{Severity::kError, Reason::kUnknownKeyIdentifier, "", "QPD^1^8^1"},
               {Severity::kError, Reason::kUnknownKeyIdentifier, "", "QPD^1^8^2"}});
    auto const text = answer(request("QBP^Q22", "QPD|IHE PDQ Query|T2|@PID.8^M"), Outgoing{two});
    EXPECT_NE(text.find("RSP^K22^RSP_K21|"), std::string::npos);
    EXPECT_NE(text.find("ERR||QPD^1^8^1|204"), std::string::npos);
    EXPECT_NE(text.find("ERR||QPD^1^8^2|204"), std::string::npos);
    EXPECT_EQ(text.find("\rPID"), std::string::npos);
}

TEST(Answer, QakAndMsaAgree) {
    auto const asked = request("QBP^Q22^QBP_Q21", "QPD|IHE PDQ Query|T2|@PID.8^M");
    std::pair<Error, char const*> const rows[] = {
        {Error(Code::kBusy, ""), "AR"},
        {Error(Code::kStorageUnavailable, ""), "AR"},
        {Error(Code::kInvalidContent, ""), "AE"},
        {Error(Code::kInvalidContent, Reason::kTooManyResults, ""), "AE"},
        {Error(Code::kNotFound, ""), "AE"}};
    for (auto const& [error, code] : rows) {
        auto const text = answer(asked, Outgoing{error});
        EXPECT_NE(text.find(std::string("MSA|") + code + "|M3"), std::string::npos) << text;
        EXPECT_NE(text.find(std::string("QAK|T2|") + code + "\r"), std::string::npos) << text;
    }
    EXPECT_NE(answer(asked, Outgoing{rows[3].first}).find("|207^"), std::string::npos);
}

// ITI TF-2 C.2.3: what cannot be accepted gets an acknowledgement, never a response.
TEST(Answer, AcceptanceFailuresArePlainRejects) {
    for (Reason const reason : {Reason::kUnsupportedMessageType, Reason::kUnsupportedEvent,
                                Reason::kUnsupportedProcessingId, Reason::kUnsupportedVersion}) {
        Error const error(Code::kUnsupported, {{Severity::kError, reason, "", "MSH^1^9^1^3"}});
        auto const text = answer(request("QBP^Q23^QBP_Q22", kQpd23), Outgoing{error});
        EXPECT_NE(text.find("|ACK^Q23^ACK|"), std::string::npos) << text;
        EXPECT_NE(text.find("MSA|AR|M3"), std::string::npos);
        EXPECT_EQ(text.find("QAK"), std::string::npos);
    }
    Error const no_qpd(Code::kInvalidContent,
                       {{Severity::kError, Reason::kSegmentSequence, "", "QPD^1"}});
    EXPECT_NE(answer(request("QBP^Q23^QBP_Q21", ""), Outgoing{no_qpd}).find("ACK^Q23^ACK"),
              std::string::npos);
}

TEST(Answer, OtherMessagesGetAGeneralAcknowledgement) {
    EXPECT_EQ(answer(request("QCN^J01^QCN_J01", "QID|T2"), {}),
              std::string(kAnswerHead) + "ACK^J01^ACK|R3|P|2.5\rMSA|AA|M3\r");
}

constexpr char kQpd22[] = "QPD|IHE PDQ Query|T2|@PID.5.1.1^YAMADA~@PID.8^M|||||^^^&2.999.1.2&ISO";

TEST(Answer, DemographicsGoOutWithHitsAndPointer) {
    auto const asked = request("QBP^Q22^QBP_Q21", kQpd22, "UNICODE UTF-8");
    QueryAnswer page;
    page.patients = {{{id("777", "2.999.1.2")}, person(), 97}, {{id("778", "2.999.1.2")}, {}, {}}};
    page.patients[1].person.emplace();
    page.authorities = kNames;
    page.total = 12;
    page.remaining = 10;
    page.continuation = "p-8f3a";
    EXPECT_EQ(
        answer(asked, found(page)),
        std::string(kAnswerHead) +
            "RSP^K22^RSP_K21|R3|P|2.5||||||UNICODE UTF-8\rMSA|AA|M3\rQAK|T2|OK||12|2|10\r" +
            kQpd22 +
            "\rPID|||777^^^HOSP2&2.999.1.2&ISO^PI||患者^太郎^^^^^L^I~カンジャ^タロウ^^^^^L^P||"
            "19600102|M\rQRI|97\r"
            "PID|||778^^^HOSP2&2.999.1.2&ISO^PI|| \rDSC|p-8f3a|I\r");
}

TEST(Answer, VisitQueriesGetAVisitForEachPatient) {
    auto const asked = request("QBP^ZV1^QBP_Q21", "QPD|IHE PDVQ Query|T2|@PID.8^M");
    domain::Demographics one;
    one.sex = "M";
    auto const text = answer(asked, found({{{{id("777", "2.999.1.2")}, one, {}}}, kNames}));
    EXPECT_NE(text.find("|RSP^ZV2^RSP_ZV2|"), std::string::npos);
    EXPECT_NE(text.find("QPD|IHE PDVQ Query|T2|@PID.8^M\r"), std::string::npos);
    EXPECT_NE(text.find("|| |||M\rPV1||N\r"), std::string::npos) << text;
    domain::Visit const visit{
        {2, 1, 1, 1, "I"}, {3, 1, 1, 1, "W3"}, {3, 1, 2, 1, "389"}, {7, 2, 2, 1, "SATO"}};
    auto const told = answer(asked, found({{{{id("777", "2.999.1.2")}, one, {}, visit}}, kNames}));
    EXPECT_NE(told.find("|| |||M\rPV1||I|W3^389||||~^SATO\r"), std::string::npos) << told;
}

TEST(Answer, UsesTheDelimitersOfTheRequest) {
    auto const message = parse(
        as_bytes("MSH#*!%$#CONS#H2#M#R#2025##QBP*Q23*QBP_Q21#M3#P#2.5\rQPD#N*x#T%F%1#1***N\r"));
    ASSERT_TRUE(message);
    Incoming const asked{*message, read_header(*message)};
    auto const text = answer(asked, found({{{{id("7", "2.999.1.2")}, {}, {}}}, kNames}));
    EXPECT_NE(text.find("QAK#T%F%1#OK\rQPD#N*x#T%F%1#1***N\rPID###7***HOSP2$2.999.1.2$ISO*PI##"
                        "!******S\r"),
              std::string::npos)
        << text;
}

// Every set of MSH-18 that we read: the answer is readable by who declared it.
TEST(Answer, GoesOutInTheCharacterSetOfTheRequest) {
    struct Row {
        std::string msh18, msh20, family;
        std::size_t replaced;
    } const rows[] = {
        {"UNICODE UTF-8", "", "髙橋㈱ｱ", 0},
        {"~ISO IR87", "ISO 2022-1994", "患者", 0},
        {"~ISO IR87", "ISO 2022-1994", "髙橋", 1},
        {"~ISO IR87", "ISO 2022-1994", "①㈱ｱ", 3},
        {"~ISO IR87", "ISO 2022-1994", "𠮷田", 1},
        {"~ISO IR87~ISO IR14", "ISO 2022-1994", "患者ｱ", 0},
        {"~ISO IR87~ISO IR159", "ISO 2022-1994", "患者丂", 0},
        {"~ISO IR87", "2.3", "本京亨", 0},
        {"JIS X 0202", "", "患者", 0},
        {"8859/1", "", "Müller", 0},
        {"", "", "患者", 0},
    };
    for (Row const& row : rows) {
        auto const asked = request("QBP^Q22^QBP_Q21", kQpd22, row.msh18, row.msh20);
        domain::Demographics one;
        one.names = {{row.family, "", "", "", "", "L", domain::Script::kUntold}};
        auto const written =
            write_answer(asked, seal(), found({{{{id("7", "2.999.1.2")}, one, {}}}, kNames}));
        EXPECT_EQ(written.replaced, row.replaced) << row.msh18 << row.family;
        auto const read = parse(written.bytes);
        ASSERT_TRUE(read) << row.msh18;
        std::string const name = read->get("PID", {5});
        if (row.replaced == 0) {
            EXPECT_EQ(name, row.family) << row.msh18;
        } else {
            EXPECT_NE(name, row.family) << row.msh18;
            EXPECT_FALSE(name.empty());
        }
        std::string const expected = row.msh18.empty() ? "~ISO IR87" : row.msh18;
        EXPECT_EQ(read->segment(0).raw_field(18), expected);
    }
}

TEST(Answer, NearestCharactersAreChosenOrTheAnswerIsRefused) {
    auto const asked = request("QBP^Q22^QBP_Q21", kQpd22, "~ISO IR87", "ISO 2022-1994");
    domain::Demographics one;
    one.names = {{"髙橋", "𠮷", "", "", "", "L", domain::Script::kUntold}};
    auto const reply = found({{{{id("7", "2.999.1.2")}, one, {}}}, kNames});
    auto const nearest = parse(write_answer(asked, seal(), reply).bytes);
    EXPECT_EQ(nearest->get("PID", {5}), "高橋");
    EXPECT_FALSE(nearest->get("PID", {5, 1, 2}).empty());

    AnswerOptions strict;
    strict.on_unmappable = {};
    auto const refused = parse(write_answer(asked, seal(), reply, strict).bytes);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->get("MSA", {1}), "AR");
    EXPECT_EQ(refused->count("PID"), 0);
}

TEST(Answer, SpeaksEnhancedModeWhereTransactionAndRequestWantIt) {
    Outgoing reply;
    reply.mode = AckMode::kEnhancedAccept;
    auto const plain = request("ADT^A28^ADT_A05", "");
    EXPECT_NE(answer(plain, reply).find("MSA|AA|"), std::string::npos);
    auto const message =
        parse(as_bytes("MSH|^~\\&|A|B|C|D|2025||ADT^A28^ADT_A05|M3|P|2.5|||AL|NE\r"));
    Incoming const wants{*message, read_header(*message)};
    EXPECT_NE(answer(wants, reply).find("MSA|CA|"), std::string::npos);
    EXPECT_NE(answer(wants, {}).find("MSA|AA|"), std::string::npos);
    reply.error = Error(Code::kInvalidContent, "");
    EXPECT_NE(answer(wants, reply).find("MSA|CE|"), std::string::npos);
}

TEST(Answer, GivesInEnhancedModeTheAnswerThatTheSenderWaitsFor) {
    // What MSH-15 and MSH-16 say (table 0155), and MSA-1 of an accepted and of a refused message.
    struct Row {
        char const *accept, *application, *good, *bad;
    };
    for (Row const& row :
         {Row{"AL", "AL", "CA", "CE"}, Row{"AL", "", "CA", "CE"}, Row{"NE", "AL", "AA", "AE"},
          Row{"", "AL", "AA", "AE"}, Row{"NE", "NE", "AA", "AE"}, Row{"ER", "", "AA", "CE"},
          Row{"SU", "ER", "CA", "AE"}, Row{"", "", "AA", "AE"}}) {
        auto const message =
            parse(as_bytes("MSH|^~\\&|A|B|C|D|2025||ADT^A28^ADT_A05|M3|P|2.5|||" +
                           std::string(row.accept) + "|" + row.application + "\r"));
        Incoming const asks{*message, read_header(*message)};
        Outgoing reply;
        reply.mode = AckMode::kEnhancedAccept;
        auto const told = [&] {
            return parse(write_answer(asks, seal(), reply).bytes)->get("MSA", {1});
        };
        EXPECT_EQ(told(), row.good) << row.accept << " " << row.application;
        reply.error = Error(Code::kInvalidContent, "");
        EXPECT_EQ(told(), row.bad) << row.accept << " " << row.application;
    }
}

}  // namespace
}  // namespace musubi::hl7v2
