#pragma once
// Our errors as SOAP faults. Pure functions, thread-safe.
//
// The text of a fault is fixed per code and ends at that: `Error::detail` never travels. Of the
// issues only the name of an addressing header, or the unknown action, is used.

#include "codec/soap/envelope.h"
#include "codec/soap/fault.h"
#include "platform/base/error.h"

#include <string_view>

namespace musubi::soap {

FaultSpec fault_for(Error const& error, std::string_view trace_id);

/// An action that no transaction at this endpoint has: Sender, wsa:ActionNotSupported.
Error unknown_action_error(std::string_view action);
/// The fault for mandatory headers that we do not know (also wsse:Security when it was not
/// validated).
FaultSpec must_understand_fault(std::vector<QName> not_understood, std::string_view trace_id);

}  // namespace musubi::soap
