#include "codec/auditmsg/audit_message.h"
#include "codec/auditmsg/date_time.h"
#include "platform/base/text.h"
#include "platform/xml/parse.h"

#include <charconv>
#include <optional>
#include <utility>

namespace musubi::auditmsg {
namespace {

std::string attribute(xml::Element element, std::string_view name) {
    return std::string(trim(element.attribute(name).value_or("")));
}

/// The first of two names that is there: current edition first, RFC 3881 second.
std::string either(xml::Element element, std::string_view name, std::string_view older) {
    return element.attribute(name) ? attribute(element, name) : attribute(element, older);
}

domain::AuditCode code(xml::Element element) {
    return {either(element, "csd-code", "code"), either(element, "codeSystemName", "codeSystem"),
            either(element, "originalText", "displayName")};
}

int number(xml::Element element, std::string_view name, int fallback) {
    auto const text = attribute(element, name);
    int value = fallback;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? value : fallback;
}

std::string decoded(std::string_view text) {
    auto const bytes = from_base64(text);
    return bytes ? std::string(as_text(*bytes)) : std::string(text);
}

Error missing(std::string_view what) {
    Issue issue;
    issue.context = "audit message: " + std::string(what) + " is missing or wrong";
    return Error(Code::kInvalidContent, {issue});
}

std::optional<domain::AuditOutcome> outcome_of(int indicator) {
    switch (indicator) {
        case 0: return domain::AuditOutcome::kSuccess;
        case 4: return domain::AuditOutcome::kMinorFailure;
        case 8: return domain::AuditOutcome::kSeriousFailure;
        case 12: return domain::AuditOutcome::kMajorFailure;
        default: return std::nullopt;
    }
}

/// What of a whole message is there.
struct Presence {
    bool identification = false, time = false, outcome = false;
};

void identification(xml::Element element, domain::AuditEvent& event, Presence& there) {
    there.identification = true;
    auto const action = attribute(element, "EventActionCode");
    event.action = action.size() == 1 ? action[0] : 'E';
    if (auto const time = parse_date_time(attribute(element, "EventDateTime"))) {
        event.time = *time;
        there.time = true;
    }
    if (auto const outcome = outcome_of(number(element, "EventOutcomeIndicator", -1))) {
        event.outcome = *outcome;
        there.outcome = true;
    }
    for (auto const child : element.children()) {
        auto const name = child.local_name();
        if (name == "EventID") {
            event.event_id = code(child);
        } else if (name == "EventTypeCode") {
            event.event_types.push_back(code(child));
        } else if (name == "EventOutcomeDescription") {
            event.outcome_description = child.text();
        } else if (name == "PurposeOfUse") {
            event.purposes_of_use.push_back(code(child));
        }
    }
}

domain::AuditParticipant participant(xml::Element element) {
    domain::AuditParticipant out;
    out.user_id = attribute(element, "UserID");
    out.alternative_user_id = attribute(element, "AlternativeUserID");
    out.user_name = attribute(element, "UserName");
    auto const requestor = attribute(element, "UserIsRequestor");
    out.is_requestor = requestor == "true" || requestor == "1";
    out.network_address = attribute(element, "NetworkAccessPointID");
    for (auto const child : element.children()) {
        if (child.local_name() == "RoleIDCode") out.roles.push_back(code(child));
    }
    return out;
}

domain::AuditObject object(xml::Element element) {
    domain::AuditObject out;
    out.id = attribute(element, "ParticipantObjectID");
    out.type = number(element, "ParticipantObjectTypeCode", 4);
    out.role = number(element, "ParticipantObjectTypeCodeRole", 0);
    out.life_cycle = number(element, "ParticipantObjectDataLifeCycle", 0);
    for (auto const child : element.children()) {
        auto const name = child.local_name();
        if (name == "ParticipantObjectIDTypeCode") {
            out.id_type = code(child);
        } else if (name == "ParticipantObjectName") {
            out.name = child.text();
        } else if (name == "ParticipantObjectQuery") {
            out.query = decoded(child.text());
        } else if (name == "ParticipantObjectDetail") {
            out.details.push_back(
                {attribute(child, "type"), decoded(child.attribute("value").value_or(""))});
        }
    }
    return out;
}

Result<std::pair<domain::AuditEvent, Presence>> read_parts(ByteView bytes, std::size_t max_bytes) {
    xml::ParseOptions options;
    options.limits.max_bytes = options.limits.attribute_bytes = max_bytes;
    auto const document = TRY(xml::parse(bytes, options));
    auto const root = document.root();
    if (root.local_name() != "AuditMessage")
        return Error(Code::kInvalidMessage, "root element is no AuditMessage");
    std::pair<domain::AuditEvent, Presence> out;
    auto& [event, there] = out;
    for (auto const child : root.children()) {
        auto const name = child.local_name();
        if (name == "EventIdentification") {
            identification(child, event, there);
        } else if (name == "ActiveParticipant") {
            event.participants.push_back(participant(child));
        } else if (name == "AuditSourceIdentification") {
            event.source_id = attribute(child, "AuditSourceID");
            event.enterprise_site_id = attribute(child, "AuditEnterpriseSiteID");
        } else if (name == "ParticipantObjectIdentification") {
            event.objects.push_back(object(child));
        }
    }
    return out;
}

}  // namespace

Result<domain::AuditEvent> read(ByteView bytes, std::size_t max_bytes) {
    auto [event, there] = TRY(read_parts(bytes, max_bytes));
    if (!there.identification) return missing("EventIdentification");
    if (!there.time) return missing("EventDateTime");
    if (!there.outcome) return missing("EventOutcomeIndicator");
    if (event.event_id.code.empty()) return missing("EventID");
    if (event.participants.empty()) return missing("ActiveParticipant");
    if (event.source_id.empty()) return missing("AuditSourceIdentification");
    return event;
}

Result<domain::AuditEvent> read_what_is_there(ByteView bytes) {
    auto whole = read_parts(bytes, kMaxOfOthers);
    if (whole) return std::move(whole->first);
    auto part = read_parts(as_bytes(close_open_elements(as_text(bytes))), kMaxOfOthers);
    if (part) return std::move(part->first);
    return std::move(whole).error();
}

}  // namespace musubi::auditmsg
