#include "codec/fhir/audit_event.h"

#include "codec/fhir/audit_terms.h"
#include "domain/identifiers.h"
#include "platform/base/bytes.h"

#include <algorithm>

namespace musubi::fhir {

std::string_view system_uri(std::string_view name) {
    if (name == "DCM") return "http://dicom.nema.org/resources/ontology/DCM";
    if (name == "IHE Transactions") return "urn:ihe:event-type-code";
    if (name == "RFC-3881") return "http://terminology.hl7.org/CodeSystem/rfc-3881";
    return name;
}

std::pair<std::string, std::string> system_and_value(std::string const& object_id) {
    if (auto const id = domain::PatientId::parse(object_id))
        return {"urn:oid:" + id->authority, id->id};
    return {"", object_id};
}

namespace {

void put_coding(JsonWriter& json, std::string_view key, domain::AuditCode const& code) {
    json.begin_object(key)
        .text_unless_empty("system", system_uri(code.system))
        .text_unless_empty("code", code.code)
        .text_unless_empty("display", code.text)
        .end_object();
}

void put_concept(JsonWriter& json, std::string_view key, domain::AuditCode const& code) {
    json.begin_object(key).begin_array("coding");
    put_coding(json, {}, code);
    json.end_array().end_object();
}

void put_identifier(JsonWriter& json, std::string_view key, std::string const& text,
                    domain::AuditCode const* type) {
    auto const [system, value] = system_and_value(text);
    json.begin_object(key).begin_object("identifier");
    if (type && !type->code.empty()) put_concept(json, "type", *type);
    json.text_unless_empty("system", system).text_unless_empty("value", value);
    json.end_object().end_object();
}

/// 1 machine name, 2 IP address (audit-event network type).
char const* network_type(std::string const& address) {
    bool const numeric = address.find_first_not_of("0123456789.") == std::string::npos ||
                         address.find(':') != std::string::npos;
    return numeric ? "2" : "1";
}

void put_agent(JsonWriter& json, domain::AuditParticipant const& agent) {
    json.begin_object();
    // The first role that is DICOM's is what the agent was in the exchange.
    auto const type = std::find_if(agent.roles.begin(), agent.roles.end(),
                                   [](auto const& role) { return role.system == "DCM"; });
    if (type != agent.roles.end()) put_concept(json, "type", *type);
    if (agent.roles.size() > (type != agent.roles.end() ? 1U : 0U)) {
        json.begin_array("role");
        for (auto role = agent.roles.begin(); role != agent.roles.end(); ++role) {
            if (role != type) put_concept(json, {}, *role);
        }
        json.end_array();
    }
    if (!agent.user_id.empty()) put_identifier(json, "who", agent.user_id, nullptr);
    json.text_unless_empty("altId", agent.alternative_user_id)
        .text_unless_empty("name", agent.user_name)
        .boolean("requestor", agent.is_requestor);
    if (!agent.network_address.empty()) {
        json.begin_object("network")
            .text("address", agent.network_address)
            .text("type", network_type(agent.network_address))
            .end_object();
    }
    json.end_object();
}

void put_code(JsonWriter& json, std::string_view key, std::string_view system, int code) {
    json.begin_object(key).text("system", system).text("code", std::to_string(code)).end_object();
}

void put_entity(JsonWriter& json, domain::AuditObject const& object) {
    json.begin_object();
    if (!object.id.empty()) put_identifier(json, "what", object.id, &object.id_type);
    put_code(json, "type", kEntityTypeSystem, object.type);
    if (object.role != 0) put_code(json, "role", kEntityRoleSystem, object.role);
    if (object.life_cycle != 0) put_code(json, "lifecycle", kLifecycleSystem, object.life_cycle);
    // Never both (R4 sev-1).
    if (!object.query.empty())
        json.text("query", to_base64(as_bytes(object.query)));
    else
        json.text_unless_empty("name", object.name);
    if (!object.details.empty()) {
        json.begin_array("detail");
        for (auto const& detail : object.details) {
            json.begin_object()
                .text("type", detail.type.empty() ? "detail" : detail.type)
                .text("valueBase64Binary", to_base64(as_bytes(detail.value)))
                .end_object();
        }
        json.end_array();
    }
    json.end_object();
}

}  // namespace

void write_audit_event(JsonWriter& json, AuditResource const& resource) {
    auto const& event = resource.event;
    json.text("resourceType", "AuditEvent").text("id", resource.id);
    put_coding(json, "type", event.event_id);
    if (!event.event_types.empty()) {
        json.begin_array("subtype");
        for (auto const& type : event.event_types) put_coding(json, {}, type);
        json.end_array();
    }
    json.text("action", std::string(1, event.action))
        .text("recorded", to_rfc3339(event.time))
        .text("outcome", std::to_string(static_cast<int>(event.outcome)))
        .text_unless_empty("outcomeDesc", event.outcome_description);
    if (!event.purposes_of_use.empty()) {
        json.begin_array("purposeOfEvent");
        for (auto const& purpose : event.purposes_of_use) put_concept(json, {}, purpose);
        json.end_array();
    }
    if (!event.participants.empty()) {
        json.begin_array("agent");
        for (auto const& agent : event.participants) put_agent(json, agent);
        json.end_array();
    }
    json.begin_object("source").text_unless_empty("site", event.enterprise_site_id);
    put_identifier(json, "observer", event.source_id.empty() ? "UNKNOWN" : event.source_id,
                   nullptr);
    json.end_object();
    if (!event.objects.empty()) {
        json.begin_array("entity");
        for (auto const& object : event.objects) put_entity(json, object);
        json.end_array();
    }
}

namespace {

/// What else there is to say about the answer.
void put_remark(JsonWriter& json, std::string_view code, std::string_view diagnostics) {
    json.begin_object().begin_object("resource").text("resourceType", "OperationOutcome");
    json.begin_array("issue").begin_object().text("severity", "warning");
    json.text("code", code).text("diagnostics", diagnostics).end_object();
    json.end_array().end_object();
    json.begin_object("search").text("mode", "outcome").end_object().end_object();
}

}  // namespace

std::string write_audit_bundle(AuditBundle const& bundle) {
    bool const whole = !bundle.cut && !bundle.damaged;
    JsonWriter json;
    json.begin_object().text("resourceType", "Bundle").text("type", "searchset");
    if (whole)
        json.integer("total",
                     static_cast<std::int64_t>(bundle.only_total.value_or(bundle.entries.size())));
    json.begin_array("link").begin_object();
    json.text("relation", "self").text("url", bundle.self_link).end_object().end_array();
    if (!bundle.entries.empty() || !whole) json.begin_array("entry");
    for (auto const& entry : bundle.entries) {
        json.begin_object().text("fullUrl", bundle.base_url + "/AuditEvent/" + entry.id);
        json.begin_object("resource");
        write_audit_event(json, entry);
        json.end_object();
        json.begin_object("search").text("mode", "match").end_object().end_object();
    }
    if (bundle.cut) put_remark(json, "too-costly", "not complete: ask for a shorter time");
    if (bundle.damaged) put_remark(json, "incomplete", "records that are damaged are not in it");
    if (!bundle.entries.empty() || !whole) json.end_array();
    json.end_object();
    return json.take();
}

}  // namespace musubi::fhir
