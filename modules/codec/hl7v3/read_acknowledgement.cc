#include "codec/hl7v3/data_types.h"
#include "codec/hl7v3/errors.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/read.h"
#include "platform/base/text.h"

namespace musubi::hl7v3 {
namespace {

constexpr std::size_t kLongestText = 200;

Issue read_detail(xml::Element detail) {
    Issue issue;
    std::string const type = attribute_of(detail, "typeCode");
    issue.severity = type.empty() || type == "E" ? Severity::kError : Severity::kWarning;
    std::string const code = attribute_of(child(detail, "code"), "code");
    issue.reason = reason_of(code);
    // Only the code: the peer's words may hold what does not belong into a log.
    issue.context = code.substr(0, kLongestText);
    std::string_view const location = trim(child(detail, "location").text());
    if (location.size() <= kLongestText) issue.location = location;
    return issue;
}

}  // namespace

Result<Acknowledgement> read_acknowledgement(xml::Element payload) {
    if (payload.namespace_uri() != kHl7)
        return Error(Code::kInvalidMessage, "the body is no HL7 v3 message");
    xml::Element const ack = child(payload, "acknowledgement");
    std::string const type = attribute_of(child(ack, "typeCode"), "code");
    Acknowledgement out;
    if (type == "AA" || type == "CA") {
        out.outcome = Acknowledgement::Outcome::kAccepted;
    } else if (type == "AE" || type == "CE") {
        out.outcome = Acknowledgement::Outcome::kError;
    } else if (type == "AR" || type == "CR") {
        out.outcome = Acknowledgement::Outcome::kRejected;
    } else {
        return Error(Code::kInvalidMessage, "no acknowledgement type");
    }
    out.target = read_instance_id(child(child(ack, "targetMessage"), "id"));
    for (xml::Element detail : children(ack, "acknowledgementDetail")) {
        if (out.details.size() == kMaxEntries) break;
        out.details.push_back(read_detail(detail));
    }
    return out;
}

}  // namespace musubi::hl7v3
