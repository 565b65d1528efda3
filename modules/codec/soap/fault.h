#pragma once
// SOAP faults (SOAP 1.2 part 1, 5.4; WS-Addressing 1.0 SOAP Binding 6; ITI TF-2 Appendix V.3).
//
// A fault is for the transport and the WS-* headers only; failures of a transaction go into its own
// answer with HTTP 200. Plain values and pure functions, thread-safe. Nothing written here is text
// of a peer, but for the names of headers not understood and, with ActionNotSupported, the action.

#include "codec/soap/names.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::soap {

enum class FaultCode : std::uint8_t { kSender, kReceiver, kMustUnderstand, kVersionMismatch };

struct FaultSpec {
    FaultCode code = FaultCode::kReceiver;
    std::vector<QName> subcodes;        ///< outermost first; may be empty
    std::string reason;                 ///< a fixed English sentence
    std::string trace_id;               ///< correlation id of our log
    std::string problem_action;         ///< with wsa:ActionNotSupported
    std::string problem_header;         ///< local name of the WS-Addressing header at fault
    std::vector<QName> not_understood;  ///< with kMustUnderstand
    std::string relates_to;             ///< MessageID of the request; empty when unknown
    std::string message_id;             ///< of the fault itself; empty: none is written
    std::string to;                     ///< empty: none is written
    int status = 0;                     ///< HTTP status; 0: as the code says
};

/// SOAP 1.2, or for kVersionMismatch a SOAP 1.1 envelope with an Upgrade header (SOAP 1.2 part 1,
/// appendix A).
std::string write_fault(FaultSpec const& fault);

/// 400 for Sender, else 500 (SOAP 1.2 part 2, 7.5.1.2), unless the fault says otherwise.
int http_status(FaultSpec const& fault);
std::string_view content_type(FaultSpec const& fault);
/// The wsa:Action that the fault carries.
std::string_view fault_action(FaultSpec const& fault);

}  // namespace musubi::soap
