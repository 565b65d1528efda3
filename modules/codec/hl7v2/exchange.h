#pragma once
// One HL7 v2 exchange as transactions see it. The binding parses the request and writes the
// acknowledgement.

#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "platform/base/error.h"

#include <optional>

namespace musubi::hl7v2 {

struct Incoming {
    Message message;
    Header header;
};

/// A general acknowledgement: accepted, or the error that MSA and ERR tell.
struct Outgoing {
    std::optional<Error> error;
};

}  // namespace musubi::hl7v2
