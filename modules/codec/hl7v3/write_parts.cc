#include "codec/hl7v3/write_parts.h"

#include "codec/hl7v3/names.h"
#include "platform/base/ids.h"

namespace musubi::hl7v3 {
namespace {

void write_device(xml::Writer& w, Party const& party) {
    open(w, "device", {{"classCode", "DEV"}, {"determinerCode", "INSTANCE"}});
    if (party.device.empty()) {
        leaf(w, "id", {{"nullFlavor", "UNK"}});
    } else {
        leaf(w, "id", {{"root", party.device}});
    }
    if (!party.organization.empty()) {
        open(w, "asAgent", {{"classCode", "AGNT"}});
        open(w, "representedOrganization", {{"classCode", "ORG"}, {"determinerCode", "INSTANCE"}});
        leaf(w, "id", {{"root", party.organization}});
        w.end().end();
    }
    w.end();
}

/// Only OIDs go back: whatever else a peer called itself breaks the rules for devices.
Party as_oids(Party party) {
    if (!is_oid(party.device)) party.device.clear();
    if (!is_oid(party.organization)) party.organization.clear();
    return party;
}

/// A root that the published schema takes: OID, UUID or a plain word.
bool is_uid(std::string_view text) {
    if (is_oid(text) || Uuid::parse(text)) return true;
    if (text.empty() || text.size() > 128 || text.starts_with("urn:")) return false;
    auto const letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    if (!letter(text.front())) return false;
    for (char c : text) {
        if (!letter(c) && !(c >= '0' && c <= '9') && c != '-') return false;
    }
    return true;
}

void write_instance_id(xml::Writer& w, std::string_view name, InstanceId const& id) {
    if (!is_uid(id.root)) {
        leaf(w, name, {{"nullFlavor", "UNK"}, {"extension", id.extension}});
    } else {
        leaf(w, name, {{"root", id.root}, {"extension", id.extension}});
    }
}

void write_quantity(xml::Writer& w, std::string_view name, std::size_t value) {
    leaf(w, name, {{"value", std::to_string(value)}});
}

}  // namespace

xml::Writer& open(xml::Writer& w, std::string_view name, Attributes attributes) {
    w.start(name);
    for (auto const& [key, value] : attributes) {
        if (!value.empty()) w.attribute(key, value);
    }
    return w;
}

void leaf(xml::Writer& w, std::string_view name, Attributes attributes) {
    open(w, name, attributes).end();
}

void open_message(xml::Writer& w, Envelope const& envelope, Seal const& seal) {
    open(w, envelope.interaction,
         {{"xmlns", kHl7}, {"xmlns:xsi", xml::kXsiNamespace}, {"ITSVersion", "XML_1.0"}});
    leaf(w, "id", {{"root", seal.message_id}});
    leaf(w, "creationTime", {{"value", seal.time}});
    leaf(w, "interactionId", {{"root", kInteractionIds}, {"extension", envelope.interaction}});
    leaf(w, "processingCode", {{"code", envelope.processing_code}});
    leaf(w, "processingModeCode", {{"code", "T"}});
    leaf(w, "acceptAckCode", {{"code", envelope.accept_ack}});
    open(w, "receiver", {{"typeCode", "RCV"}});
    write_device(w, envelope.receiver);
    w.end();
    if (!envelope.respond_to.empty()) {
        open(w, "respondTo", {{"typeCode", "RSP"}});
        leaf(w, "telecom", {{"value", envelope.respond_to}});
        leaf(w, "entityRsp",
             {{"classCode", "ENT"}, {"determinerCode", "INSTANCE"}, {"xsi:nil", "true"}});
        w.end();
    }
    open(w, "sender", {{"typeCode", "SND"}});
    write_device(w, envelope.sender);
    w.end();
}

void open_answer(xml::Writer& w, std::string_view interaction, Header const& request,
                 Seal const& seal) {
    auto const& code = request.processing_code;
    bool const known = code == "P" || code == "T" || code == "D";
    Envelope envelope{interaction, "NE", known ? code : std::string_view("P"), seal.self,
                      as_oids(request.sender)};
    // Who was addressed answers (ITI TF-2 3.47.4.2: the receiver's device names the source).
    Party const addressed = as_oids(request.receiver);
    if (!addressed.device.empty()) envelope.sender.device = addressed.device;
    open_message(w, envelope, seal);
}

void write_ack(xml::Writer& w, Header const& request, Ack const& ack) {
    w.start("acknowledgement");
    leaf(w, "typeCode", {{"code", ack.type_code}});
    w.start("targetMessage");
    write_instance_id(w, "id", request.id);
    w.end();
    for (AckDetail const& detail : ack.details) {
        open(w, "acknowledgementDetail", {{"typeCode", "E"}});
        leaf(w, "code", {{"code", detail.code}, {"codeSystem", detail.code_system}});
        w.element("text", detail.text);
        if (!detail.location.empty()) w.element("location", detail.location);
        w.end();
    }
    w.end();
}

void open_control_act(xml::Writer& w, std::string_view trigger) {
    open(w, "controlActProcess", {{"classCode", "CACT"}, {"moodCode", "EVN"}});
    leaf(w, "code", {{"code", trigger}, {"codeSystem", kInteractionIds}});
}

void write_query_end(xml::Writer& w, QueryEcho const& echo, std::string_view response_code,
                     QueryCounts const& counts) {
    w.start("queryAck");
    write_instance_id(w, "queryId", echo.query_id);
    leaf(w, "statusCode", {{"code", "deliveredResponse"}});
    leaf(w, "queryResponseCode", {{"code", response_code}});
    write_quantity(w, "resultTotalQuantity", counts.total);
    write_quantity(w, "resultCurrentQuantity", counts.current);
    write_quantity(w, "resultRemainingQuantity", counts.remaining);
    w.end();
    if (!echo.xml.empty()) w.raw(echo.xml);
}

void write_detected_issue(xml::Writer& w, std::vector<IssueCode> const& wanted,
                          std::optional<IssueCode> const& management) {
    open(w, "reasonOf", {{"typeCode", "RSON"}});
    open(w, "detectedIssueEvent", {{"classCode", "ALRT"}, {"moodCode", "EVN"}});
    leaf(w, "code",
         {{"code", "_ActAdministrativeDetectedIssueManagementCode"}, {"codeSystem", kActCodes}});
    if (management) {
        open(w, "mitigatedBy", {{"typeCode", "MITGT"}});
        open(w, "detectedIssueManagement", {{"classCode", "ACT"}, {"moodCode", "EVN"}});
        leaf(w, "code", {{"code", management->code}, {"codeSystem", management->code_system}});
        w.end().end();
    }
    for (IssueCode const& each : wanted) {
        open(w, "triggerFor", {{"typeCode", "TRIG"}});
        open(w, "actOrderRequired", {{"classCode", "ACT"}, {"moodCode", "RQO"}});
        leaf(w, "code", {{"code", each.code}, {"codeSystem", each.code_system}});
        w.end().end();
    }
    w.end().end();
}

void write_schema_issue(xml::Writer& w) {
    write_detected_issue(w, {}, IssueCode{"VALIDAT", kActCodes});
}

void open_registration(xml::Writer& w) {
    open(w, "subject", {{"typeCode", "SUBJ"}, {"contextConductionInd", "false"}});
    open(w, "registrationEvent", {{"classCode", "REG"}, {"moodCode", "EVN"}});
    leaf(w, "id", {{"nullFlavor", "NA"}});
    leaf(w, "statusCode", {{"code", "active"}});
    open(w, "subject1", {{"typeCode", "SBJ"}});
    open(w, "patient", {{"classCode", "PAT"}});
}

void close_registration(xml::Writer& w, Custodian const& custodian) {
    w.end().end();
    open(w, "custodian", {{"typeCode", "CST"}});
    open(w, "assignedEntity", {{"classCode", "ASSIGNED"}});
    leaf(w, "id", {{"root", custodian.id}});
    if (custodian.locator != HealthDataLocator::kUntold) {
        bool const supported = custodian.locator == HealthDataLocator::kSupported;
        leaf(w, "code",
             {{"code", supported ? "SupportsHealthDataLocator" : "NotHealthDataLocator"},
              {"codeSystem", kHealthDataLocatorCodes}});
    }
    w.end().end().end().end();
}

}  // namespace musubi::hl7v3
