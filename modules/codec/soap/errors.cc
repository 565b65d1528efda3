#include "codec/soap/errors.h"

namespace musubi::soap {
namespace {

struct Phrase {
    FaultCode code;
    std::string_view reason;
    int status = 0;
    QName subcode = {};
};

// One line per code and no default: a new code does not compile until it has its fault.
Phrase phrase(Code code) {
    switch (code) {
        case Code::kInvalidMessage:
            return {FaultCode::kSender,
                    "The message does not follow the SOAP or XML rules of this transaction."};
        case Code::kInvalidContent:
            return {FaultCode::kSender, "The content of the message breaks a rule of the profile."};
        case Code::kUnsupported:
            return {FaultCode::kSender, "The request is not supported by this node."};
        case Code::kUnauthenticated:
            return {FaultCode::kSender,
                    "The sender could not be authenticated.",
                    0,
                    {std::string(kWsse), "FailedAuthentication"}};
        case Code::kDenied: return {FaultCode::kSender, "The sender may not do this.", 403};
        case Code::kNotFound:
            return {FaultCode::kSender, "The object of the request does not exist."};
        case Code::kConflict:
            return {FaultCode::kSender, "The request conflicts with what is stored."};
        case Code::kTooLarge:
            return {FaultCode::kSender, "The message passes a limit of this node."};
        case Code::kBusy: return {FaultCode::kReceiver, "The node is busy; try again later.", 503};
        case Code::kPeerUnavailable:
            return {FaultCode::kReceiver, "A neighbouring node does not answer."};
        case Code::kStorageUnavailable:
            return {FaultCode::kReceiver, "The storage of this node does not answer."};
        case Code::kInternal:
            return {FaultCode::kReceiver, "The node failed to process the request."};
    }
    return {FaultCode::kReceiver, "The node failed to process the request."};
}

QName wsa(std::string_view name) { return {std::string(kWsa), std::string(name)}; }

std::string first_context(Error const& error) {
    return error.issues.empty() ? std::string() : error.issues.front().context;
}

/// The causes of envelope.h have faults of their own (WS-Addressing 1.0 SOAP Binding 6.4).
void refine(Error const& error, FaultSpec& fault) {
    if (error.reason == kReasonVersionMismatch) {
        fault.code = FaultCode::kVersionMismatch;
        fault.reason = "Only SOAP 1.2 is understood.";
    } else if (error.reason == kReasonActionMissing) {
        fault.subcodes = {wsa("MessageAddressingHeaderRequired")};
        fault.problem_header = "Action";
    } else if (error.reason == kReasonHeaderCardinality) {
        fault.subcodes = {wsa("InvalidAddressingHeader"), wsa("InvalidCardinality")};
        fault.problem_header = first_context(error);
    } else if (error.reason == kReasonAddressMissing) {
        fault.subcodes = {wsa("InvalidAddressingHeader"), wsa("MissingAddressInEPR")};
        fault.problem_header = first_context(error);
    } else if (error.reason == kReasonHeaderInvalid) {
        fault.subcodes = {wsa("InvalidAddressingHeader")};
        fault.problem_header = first_context(error);
    } else if (error.reason == kReasonActionUnknown) {
        fault.subcodes = {wsa("ActionNotSupported")};
        fault.problem_action = first_context(error);
    }
}

}  // namespace

FaultSpec fault_for(Error const& error, std::string_view trace_id) {
    Phrase said = phrase(error.code);
    FaultSpec fault;
    fault.code = said.code;
    fault.reason = said.reason;
    fault.status = said.status;
    fault.trace_id = trace_id;
    if (!said.subcode.local_name.empty()) fault.subcodes.push_back(std::move(said.subcode));
    refine(error, fault);
    return fault;
}

Error unknown_action_error(std::string_view action) {
    Error error(Code::kUnsupported, kReasonActionUnknown, "action not offered at this endpoint");
    error.issues.push_back(
        {Severity::kError, kReasonActionUnknown, std::string(action.substr(0, kMaxAddress)), {}});
    return error;
}

FaultSpec must_understand_fault(std::vector<QName> not_understood, std::string_view trace_id) {
    FaultSpec fault;
    fault.code = FaultCode::kMustUnderstand;
    fault.reason = "A header that must be understood is not known or was not accepted.";
    fault.not_understood = std::move(not_understood);
    fault.trace_id = trace_id;
    return fault;
}

}  // namespace musubi::soap
