// ITI-45 PIX Query: the cases of ITI TF-2 3.45.4.2.3, and what the agreement hides.
#include "pix/iti45.h"

#include "platform/base/text.h"
#include "platform/xml/parse.h"
#include "unit/pix/fakes.h"

namespace musubi::pix {
namespace {

using test::kKita;
using test::kOther;
using test::kThird;

class Iti45Test : public test::QueryTest {
protected:
    Iti45Test() : iti45_(core::define<Iti45>(deps_)) {}

    static std::string query(std::string const& root, std::string const& id,
                             std::vector<std::string> const& domains = {}) {
        std::string list;
        for (std::string const& domain : domains) {
            list += "<dataSource><value root=\"" + domain +
                    "\"/><semanticsText>DataSource.id</semanticsText></dataSource>";
        }
        return "<PRPA_IN201309UV02 xmlns=\"urn:hl7-org:v3\" ITSVersion=\"XML_1.0\">"
               "<id root=\"1.2.3.4\" extension=\"77\"/><creationTime value=\"20260101\"/>"
               "<interactionId root=\"2.16.840.1.113883.1.6\" extension=\"PRPA_IN201309UV02\"/>"
               "<processingCode code=\"P\"/><processingModeCode code=\"T\"/>"
               "<acceptAckCode code=\"AL\"/>"
               "<receiver typeCode=\"RCV\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\">"
               "<id root=\"1.2.392.99\"/></device></receiver>"
               "<sender typeCode=\"SND\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\">"
               "<id root=\"1.2.392.98\"/></device></sender>"
               "<controlActProcess classCode=\"CACT\" moodCode=\"EVN\">"
               "<code code=\"PRPA_TE201309UV02\" codeSystem=\"2.16.840.1.113883.1.6\"/>"
               "<queryByParameter><queryId root=\"1.2.3.5\" extension=\"q1\"/>"
               "<statusCode code=\"new\"/><responsePriorityCode code=\"I\"/><parameterList>" +
               list + "<patientIdentifier><value root=\"" + root + "\" extension=\"" + id +
               "\"/><semanticsText>Patient.Id</semanticsText></patientIdentifier>"
               "</parameterList></queryByParameter></controlActProcess></PRPA_IN201309UV02>";
    }
    /// The payload of the answer.
    std::string ask(std::string const& payload, std::vector<Issue> issues = {}) {
        auto document = xml::parse(as_bytes(payload), {});
        EXPECT_TRUE(document.ok());
        soap::Incoming incoming{std::move(*document), {}, {}, false};
        incoming.envelope.payload = incoming.document.root();
        core::Outbound out = run(iti45_, core::WireRef::of(incoming), std::move(issues));
        if (out.fault) return "fault";
        return std::any_cast<soap::Outgoing&>(out.reply).body.at(0).xml;
    }
    static bool has(std::string const& text, std::string const& part) {
        return text.find(part) != std::string::npos;
    }
    static void expect_codes(std::string const& answer, std::string const& ack,
                             std::string const& response) {
        EXPECT_TRUE(has(answer, "<typeCode code=\"" + ack + "\"/>")) << answer;
        EXPECT_TRUE(has(answer, "<queryResponseCode code=\"" + response + "\"/>")) << answer;
        EXPECT_TRUE(has(answer, "root=\"1.2.3.4\" extension=\"77\"")) << "targetMessage";
        EXPECT_TRUE(has(answer, "<queryByParameter")) << "the copy of the query";
    }
    /// Without what differs each time.
    static std::string canonical(std::string text) {
        for (char const* mark : {"<id root=\"", "<creationTime value=\""}) {
            std::size_t const at = text.find(mark) + std::string_view(mark).size();
            text.erase(at, text.find('"', at) - at);
        }
        return text;
    }

    core::Definition iti45_;
};

TEST_F(Iti45Test, Case1IdsInTheRequestedDomains) {
    std::string const answer = ask(query(kKita, "K1", {kOther}));
    expect_codes(answer, "AA", "OK");
    EXPECT_TRUE(has(answer, "root=\"1.2.392.20\" extension=\"O1\"")) << answer;
    EXPECT_FALSE(has(answer, "extension=\"T1\""));
    EXPECT_EQ(answer.find("<registrationEvent"), answer.rfind("<registrationEvent"));
}

TEST_F(Iti45Test, Case2AllDomains) {
    std::string const answer = ask(query(kKita, "K1"));
    expect_codes(answer, "AA", "OK");
    for (char const* id : {"O1", "T1", "T2", "R1"})
        EXPECT_TRUE(has(answer, "extension=\"" + std::string(id) + "\"")) << id;
}

TEST_F(Iti45Test, Case3NoneInTheRequestedDomains) {
    std::string const answer = ask(query(kKita, "K2", {kOther}));
    expect_codes(answer, "AA", "NF");
    EXPECT_FALSE(has(answer, "<registrationEvent"));
}

TEST_F(Iti45Test, Case4UnknownIdOrDomain) {
    for (auto const& text : {query(kKita, "K404"), query("1.2.392.404", "K1")}) {
        std::string const answer = ask(text);
        expect_codes(answer, "AE", "AE");
        EXPECT_TRUE(has(answer, "code=\"204\"")) << answer;
        EXPECT_TRUE(has(answer,
                        ">/PRPA_IN201309UV02/controlActProcess/queryByParameter/parameterList/"
                        "patientIdentifier/value<"))
            << answer;
        EXPECT_FALSE(has(answer, "<registrationEvent"));
    }
}

TEST_F(Iti45Test, Case5EachUnknownDomainIsNamedByItsPlace) {
    std::string const answer =
        ask(query(kKita, "K1", {kOther, "1.2.392.404", kThird, "1.2.392.405"}));
    expect_codes(answer, "AE", "AE");
    EXPECT_TRUE(has(answer, "/dataSource[2]/value<")) << answer;
    EXPECT_TRUE(has(answer, "/dataSource[4]/value<")) << answer;
    EXPECT_FALSE(has(answer, "/dataSource[1]/value<"));
}

TEST_F(Iti45Test, Case6SeveralIdsOfOneDomain) {
    std::string const answer = ask(query(kKita, "K1", {kThird}));
    EXPECT_TRUE(has(answer, "extension=\"T1\""));
    EXPECT_TRUE(has(answer, "extension=\"T2\""));
}

TEST_F(Iti45Test, AHiddenDomainHasNoIdentifier) {
    visible_ = {kKita};
    expect_codes(ask(query(kKita, "K1", {kOther})), "AA", "NF");
}

TEST_F(Iti45Test, AHiddenIdIsAnsweredAsAnUnknownOne) {
    visible_ = {kKita};
    std::string const hidden = canonical(ask(query(kOther, "O1")));
    index_.persons.erase({"O1", kOther});
    EXPECT_EQ(hidden, canonical(ask(query(kOther, "O1"))));
    expect_codes(ask(query(kOther, "O1")), "AE", "AE");
}

// security fact sheet 6.1: OBJ-QRY holds the queryByParameter element.
TEST_F(Iti45Test, TheRecordHoldsTheQuery) {
    ask(query(kKita, "K1"));
    ASSERT_EQ(ledger_.events.size(), 1U);
    auto const& event = ledger_.events[0];
    EXPECT_EQ(event.event_types.at(0).code, "ITI-45");
    ASSERT_EQ(event.objects.size(), 2U);
    EXPECT_TRUE(event.objects[1].query.starts_with("<queryByParameter"));
    EXPECT_TRUE(has(event.objects[1].query, "K1"));
    EXPECT_TRUE(event.objects[1].details.empty());
}

// IPF practice: SYN113, QE and a detected issue, in the normal response.
TEST_F(Iti45Test, APayloadThatBreaksItsSchemaGetsTheNormalResponse) {
    std::string const answer =
        ask(query(kKita, "K1"), {{Severity::kError, Reason::kNone, "line 3, a/b: too short", ""}});
    expect_codes(answer, "AE", "QE");
    EXPECT_TRUE(has(answer, "SYN113"));
    EXPECT_TRUE(has(answer, "VALIDAT"));
    EXPECT_TRUE(has(answer, "schema: line 3, a/b: too short</text>")) << answer;
    EXPECT_EQ(index_.asked, 0);
}

TEST_F(Iti45Test, AnotherMessageThanTheActionSaysIsNoFault) {
    std::string const answer =
        ask("<PRPA_IN201305UV02 xmlns=\"urn:hl7-org:v3\"><id root=\"1.2.3.4\" "
            "extension=\"77\"/></PRPA_IN201305UV02>");
    EXPECT_TRUE(has(answer, "<queryResponseCode code=\"QE\"/>")) << answer;
}

}  // namespace
}  // namespace musubi::pix
