#pragma once
// One request in simple SOAP and its answer, over the peer port (ITI TF-2 Appendix V.3; ITI-42 and
// ITI-18 do not use MTOM). Thread-safe as the port is.

#include "codec/soap/envelope.h"
#include "core/peer_port.h"
#include "platform/base/ids.h"
#include "registry_link/settings.h"

namespace musubi::registry_link {

struct SoapCall {
    std::string url;
    std::string action;
    std::string payload;
    Identity identity;
    std::chrono::milliseconds timeout{};
    std::string security = {};  ///< a ready wsse:Security header, or empty
};

/// The opened answer; never a fault. An Error carries core::kReasonNothingDone when the request was
/// certainly not acted upon: not sent, HTTP 4xx or 503, a fault that blames the sender. After any
/// other error the neighbour may have done it.
Result<soap::Message> call_soap(core::PeerPort& port, IdSource& ids, SoapCall call);

}  // namespace musubi::registry_link
