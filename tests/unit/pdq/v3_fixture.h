#pragma once
// HL7 v3 questions as a consumer or a gateway sends them, and what came back.

#include "codec/soap/exchange.h"
#include "platform/xml/parse.h"
#include "unit/pdq/world.h"

#include <gtest/gtest.h>

namespace musubi::test {

inline std::string v3_message(std::string const& root, std::string const& content,
                              std::string const& id = "2.999.77.1") {
    std::string const device = "<device classCode=\"DEV\" determinerCode=\"INSTANCE\"><id root=\"";
    return "<" + root +
           " xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
           " ITSVersion=\"XML_1.0\"><id root=\"" +
           id +
           "\"/><creationTime value=\"20260101120000\"/>"
           "<interactionId root=\"2.16.840.1.113883.1.6\" extension=\"" +
           root.substr(0, root.find("_Cancel")) +
           "\"/><processingCode code=\"P\"/><processingModeCode code=\"T\"/>"
           "<acceptAckCode code=\"AL\"/><receiver typeCode=\"RCV\">" +
           device + "2.999.1.1.77\"/></device></receiver><sender typeCode=\"SND\">" + device +
           "2.999.2.1\"/><asAgent classCode=\"AGNT\"><representedOrganization classCode=\"ORG\" "
           "determinerCode=\"INSTANCE\"><id root=\"2.999.2\"/></representedOrganization></asAgent>"
           "</device></sender>" +
           content + "</" + root + ">";
}

/// `control` stands between queryId and parameterList.
inline std::string v3_find(std::string const& parameters, std::string const& control = "",
                           std::string const& priority = "I") {
    return v3_message("PRPA_IN201305UV02",
                      "<controlActProcess classCode=\"CACT\" moodCode=\"EVN\"><code "
                      "code=\"PRPA_TE201305UV02\" codeSystem=\"2.16.840.1.113883.1.6\"/>"
                      "<queryByParameter><queryId root=\"2.999.88.1\" extension=\"Q1\"/>"
                      "<statusCode code=\"new\"/><responseModalityCode code=\"R\"/>"
                      "<responsePriorityCode code=\"" +
                          priority + "\"/>" + control + "<parameterList>" + parameters +
                          "</parameterList></queryByParameter></controlActProcess>");
}

inline std::string v3_parameter(std::string const& name, std::string const& value) {
    return "<" + name + ">" + value + "<semanticsText>x</semanticsText></" + name + ">";
}
inline std::string v3_sex() {
    return v3_parameter("livingSubjectAdministrativeGender", "<value code=\"M\"/>");
}
inline std::string v3_birth() {
    return v3_parameter("livingSubjectBirthTime", "<value value=\"19600102\"/>");
}
inline std::string v3_name() {
    return v3_parameter("livingSubjectName", "<value><family>YAMADA</family></value>");
}
inline std::string v3_id(std::string const& root, std::string const& extension) {
    return v3_parameter("livingSubjectId",
                        "<value root=\"" + root + "\" extension=\"" + extension + "\"/>");
}
inline std::string v3_domain(std::string const& root) {
    return v3_parameter("otherIDsScopingOrganization", "<value root=\"" + root + "\"/>");
}

inline soap::Incoming v3_incoming(std::string const& payload, std::string_view action) {
    auto document = xml::parse(as_bytes(payload));
    EXPECT_TRUE(document.ok()) << payload;
    soap::Incoming incoming{*std::move(document), {}, {}, false};
    incoming.envelope.payload = incoming.document.root();
    incoming.envelope.action = action;
    return incoming;
}

inline std::string text_of(core::Outbound const& out) {
    if (out.fault) return "fault " + std::string(to_string(out.fault->code));
    auto const& reply = std::any_cast<soap::Outgoing const&>(out.reply);
    return reply.body.empty() ? "" : reply.body.front().xml;
}

inline bool holds(std::string const& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}
inline std::size_t count_of(std::string const& text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}
/// "AA/OK": acknowledgement and queryResponseCode.
inline std::string v3_outcome(std::string const& answer) {
    auto const code = [&](std::string_view element, std::size_t from) {
        std::size_t const at = answer.find(element, from);
        if (at == std::string::npos) return std::string();
        std::size_t const begin = answer.find("code=\"", at) + 6;
        return answer.substr(begin, answer.find('"', begin) - begin);
    };
    return code("<typeCode ", answer.find("<acknowledgement")) + "/" +
           code("<queryResponseCode ", 0);
}
/// The value of an element such as resultTotalQuantity.
inline std::string v3_value(std::string const& answer, std::string const& element) {
    std::size_t const at = answer.find("<" + element + " ");
    if (at == std::string::npos) return "";
    std::size_t const begin = answer.find("value=\"", at) + 7;
    return answer.substr(begin, answer.find('"', begin) - begin);
}
/// patient/id of each person, extensions only.
inline std::vector<std::string> v3_people(std::string const& answer) {
    std::vector<std::string> out;
    for (std::size_t at = answer.find("<patient "); at != std::string::npos;
         at = answer.find("<patient ", at + 1)) {
        std::size_t const begin = answer.find("extension=\"", at) + 11;
        out.push_back(answer.substr(begin, answer.find('"', begin) - begin));
    }
    return out;
}

}  // namespace musubi::test
