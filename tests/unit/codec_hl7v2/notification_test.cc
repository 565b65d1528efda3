// ITI-10 and ITI-64, both directions (ITI TF-2 3.10.4.1, 3.64.4.1).
#include "codec/hl7v2/notification.h"

#include "codec/hl7v2/ack.h"
#include "codec/hl7v2/link_change.h"
#include "codec/hl7v2/parse.h"
#include "domain/reason.h"
#include "support/source_tree.h"

#include <gtest/gtest.h>

namespace musubi::hl7v2 {
namespace {

using List = std::vector<std::string>;

Envelope envelope() {
    Envelope made;
    made.sending_application = {"MUSUBI", "2.999.7", "ISO"};
    made.sending_facility = {"REGION", "", ""};
    made.receiving_application = {"CONS", "", ""};
    made.receiving_facility = {"HOSP2", "", ""};
    made.control_id = "N1";
    made.time = "20250401";
    return made;
}
domain::LocalId id(std::string text, std::string authority) {
    return {{std::move(text), std::move(authority)}, "PI"};
}
AuthorityNames const kNames = {{"2.999.1.1", "HOSP1"}, {"2.999.1.2", "HOSP2"}};

TEST(UpdateNotification, HasIdsABlankNameAndNothingElse) {
    auto const bytes = write_update_notification(
        envelope(), {id("12345", "2.999.1.1"), id("777", "2.999.1.2"), id("54321", "2.999.1.1")},
        kNames);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(as_text(*bytes),
              "MSH|^~\\&|MUSUBI^2.999.7^ISO|REGION|CONS|HOSP2|20250401||ADT^A31^ADT_A05|N1|P|2.5"
              "|||||||||ITI-10^IHE\rEVN||20250401\r"
              "PID|||12345^^^HOSP1&2.999.1.1&ISO^PI~54321^^^HOSP1&2.999.1.1&ISO^PI~"
              "777^^^HOSP2&2.999.1.2&ISO^PI|| \rPV1||N\r");
}

TEST(UpdateNotification, NeverAltersAnId) {
    Envelope japanese = envelope();
    japanese.charset = charset_for(Encoding::kIso2022Jp);
    auto const bytes = write_update_notification(japanese, {id("髙1", "2.999.1.1")}, {});
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, Code::kInvalidContent);
}

Result<LinkChange> link_change(std::string const& text) {
    auto const message = parse(as_bytes(text));
    if (!message) return message.error();
    return read_link_change(*message);
}
List problems_of(Result<LinkChange> const& read) {
    if (read) return {"accepted"};
    List list;
    for (Issue const& issue : read.error().issues) {
        Condition const condition = condition_of(read.error().code, issue.reason);
        list.push_back(std::to_string(static_cast<int>(condition)) + " " + issue.location);
    }
    return list;
}
std::string a43(std::string const& pid, std::string const& mrg) {
    return "MSH|^~\\&|&2.999.7&ISO|R|REG|R|2025||ADT^A43^ADT_A43|N2|P|2.5\rEVN||2025\rPID|||" +
           pid + "|| \rMRG|" + mrg + "\r";
}
constexpr char kNew[] = "R2^^^&2.999.1&ISO";
constexpr char kLocal[] = "L1^^^&2.999.1.1&ISO";

TEST(LinkChange, WhatIsWrittenReadsBackEqual) {
    OutgoingLinkChange change{id("R2", "2.999.1"), id("L1", "2.999.1.1"), id("R1", "2.999.1"),
                              id("L0", "2.999.1.1")};
    auto const bytes = write_link_change(envelope(), change, kNames);
    ASSERT_TRUE(bytes);
    auto const read = link_change(std::string(as_text(*bytes)));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->control_id, "N1");
    EXPECT_EQ(read->manager.universal_id, "2.999.7");
    EXPECT_EQ(read->regional.id, "R2");
    EXPECT_EQ(read->local.id, "L1");
    EXPECT_EQ(read->local.authority.namespace_id, "HOSP1");
    EXPECT_EQ(read->previous_regional.id, "R1");
    ASSERT_TRUE(read->subsumed_local);
    EXPECT_EQ(read->subsumed_local->id, "L0");
    change.subsumed_local.reset();
    auto const shorter = write_link_change(envelope(), change, kNames);
    ASSERT_TRUE(shorter);
    EXPECT_FALSE(link_change(std::string(as_text(*shorter)))->subsumed_local);
}

TEST(LinkChange, IsNotWrittenWithoutAnOidOfTheManager) {
    Envelope nameless = envelope();
    nameless.sending_application = {"MUSUBI", "", ""};
    EXPECT_FALSE(write_link_change(nameless, {}, kNames));
}

TEST(LinkChange, TellsEveryProblemAtItsPlace) {
    std::string const both = std::string(kNew) + "~" + kLocal;
    EXPECT_EQ(problems_of(link_change(a43(both, kNew))), List{"accepted"});
    EXPECT_EQ(problems_of(link_change(a43(kNew, ""))), (List{"101 PID^1^3^2", "101 MRG^1^1^1"}));
    EXPECT_EQ(problems_of(link_change(a43("~" + std::string(kLocal), kNew))),
              List{"101 PID^1^3^1"});
    EXPECT_EQ(problems_of(link_change(a43("R2^^^REGION~" + std::string(kLocal), kNew))),
              List{"204 PID^1^3^1^4"});
    EXPECT_EQ(problems_of(link_change(a43(both, std::string(kNew) + "~L0^^^&2.999.1.2&ISO"))),
              List{"204 MRG^1^1^2^4"});
    std::string const head = "MSH|^~\\&|A|B|C|D|2025||ADT^A43";
    EXPECT_EQ(problems_of(link_change(head + "^ADT_A43|1|P|2.5\r")),
              (List{"100 PID^1", "100 MRG^1"}));
    EXPECT_EQ(problems_of(link_change(head + "|1|P|2.5\r")), List{"203 MSH^1^12"});
    EXPECT_EQ(problems_of(link_change(head + "^ADT_A39|1|P|2.5\r")), List{"200 MSH^1^9^1^3"});
}

TEST(LinkChange, ReadsTheSample) {
    auto const shared = test::shared_dir();
    if (!shared) GTEST_SKIP() << "no shared samples beside the checkout";
    auto const read = link_change(test::read_file(*shared / "samples/iti-64/ipf-a43.hl7"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->regional.id, "new");
    EXPECT_EQ(read->local.id, "previous");
    EXPECT_EQ(read->previous_regional.id, "old");
    EXPECT_EQ(read->subsumed_local->id, "subsumed");
}

Result<Acknowledgement> ack(std::string const& rest) {
    auto const message = parse(as_bytes("MSH|^~\\&|A|B|C|D|2025||ACK^A31^ACK|1|P|2.5\r" + rest));
    if (!message) return message.error();
    return read_acknowledgement(*message, "N1");
}

TEST(Acknowledgement, TellsOutcomeAndWhetherToTryAgain) {
    struct Row {
        std::string rest;
        AckCode code;
        bool commit, again;
        std::vector<int> conditions;
    } const rows[] = {
        {"MSA|AA|N1\r", AckCode::kAccept, false, false, {}},
        {"MSA|CA|N1\r", AckCode::kAccept, true, false, {}},
        {"MSA|AE|N1\rERR||PID^1^3|204^x^HL70357|E\r", AckCode::kError, false, false, {204}},
        {"MSA|CE|N1\r", AckCode::kError, true, false, {}},
        {"MSA|AR|N1\rERR|||207|E\r", AckCode::kReject, false, true, {207}},
        {"MSA|AR|N1\rERR||MSH^1^12|203|E\r", AckCode::kReject, false, false, {203}},
        {"MSA|AR|N1\r", AckCode::kReject, false, true, {}},
        {"MSA|AE|N1\rERR|PID^1^3^204&x&HL70357~MRG^1^1^101\r",
         AckCode::kError,
         false,
         false,
         {204, 101}},
    };
    for (Row const& row : rows) {
        auto const read = ack(row.rest);
        ASSERT_TRUE(read) << row.rest;
        EXPECT_EQ(read->code, row.code) << row.rest;
        EXPECT_EQ(read->commit, row.commit) << row.rest;
        EXPECT_EQ(read->resend_later, row.again) << row.rest;
        EXPECT_EQ(read->conditions, row.conditions) << row.rest;
    }
}

TEST(Acknowledgement, BelievesNoAnswerToAnotherMessage) {
    for (std::string const rest : {"", "MSA|AA\r", "MSA|AA|N2\r", "MSA|XX|N1\r", "MSA||N1\r"})
        EXPECT_FALSE(ack(rest)) << rest;
}

TEST(Acknowledgement, ReadsWhatWeWrite) {
    Error const error(Code::kInvalidContent,
                      {{Severity::kError, Reason::kUnknownKeyIdentifier, "", "PID^1^3"}});
    for (std::string const version : {"2.3.1", "2.5"}) {
        auto const request =
            parse(as_bytes("MSH|^~\\&|A|B|C|D|2025||ADT^A31^ADT_A05|N1|P|" + version + "\r"));
        AckSeal seal;
        seal.control_id = "1";
        Bytes const bytes = write_ack(read_header(*request), seal, &error);
        auto const read = read_acknowledgement(*parse(bytes), "N1");
        ASSERT_TRUE(read);
        EXPECT_EQ(read->conditions, std::vector<int>{204}) << version;
    }
}

}  // namespace
}  // namespace musubi::hl7v2
