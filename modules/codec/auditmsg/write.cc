// The order of elements is the schema's (PS3.15 A.5.1).

#include "codec/auditmsg/audit_message.h"
#include "platform/xml/writer.h"

#include <algorithm>

#include <arpa/inet.h>

namespace musubi::auditmsg {
namespace {

constexpr std::string_view kUnknown = "UNKNOWN";

std::string_view or_unknown(std::string const& text) {
    return text.empty() ? kUnknown : std::string_view(text);
}

void code(xml::Writer& w, std::string_view element, domain::AuditCode const& value) {
    w.start(element)
        .attribute("csd-code", or_unknown(value.code))
        .attribute("codeSystemName", or_unknown(value.system))
        .attribute("originalText", or_unknown(value.text.empty() ? value.code : value.text))
        .end();
}

bool is_ip_address(std::string const& text) {
    in6_addr six{};
    in_addr four{};
    return inet_pton(AF_INET, text.c_str(), &four) == 1 ||
           inet_pton(AF_INET6, text.c_str(), &six) == 1;
}

/// Source and destination of a transaction: the sides that have a place in the network.
bool is_side(domain::AuditParticipant const& participant) {
    return std::any_of(
        participant.roles.begin(), participant.roles.end(), [](domain::AuditCode const& role) {
            return role.system == "DCM" && (role.code == "110153" || role.code == "110152");
        });
}

void participant(xml::Writer& w, domain::AuditParticipant const& one) {
    w.start("ActiveParticipant").attribute("UserID", or_unknown(one.user_id));
    if (!one.alternative_user_id.empty()) w.attribute("AlternativeUserID", one.alternative_user_id);
    if (!one.user_name.empty()) w.attribute("UserName", one.user_name);
    w.attribute("UserIsRequestor", one.is_requestor ? "true" : "false");
    if (!one.network_address.empty() || is_side(one)) {
        w.attribute("NetworkAccessPointID", or_unknown(one.network_address));
        w.attribute("NetworkAccessPointTypeCode", is_ip_address(one.network_address) ? "2" : "1");
    }
    for (auto const& role : one.roles) code(w, "RoleIDCode", role);
    w.end();
}

/// Octets that the message carries in base64, with the place where they belong.
struct Carried {
    std::size_t at;
    std::string_view octets;
};

void carry(std::vector<Carried>& carried, std::size_t at, std::string_view octets) {
    if (!octets.empty()) carried.push_back({at, octets});
}

void object(xml::Writer& w, domain::AuditObject const& one, std::vector<Carried>& carried) {
    w.start("ParticipantObjectIdentification")
        .attribute("ParticipantObjectID", or_unknown(one.id))
        .attribute("ParticipantObjectTypeCode", std::to_string(one.type));
    if (one.role != 0) w.attribute("ParticipantObjectTypeCodeRole", std::to_string(one.role));
    if (one.life_cycle != 0)
        w.attribute("ParticipantObjectDataLifeCycle", std::to_string(one.life_cycle));
    code(w, "ParticipantObjectIDTypeCode", one.id_type);
    if (!one.query.empty()) {
        w.start("ParticipantObjectQuery").raw("");
        carry(carried, w.view().size(), one.query);
        w.end();
    } else if (!one.name.empty()) {
        w.element("ParticipantObjectName", one.name);
    }
    for (auto const& detail : one.details) {
        w.start("ParticipantObjectDetail")
            .attribute("type", or_unknown(detail.type))
            .attribute("value", "");
        carry(carried, w.view().size() - 1, detail.value);  // before the closing quote
        w.end();
    }
    w.end();
}

}  // namespace

std::string write(domain::AuditEvent const& event) {
    auto const parts = write_parts(event);
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i)
        out += i % 2 == 0 ? parts[i] : to_base64(as_bytes(parts[i]));
    return out;
}

std::vector<std::string> write_parts(domain::AuditEvent const& event) {
    std::vector<Carried> carried;
    xml::Writer w;
    w.declaration().start("AuditMessage");
    w.start("EventIdentification")
        .attribute("EventActionCode", std::string_view(&event.action, 1))
        .attribute("EventDateTime", to_rfc3339(event.time))
        .attribute("EventOutcomeIndicator", std::to_string(static_cast<int>(event.outcome)));
    code(w, "EventID", event.event_id);
    for (auto const& type : event.event_types) code(w, "EventTypeCode", type);
    if (!event.outcome_description.empty())
        w.element("EventOutcomeDescription", event.outcome_description);
    for (auto const& purpose : event.purposes_of_use) code(w, "PurposeOfUse", purpose);
    w.end();

    for (auto const& one : event.participants) participant(w, one);
    if (event.participants.empty()) participant(w, {});  // the schema wants one

    w.start("AuditSourceIdentification");
    if (!event.enterprise_site_id.empty())
        w.attribute("AuditEnterpriseSiteID", event.enterprise_site_id);
    w.attribute("AuditSourceID", or_unknown(event.source_id));
    code(w, "AuditSourceTypeCode", domain::dcm("4", "Application Server"));
    w.end();

    for (auto const& one : event.objects) object(w, one, carried);
    w.end();
    std::vector<std::string> parts;
    parts.reserve(carried.size() * 2 + 1);
    std::string_view const text = w.view();
    std::size_t from = 0;
    for (Carried const& one : carried) {
        parts.emplace_back(text.substr(from, one.at - from));
        parts.emplace_back(one.octets);
        from = one.at;
    }
    parts.emplace_back(text.substr(from));
    return parts;
}

}  // namespace musubi::auditmsg
