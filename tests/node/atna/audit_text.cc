#include "node/atna/audit_text.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"
#include "platform/xml/parse.h"

namespace musubi::test {
namespace {

std::string plain(std::string_view base64) {
    auto const octets = from_base64(base64);
    if (!octets) throw std::runtime_error("not base64: " + std::string(base64));
    std::string text(as_text(*octets));
    std::size_t at = 0;
    while ((at = text.find('\r', at)) != std::string::npos) text.replace(at, 1, "\\r");
    return text;
}

std::string without_port(std::string text) {
    for (std::string const host : {"localhost:", "127.0.0.1:"}) {
        std::size_t const at = text.find(host);
        if (at == std::string::npos) continue;
        std::size_t const begin = at + host.size();
        std::size_t const end = std::min(text.find_first_not_of("0123456789", begin), text.size());
        text.replace(begin, end - begin, "PORT");
    }
    return text;
}

std::string our_host() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

/// Ids that this node made: of the messages that it sends.
bool is_our_message_id(std::string const& text) {
    return Uuid::parse(text).ok() ||
           (text.size() == 20 && text.find_first_not_of("0123456789abcdef") == std::string::npos);
}

}  // namespace

std::string AuditText::patient(std::string const& cx) {
    if (cx.find("^^^&" + regional_ + "&ISO") == std::string::npos) return cx;
    auto const [found, is_new] = patients_.emplace(cx, "R" + std::to_string(patients_.size() + 1));
    return found->second + cx.substr(cx.find('^'));
}

std::string AuditText::attribute(xml::Element element, xml::Attribute const& attribute) {
    std::string const name(attribute.local_name), value(attribute.value);
    if (name == "EventDateTime") return value.ends_with("Z") ? "TIME" : value;
    if (name == "AlternativeUserID") return "PROCESS";
    if (name == "UserID") return without_port(value);
    if (name == "NetworkAccessPointID") return value == our_host() ? "OUR-HOST" : value;
    // Also ids of messages that have none but wsa:MessageID.
    if (name == "ParticipantObjectID" && value.starts_with("urn:uuid:") && value.size() == 45)
        return "MESSAGE-ID";
    if (name == "ParticipantObjectID") return patient(value);
    if (element.local_name() == "ParticipantObjectDetail" && name == "value") {
        std::string const text = plain(value);
        return is_our_message_id(text) ? "OUR-MESSAGE" : text;
    }
    return value;
}

void AuditText::element(xml::Element at, int depth, std::string& out) {
    out += std::string(static_cast<std::size_t>(depth) * 2, ' ') + std::string(at.local_name());
    for (std::size_t i = 0; i < at.attribute_count(); ++i) {
        xml::Attribute const one = at.attribute_at(i);
        out += " " + std::string(one.local_name) + "=" + attribute(at, one);
    }
    if (at.local_name() == "ParticipantObjectQuery") {
        out += " " + plain(at.text());
    } else if (!trim(at.text()).empty()) {
        out += " " + std::string(at.text());
    }
    out += "\n";
    for (xml::Element const child : at.children()) element(child, depth + 1, out);
}

std::string AuditText::of(std::string const& message) {
    auto const document = xml::parse(as_bytes(message));
    if (!document) throw std::runtime_error("no XML: " + message);
    std::string out;
    element(document->root(), 0, out);
    return out;
}

}  // namespace musubi::test
