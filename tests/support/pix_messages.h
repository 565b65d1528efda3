#pragma once
// Messages of patient identity as a partner sends them: ITI-30 and ITI-9 in HL7 v2.5, ITI-44 and
// ITI-45 in HL7 v3. Ids are CX texts.

#include "domain/identifiers.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace musubi::test {

struct Person {
    std::string family = {}, given = {}, birth = {};
};

inline domain::PatientId pix_id(std::string const& cx) {
    auto id = domain::PatientId::parse(cx);
    if (!id) throw std::runtime_error("not a patient id: " + cx);
    return *id;
}

inline std::string control_id() {
    std::string digits = system_ids().uuid().to_string();
    std::erase(digits, '-');
    return digits.substr(0, 20);
}

/// MSH of version 2.5.
inline std::string msh25(std::string const& type, std::string const& control = control_id()) {
    return "MSH|^~\\&|TEST|TEST|MUSUBI|MUSUBI|" + to_dtm(system_clock().now()) + "||" + type + "|" +
           control + "|P|2.5\r";
}

/// A28, A31 (structure ADT_A05), A47 (ADT_A30), A40 (ADT_A39); `prior` goes to MRG-1.
inline std::string adt25(std::string const& event, std::string const& ids,
                         std::string const& prior = "", Person const& person = {}) {
    std::string const structure = event == "A47"   ? "ADT_A30"
                                  : event == "A40" ? "ADT_A39"
                                                   : "ADT_A05";
    std::string text = msh25("ADT^" + event + "^" + structure);
    text += "EVN||" + to_dtm(system_clock().now()) + "\rPID|1||" + ids + "||" + person.family +
            "^" + person.given + "^^^^^L||" + person.birth + "\r";
    return text + (prior.empty() ? "PV1||N\r" : "MRG|" + prior + "\r");
}
/// A24 and A37: two PID segments.
inline std::string link25(std::string const& event, std::string const& one,
                          std::string const& other) {
    return msh25("ADT^" + event + "^ADT_" + event) + "EVN||" + to_dtm(system_clock().now()) +
           "\rPID|1||" + one + "||A^B\rPV1||N\rPID|2||" + other + "||A^B\rPV1||N\r";
}

/// `domains`: QPD-4 as it is.
inline std::string pix_query(std::string const& cx, std::string const& domains = "") {
    return msh25("QBP^Q23^QBP_Q21") + "QPD|IHE PIX Query|T" + control_id() + "|" + cx + "|" +
           domains + "\rRCP|I\r";
}

inline std::string v3_wrapper(std::string const& interaction, std::string const& message_id) {
    return "<" + interaction + " xmlns=\"urn:hl7-org:v3\" ITSVersion=\"XML_1.0\"><id root=\"" +
           message_id + "\"/><creationTime value=\"20260101120000\"/>" +
           "<interactionId root=\"2.16.840.1.113883.1.6\" extension=\"" + interaction + "\"/>" +
           "<processingCode code=\"P\"/><processingModeCode code=\"T\"/><acceptAckCode "
           "code=\"AL\"/>" +
           "<receiver typeCode=\"RCV\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\">"
           "<id root=\"2.999.1.1\"/></device></receiver>"
           "<sender typeCode=\"SND\"><device classCode=\"DEV\" determinerCode=\"INSTANCE\">"
           "<id root=\"2.999.9.1\"/></device></sender>";
}

/// PRPA_IN201301UV02, 302, 304 (with `prior`).
inline std::string v3_feed(std::string const& interaction, std::string const& cx,
                           std::string const& prior = "", Person const& person = {"A", "B", ""},
                           std::string const& message_id = system_ids().uuid().to_string()) {
    domain::PatientId const id = pix_id(cx);
    std::string const trigger = "PRPA_TE" + interaction.substr(7);
    std::string text = v3_wrapper(interaction, message_id);
    text += "<controlActProcess classCode=\"CACT\" moodCode=\"EVN\"><code code=\"" + trigger +
            "\" codeSystem=\"2.16.840.1.113883.1.6\"/><subject typeCode=\"SUBJ\" "
            "contextConductionInd=\"false\"><registrationEvent classCode=\"REG\" "
            "moodCode=\"EVN\"><id nullFlavor=\"NA\"/><statusCode code=\"active\"/>"
            "<subject1 typeCode=\"SBJ\"><patient classCode=\"PAT\"><id root=\"" +
            id.authority + "\" extension=\"" + id.id +
            "\"/><statusCode code=\"active\"/><patientPerson classCode=\"PSN\" "
            "determinerCode=\"INSTANCE\"><name><family>" +
            person.family + "</family><given>" + person.given + "</given></name>";
    if (!person.birth.empty()) text += "<birthTime value=\"" + person.birth + "\"/>";
    text +=
        "</patientPerson><providerOrganization classCode=\"ORG\" "
        "determinerCode=\"INSTANCE\"><id root=\"" +
        id.authority +
        "\"/><contactParty classCode=\"CON\"><telecom value=\"tel:000\"/></contactParty>"
        "</providerOrganization></patient></subject1><custodian typeCode=\"CST\">"
        "<assignedEntity classCode=\"ASSIGNED\"><id root=\"" +
        id.authority + "\"/></assignedEntity></custodian>";
    if (!prior.empty()) {
        domain::PatientId const old = pix_id(prior);
        text +=
            "<replacementOf typeCode=\"RPLC\"><priorRegistration classCode=\"REG\" "
            "moodCode=\"EVN\"><statusCode code=\"obsolete\"/><subject1 typeCode=\"SBJ\">"
            "<priorRegisteredRole classCode=\"PAT\"><id root=\"" +
            old.authority + "\" extension=\"" + old.id +
            "\"/></priorRegisteredRole></subject1></priorRegistration></replacementOf>";
    }
    return text + "</registrationEvent></subject></controlActProcess></" + interaction + ">";
}

inline std::string v3_pix_query(std::string const& cx,
                                std::vector<std::string> const& domains = {}) {
    domain::PatientId const id = pix_id(cx);
    std::string text = v3_wrapper("PRPA_IN201309UV02", system_ids().uuid().to_string());
    text +=
        "<controlActProcess classCode=\"CACT\" moodCode=\"EVN\"><code "
        "code=\"PRPA_TE201309UV02\" codeSystem=\"2.16.840.1.113883.1.6\"/><queryByParameter>"
        "<queryId root=\"2.999.9.2\" extension=\"" +
        control_id() +
        "\"/><statusCode code=\"new\"/><responsePriorityCode code=\"I\"/><parameterList>";
    for (std::string const& domain : domains) {
        text += "<dataSource><value root=\"" + domain +
                "\"/><semanticsText>DataSource.id</semanticsText></dataSource>";
    }
    return text + "<patientIdentifier><value root=\"" + id.authority + "\" extension=\"" + id.id +
           "\"/><semanticsText>Patient.id</semanticsText></patientIdentifier></parameterList>"
           "</queryByParameter></controlActProcess></PRPA_IN201309UV02>";
}

/// A segment of an answer, or empty.
inline std::string segment_of(std::string const& message, std::string const& name) {
    std::size_t at = message.starts_with(name + "|") ? 0 : message.find("\r" + name + "|");
    if (at == std::string::npos) return "";
    if (message[at] == '\r') ++at;
    return message.substr(at, message.find('\r', at) - at);
}
/// MSA-1
inline std::string ack_of(std::string const& message) {
    std::string const msa = segment_of(message, "MSA");
    return msa.size() < 6 ? "" : msa.substr(4, 2);
}

}  // namespace musubi::test
