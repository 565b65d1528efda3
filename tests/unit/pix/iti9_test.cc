// ITI-9 PIX Query: the cases of ITI TF-2 3.9.4.2.2.6, and what the agreement hides.
#include "pix/iti9.h"

#include "unit/pix/fakes.h"

namespace musubi::pix {
namespace {

using test::id_of;
using test::kKita;
using test::kOther;
using test::kThird;

struct Answer {
    std::string text;  ///< without times, control ids and traces
    std::string line(std::string const& segment) const {
        std::size_t const at = text.find(segment + "|");
        return at == std::string::npos ? "" : text.substr(at, text.find('\r', at) - at);
    }
    bool has(std::string const& segment) const { return !line(segment).empty(); }
};

class Iti9Test : public test::QueryTest {
protected:
    Iti9Test() : iti9_(core::define<Iti9>(deps_)) {}

    static std::string query(std::string const& id, std::string const& domains = "") {
        return "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||QBP^Q23^QBP_Q21|M1|P|2.5\r"
               "QPD|IHE PIX Query|TAG-1|" +
               id + (domains.empty() ? "" : "|" + domains) + "\rRCP|I\r";
    }
    static std::string cx(std::string const& id, std::string const& oid) {
        return id + "^^^&" + oid + "&ISO";
    }
    static std::string domain(std::string const& oid) { return "^^^&" + oid + "&ISO"; }

    Answer ask(std::string const& text) {
        auto message = hl7v2::parse(as_bytes(text));
        EXPECT_TRUE(message.ok());
        hl7v2::Incoming const incoming{*message, hl7v2::read_header(*message), as_bytes(text)};
        core::Outbound const out = run(iti9_, core::WireRef::of(incoming));
        hl7v2::Outgoing const reply = out.fault ? hl7v2::Outgoing{*out.fault}
                                                : std::any_cast<hl7v2::Outgoing const&>(out.reply);
        hl7v2::AckSeal seal;
        seal.control_id = "A1";
        seal.time = "20260101120001";
        auto const written = hl7v2::write_answer(incoming, seal, reply);
        return {std::string(as_text(written.bytes))};
    }

    core::Definition iti9_;
};

TEST_F(Iti9Test, Case1AllDomainsGivesEveryOtherIdWithItsAuthorityInThreeParts) {
    Answer const answer = ask(query(cx("K1", kKita)));
    EXPECT_EQ(answer.line("MSA").substr(0, 9), "MSA|AA|M1");
    EXPECT_EQ(answer.line("QAK").substr(0, 12), "QAK|TAG-1|OK");
    std::string const pid = answer.line("PID");
    EXPECT_EQ(pid.find("K1^"), std::string::npos) << "the id asked with is not told: " << pid;
    EXPECT_NE(pid.find("O1^^^OTHER&1.2.392.20&ISO"), std::string::npos) << pid;
    EXPECT_NE(pid.find("R1^^^REGION&1.2.392.1&ISO"), std::string::npos)
        << "the regional id is one of them: " << pid;
    EXPECT_NE(pid.find("|~^^^^^^S"), std::string::npos) << pid;
    EXPECT_NE(answer.line("QPD").find("QPD|IHE PIX Query|TAG-1|K1^^^&1.2.392.10&ISO"),
              std::string::npos);
    EXPECT_FALSE(answer.has("ERR"));
}

TEST_F(Iti9Test, Case1RequestedDomainsOnly) {
    std::string const pid = ask(query(cx("K1", kKita), domain(kOther))).line("PID");
    EXPECT_NE(pid.find("O1^"), std::string::npos);
    EXPECT_EQ(pid.find("T1^"), std::string::npos);
    EXPECT_EQ(pid.find("R1^"), std::string::npos);
}

TEST_F(Iti9Test, EachFormOfAnAuthorityIsTaken) {
    for (char const* id :
         {"K1^^^KITA", "K1^^^KITA&1.2.392.10&ISO", "K1^^^&1.2.392.10&ISO", "K1^^^KITA-OLD"}) {
        EXPECT_EQ(ask(query(id, "^^^OTHER")).line("QAK").substr(0, 12), "QAK|TAG-1|OK") << id;
    }
}

TEST_F(Iti9Test, Case2NoneInTheRequestedDomains) {
    Answer const answer = ask(query(cx("K2", kKita), domain(kOther)));
    EXPECT_EQ(answer.line("MSA").substr(0, 9), "MSA|AA|M1");
    EXPECT_EQ(answer.line("QAK").substr(0, 12), "QAK|TAG-1|NF");
    EXPECT_FALSE(answer.has("PID"));
    EXPECT_FALSE(answer.has("ERR"));
}

TEST_F(Iti9Test, Case3UnknownIdInAKnownDomain) {
    Answer const answer = ask(query(cx("K404", kKita)));
    EXPECT_EQ(answer.line("MSA").substr(0, 9), "MSA|AE|M1");
    EXPECT_EQ(answer.line("QAK").substr(0, 12), "QAK|TAG-1|AE");
    EXPECT_TRUE(answer.line("ERR").starts_with("ERR||QPD^1^3^1^1|204^")) << answer.text;
    EXPECT_NE(answer.line("ERR").find("|E"), std::string::npos);
    EXPECT_FALSE(answer.has("PID"));
}

TEST_F(Iti9Test, Case4UnknownDomainOfTheId) {
    for (char const* id :
         {"K1^^^&1.2.392.404&ISO", "K1^^^NOWHERE", "K1", "K1^^^OTHER&1.2.392.10&ISO"}) {
        Answer const answer = ask(query(id));
        EXPECT_EQ(answer.line("MSA").substr(0, 9), "MSA|AE|M1") << id;
        EXPECT_EQ(answer.line("QAK").substr(0, 12), "QAK|TAG-1|AE") << id;
        EXPECT_TRUE(answer.line("ERR").starts_with("ERR||QPD^1^3^1^4|")) << id << answer.text;
    }
    EXPECT_EQ(index_.asked, 0);
}

TEST_F(Iti9Test, Case5AnUnknownRequestedDomainIsNamedByItsRepetition) {
    Answer const answer =
        ask(query(cx("K1", kKita), domain(kOther) + "~" + domain("1.2.392.404") + "~^^^NOWHERE"));
    EXPECT_EQ(answer.line("QAK").substr(0, 12), "QAK|TAG-1|AE");
    EXPECT_TRUE(answer.line("ERR").starts_with("ERR||QPD^1^4^2|204^")) << answer.text;
    EXPECT_EQ(answer.text.find("ERR", answer.text.find("ERR") + 3), std::string::npos)
        << "table 3.9-3: one";
    EXPECT_FALSE(answer.has("PID"));
}

TEST_F(Iti9Test, Case6SeveralIdsOfOneDomainStandTogether) {
    std::string const pid = ask(query(cx("K1", kKita), domain(kThird))).line("PID");
    EXPECT_NE(pid.find("T1^^^THIRD&1.2.392.30&ISO^PI~T2^^^THIRD&1.2.392.30&ISO^PI"),
              std::string::npos)
        << pid;
}

TEST_F(Iti9Test, AHiddenDomainHasNoIdentifier) {
    visible_ = {kKita};
    Answer const answer = ask(query(cx("K1", kKita), domain(kOther)));
    EXPECT_EQ(answer.line("MSA").substr(0, 9), "MSA|AA|M1");
    EXPECT_EQ(answer.line("QAK").substr(0, 12), "QAK|TAG-1|NF");
    EXPECT_FALSE(answer.has("PID"));
    std::string const all = ask(query(cx("K1", kKita))).line("PID");
    EXPECT_EQ(all.find("O1"), std::string::npos);
    EXPECT_NE(all.find("R1^"), std::string::npos)
        << "the patient is visible, so its regional id is";
}

TEST_F(Iti9Test, AHiddenIdIsAnsweredOctetForOctetAsAnUnknownOne) {
    visible_ = {kKita};
    std::string const hidden = ask(query(cx("O1", kOther))).text;
    index_.persons.erase({"O1", kOther});
    EXPECT_EQ(hidden, ask(query(cx("O1", kOther))).text);
    EXPECT_NE(hidden.find("QAK|TAG-1|AE"), std::string::npos);
}

TEST_F(Iti9Test, ARegionalIdNamesAPersonOnlyToWhoSeesOneOfItsRecords) {
    domain::PatientId const issued{"R1", test::kRegion};
    index_.persons[issued] = index_.persons.at({"K1", kKita});
    visible_ = {kOther};
    Answer const seen = ask(query(cx("R1", test::kRegion)));
    EXPECT_EQ(seen.line("QAK").substr(0, 12), "QAK|TAG-1|OK");
    EXPECT_NE(seen.line("PID").find("O1^"), std::string::npos);
    EXPECT_EQ(seen.line("PID").find("K1^"), std::string::npos);
    visible_ = {};
    std::string const hidden = ask(query(cx("R1", test::kRegion))).text;
    index_.persons.erase(issued);
    EXPECT_EQ(hidden, ask(query(cx("R1", test::kRegion))).text);
    EXPECT_NE(hidden.find("QAK|TAG-1|AE"), std::string::npos);
}

TEST_F(Iti9Test, TheRecordHoldsThePatientAndTheWholeMessage) {
    std::string const text = query(cx("K1", kKita));
    ask(text);
    ASSERT_EQ(ledger_.events.size(), 1U);
    auto const& event = ledger_.events[0];
    EXPECT_EQ(event.event_id.code, "110112");
    EXPECT_EQ(event.action, 'E');
    EXPECT_EQ(event.event_types.at(0).code, "ITI-9");
    ASSERT_EQ(event.objects.size(), 2U);
    EXPECT_EQ(event.objects[0].id, "R1^^^&1.2.392.1&ISO");
    EXPECT_EQ(event.objects[1].role, 24);
    EXPECT_EQ(event.objects[1].query, text);
    ASSERT_EQ(event.objects[1].details.size(), 1U);
    EXPECT_EQ(event.objects[1].details[0].type, "MSH-10");
    EXPECT_EQ(event.objects[1].details[0].value, "M1");
}

TEST_F(Iti9Test, AQuestionThatCannotBeReadIsRecordedAsAFailure) {
    std::string const text =
        "MSH|^~\\&|APP|KITA|MUSUBI|REGION|20260101120000||QBP^Q23^QBP_Q21|M1|P|2.5\r"
        "QPD|IHE PIX Query|TAG-1\rRCP|I\r";
    EXPECT_EQ(ask(text).line("MSA").substr(0, 9), "MSA|AE|M1");
    ASSERT_EQ(ledger_.events.size(), 1U);
    EXPECT_NE(ledger_.events[0].outcome, domain::AuditOutcome::kSuccess);
    EXPECT_EQ(ledger_.events[0].objects.at(0).query, text);
}

TEST_F(Iti9Test, ABrokenIndexIsNoUnknownId) {
    index_.broken = true;
    Answer const answer = ask(query(cx("K1", kKita)));
    EXPECT_EQ(answer.line("MSA").substr(0, 9), "MSA|AR|M1");
    EXPECT_NE(answer.line("ERR").find("|207^"), std::string::npos) << answer.text;
}

TEST_F(Iti9Test, WithoutARecordNothingIsTold) {
    ledger_.broken = 2;
    Answer const answer = ask(query(cx("K1", kKita)));
    EXPECT_FALSE(answer.has("PID"));
    EXPECT_EQ(answer.line("MSA").substr(0, 9), "MSA|AR|M1");
}

}  // namespace
}  // namespace musubi::pix
