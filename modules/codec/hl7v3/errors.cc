#include "codec/hl7v3/errors.h"

#include "codec/hl7v3/names.h"

namespace musubi::hl7v3 {
namespace {

constexpr std::size_t kMostDetails = 100;

struct CodeRow {
    bool reject;  ///< AR
    std::string_view detail;
    std::string_view text;
};

CodeRow row_of(Code code) {
    switch (code) {
        case Code::kInvalidMessage: return {false, "SYN113", "Message does not follow its schema"};
        case Code::kInvalidContent: return {false, "SYN", "Message content is not valid"};
        case Code::kUnsupported: return {true, "NS200", "Not supported"};
        case Code::kUnauthenticated: return {true, "INTERR", "Not authenticated"};
        case Code::kDenied: return {true, "INTERR", "Not permitted"};
        case Code::kNotFound: return {false, "204", "Unknown key identifier"};
        case Code::kConflict: return {false, "205", "Duplicate key identifier"};
        case Code::kTooLarge: return {false, "INTERR", "Too many results or too large a message"};
        case Code::kBusy: return {true, "INTERR", "Busy, try again later"};
        case Code::kPeerUnavailable:
            return {true, "INTERR", "A system behind this one does not answer"};
        case Code::kStorageUnavailable: return {true, "INTERR", "Temporarily unable"};
        case Code::kInternal: return {true, "INTERR", "Internal error"};
    }
    return {true, "INTERR", "Internal error"};
}

struct ReasonRow {
    Reason reason;
    std::string_view detail;
    std::string_view text;
    bool reject = false;
};
// Reasons of other protocols have no row: their Code speaks for them. The first row of a code is
// the one that it reads as.
constexpr ReasonRow kReasons[] = {
    {Reason::kUnknownKeyIdentifier, "204", "Unknown key identifier"},
    {Reason::kUnknownPatientId, "204", "Unknown key identifier"},
    {Reason::kDuplicateKeyIdentifier, "205", "Duplicate key identifier"},
    {Reason::kRequiredFieldMissing, "SYN105", "Required element missing"},
    {Reason::kDataType, "SYN102", "Data type error"},
    {Reason::kSegmentSequence, "SYN110", "Element not expected here, or repeated"},
    {Reason::kUnsupportedMessageType, "NS200", "Unsupported interaction", true},
    {Reason::kUnsupportedEvent, "NS200", "Unsupported trigger event", true},
    {Reason::kUnsupportedProcessingId, "NS202", "Unsupported processing code", true},
    {Reason::kUnsupportedVersion, "NS203", "Unsupported version", true},
    {kReasonProcessingMode, "NS250", "Unsupported processing mode"},
    {kReasonUnknownDestination, "RTUDEST", "Destination is not known"},
};

ReasonRow const* row_of(Reason reason) {
    for (ReasonRow const& row : kReasons) {
        if (row.reason == reason) return &row;
    }
    return nullptr;
}

bool is_reject(Error const& error) {
    auto const rejects = [](Reason reason) {
        ReasonRow const* const row = row_of(reason);
        return row != nullptr && row->reject;
    };
    if (row_of(error.code).reject || rejects(error.reason)) return true;
    for (Issue const& issue : error.issues) {
        if (rejects(issue.reason)) return true;
    }
    return false;
}

AckDetail detail_of(Code code, Reason reason) {
    ReasonRow const* const row = row_of(reason);
    CodeRow const fallback = row_of(code);
    AckDetail detail;
    detail.code = row != nullptr ? row->detail : fallback.detail;
    detail.text = row != nullptr ? row->text : fallback.text;
    bool const of_v2 = detail.code == "204" || detail.code == "205";
    detail.code_system = of_v2 ? kTable0357 : kDetailCodes;
    return detail;
}

}  // namespace

std::string_view ack_type_code(Error const* error, AckFamily family) {
    bool const accept = family == AckFamily::kAccept;
    if (error == nullptr) return accept ? "CA" : "AA";
    if (is_reject(*error)) return accept ? "CR" : "AR";
    return accept ? "CE" : "AE";
}

std::vector<AckDetail> ack_details(Error const& error, std::string_view trace) {
    std::vector<AckDetail> details;
    for (Issue const& issue : error.issues) {
        if (issue.severity != Severity::kError) continue;
        if (details.size() >= kMostDetails) break;
        AckDetail detail = detail_of(error.code, issue.reason);
        if (!issue.context.empty()) detail.text += ": " + issue.context;
        detail.location = issue.location;
        details.push_back(std::move(detail));
    }
    if (details.empty()) {
        details.push_back(detail_of(error.code, error.reason));
        if (!trace.empty()) details.back().text += " (" + std::string(trace) + ")";
    }
    return details;
}

std::string_view query_response_code(Error const& error) {
    return error.code == Code::kInvalidMessage ? "QE" : "AE";
}

Reason reason_of(std::string_view detail_code) {
    for (ReasonRow const& row : kReasons) {
        if (row.detail == detail_code) return row.reason;
    }
    return Reason::kNone;
}

Error schema_violation(Error const& error) {
    std::vector<Issue> findings = error.issues;
    for (Issue& finding : findings) finding.reason = kNoReason;  // the code's own word
    Error out(Code::kInvalidMessage, std::move(findings));
    out.detail = error.detail;
    return out;
}

}  // namespace musubi::hl7v3
