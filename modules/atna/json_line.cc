#include "atna/archive.h"
#include "platform/base/json_text.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::atna {
namespace {

void put_field(std::string& out, std::string_view key, std::string_view value) {
    if (out.back() != '{') out += ", ";
    put_json_text(out, key);
    out += ": ";
    put_json_text(out, value);
}

void put_field(std::string& out, std::string_view key, std::int64_t value) {
    if (out.back() != '{') out += ", ";
    put_json_text(out, key);
    out += ": " + std::to_string(value);
}

void put_object(std::string& out, domain::AuditObject const& object) {
    out += '{';
    put_field(out, "id", object.id);
    put_field(out, "type", object.type);
    put_field(out, "role", object.role);
    put_field(out, "id_type", object.id_type.code);
    if (object.life_cycle != 0) put_field(out, "life_cycle", object.life_cycle);
    out += '}';
}

std::string legible(std::string text) {
    if (is_valid_utf8(text)) return text;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }, '?');
    return text;
}

}  // namespace

std::string to_json_line(FoundRecord const& record) {
    auto const& event = record.event;
    std::string patient;
    for (auto const& object : event.objects) {
        if (patient.empty() && object.type == 1 && object.role == 1) patient = object.id;
    }
    std::string out = "{";
    put_field(out, "time", to_rfc3339(event.time));
    put_field(out, "transaction", event.transaction);
    put_field(out, "event_id", event.event_id.code);
    put_field(out, "event_type", event.event_types.empty() ? "" : event.event_types.front().code);
    put_field(out, "outcome", static_cast<int>(event.outcome));
    put_field(out, "user", user_of(event));
    put_field(out, "organisation", event.organisation);
    put_field(out, "peer", peer_of(event));
    put_field(out, "patient", patient);
    out += ", \"objects\": [";
    for (auto const& object : event.objects) {
        if (out.back() != '[') out += ", ";
        put_object(out, object);
    }
    out += ']';
    put_field(out, "rule", event.rule);
    put_field(out, "message", legible(record.message));
    put_field(out, "trace", event.trace);
    put_field(out, "seq", record.seq);
    if (record.damaged) out += ", \"damaged\": true";
    if (!record.received.empty()) {
        put_field(out, "received", record.received);
        put_field(out, "line", to_base64(as_bytes(record.line)));
    }
    out += '}';
    return out;
}

}  // namespace musubi::atna
