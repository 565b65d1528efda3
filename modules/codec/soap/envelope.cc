#include "codec/soap/envelope.h"

#include "platform/base/text.h"

#include <array>

namespace musubi::soap {
namespace {

constexpr std::string_view kRoleNext = "http://www.w3.org/2003/05/soap-envelope/role/next";
constexpr std::string_view kRoleUltimate =
    "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver";
constexpr std::string_view kReply = "http://www.w3.org/2005/08/addressing/reply";

Error invalid(Reason reason, std::string header, std::string detail) {
    Error error(Code::kInvalidMessage, reason, std::move(detail));
    error.issues.push_back({Severity::kError, reason, std::move(header), {}});
    return error;
}

/// SOAP 1.2 part 1, 2.2: no role, "next" and "ultimateReceiver" mean us.
bool is_for_us(xml::Element block) {
    auto const role = block.attribute(kSoap12, "role");
    if (!role) return true;
    std::string_view const value = trim(*role);
    return value.empty() || value == kRoleNext || value == kRoleUltimate;
}

Result<bool> must_understand(xml::Element block) {
    auto const value = block.attribute(kSoap12, "mustUnderstand");
    if (!value) return false;
    std::string_view const text = trim(*value);
    if (text == "1" || text == "true") return true;
    if (text == "0" || text == "false") return false;
    return Error(Code::kInvalidMessage, "mustUnderstand is no boolean");
}

/// The addressing headers, each at most once (WS-Addressing 1.0 Core 3.1); RelatesTo may repeat.
class Addressing {
public:
    Status take(xml::Element block) {
        std::string_view const name = block.local_name();
        if (name == "RelatesTo") {
            auto const type = block.attribute("RelationshipType");
            if (!relates_to && (!type || trim(*type) == kReply)) relates_to = block;
            return {};
        }
        for (Slot& slot : slots_) {
            if (slot.name != name) continue;
            if (slot.block) {
                return invalid(kReasonHeaderCardinality, std::string(name),
                               "addressing header twice");
            }
            slot.block = block;
        }
        return {};
    }

    static bool knows(std::string_view name) {
        for (Slot const& slot : Addressing().slots_) {
            if (slot.name == name) return true;
        }
        return name == "RelatesTo";
    }

    xml::Element operator[](std::string_view name) const {
        for (Slot const& slot : slots_) {
            if (slot.name == name) return slot.block;
        }
        return {};
    }

    xml::Element relates_to;

private:
    struct Slot {
        std::string_view name;
        xml::Element block = {};
    };
    std::array<Slot, 6> slots_{
        {{"To"}, {"From"}, {"ReplyTo"}, {"FaultTo"}, {"Action"}, {"MessageID"}}};
};

Result<std::string> address_text(xml::Element element, std::string_view header) {
    std::string_view const text = trim(element.text());
    if (text.empty() || text.size() > kMaxAddress || element.first_child()) {
        return invalid(kReasonHeaderInvalid, std::string(header),
                       "addressing header empty or too long");
    }
    return std::string(text);
}

Result<std::string> optional_text(Addressing const& headers, std::string_view name) {
    xml::Element const block = headers[name];
    if (!block) return std::string();
    return address_text(block, name);
}

Result<ReplyTarget> target(xml::Element block, std::string_view name) {
    xml::Element const address = block.first_child(kWsa, "Address");
    if (!address) {
        return invalid(kReasonAddressMissing, std::string(name),
                       "endpoint reference without address");
    }
    std::string text = TRY(address_text(address, name));
    if (text == kAnonymous) return ReplyTarget{};
    if (text == kNone) return ReplyTarget{ReplyKind::kNowhere, {}};
    return ReplyTarget{ReplyKind::kAddress, std::move(text)};
}

Result<Addressing> sort_headers(Envelope& envelope) {
    Addressing headers;
    for (xml::Element block : envelope.header.children()) {
        if (block.namespace_uri().empty()) {
            return Error(Code::kInvalidMessage, "header block without namespace");
        }
        if (!is_for_us(block)) continue;
        bool const mandatory = TRY(must_understand(block));
        if (block.namespace_uri() == kWsa && Addressing::knows(block.local_name())) {
            TRY(headers.take(block));
        } else if (block.is(kWsse, "Security")) {
            if (envelope.security) return Error(Code::kInvalidMessage, "two security headers");
            envelope.security = block;
            envelope.security_must_understand = mandatory;
        } else if (mandatory) {
            envelope.not_understood.push_back(
                {std::string(block.namespace_uri()), std::string(block.local_name())});
        }
    }
    return headers;
}

/// Envelope is Header?, Body, and the body has one child (ITI TF-2 V.3.1).
Status find_parts(xml::Element root, Envelope& envelope) {
    xml::Element at = root.first_child();
    if (at.is(kSoap12, "Header")) {
        envelope.header = at;
        at = at.next_sibling();
    }
    if (!at.is(kSoap12, "Body")) return Error(Code::kInvalidMessage, "envelope without body");
    if (at.next_sibling()) return Error(Code::kInvalidMessage, "something after the body");
    envelope.payload = at.first_child();
    if (!envelope.payload || envelope.payload.next_sibling() || !trim(at.text()).empty()) {
        return Error(Code::kInvalidMessage, "body must have exactly one child");
    }
    return {};
}

Status read_addressing(Addressing const& headers, Envelope& envelope) {
    if (!headers["Action"]) return invalid(kReasonActionMissing, "Action", "wsa:Action missing");
    envelope.action = TRY(optional_text(headers, "Action"));
    envelope.message_id = TRY(optional_text(headers, "MessageID"));
    envelope.to = TRY(optional_text(headers, "To"));
    if (headers.relates_to)
        envelope.relates_to = TRY(address_text(headers.relates_to, "RelatesTo"));
    if (headers["ReplyTo"]) envelope.reply_to = TRY(target(headers["ReplyTo"], "ReplyTo"));
    if (headers["FaultTo"]) envelope.fault_to = TRY(target(headers["FaultTo"], "FaultTo"));
    if (headers["From"]) TRY(target(headers["From"], "From"));
    return {};
}

}  // namespace

Result<Envelope> read_envelope(xml::Document const& document) {
    xml::Element const root = document.root();
    if (root.local_name() == "Envelope" && root.namespace_uri() != kSoap12) {
        return Error(Code::kUnsupported, kReasonVersionMismatch, "not a SOAP 1.2 envelope");
    }
    if (!root.is(kSoap12, "Envelope")) return Error(Code::kInvalidMessage, "not a SOAP envelope");
    Envelope envelope;
    TRY(find_parts(root, envelope));
    Addressing const headers = TRY(sort_headers(envelope));
    TRY(read_addressing(headers, envelope));
    return envelope;
}

std::string find_message_id(xml::Document const& document) {
    xml::Element const id =
        document.root().first_child(kSoap12, "Header").first_child(kWsa, "MessageID");
    std::string_view const text = trim(id.text());
    return std::string(text.size() <= kMaxAddress ? text : std::string_view());
}

}  // namespace musubi::soap
