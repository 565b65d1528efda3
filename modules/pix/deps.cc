#include "pix/deps.h"

#include "platform/base/log.h"

namespace musubi::pix {

hl7v3::Seal Device::seal() const {
    hl7v3::Seal seal;
    seal.message_id = ids.uuid().to_string();
    seal.time = to_dtm(clock.now()) + "+0000";
    seal.self.device = oid;
    return seal;
}

Error in_v3_words(Error const& error) {
    for (Issue const& issue : error.issues) {
        // The findings of the schema check may quote the message: the answer does not.
        if (issue.reason == kReasonSchema) return Error(Code::kInvalidMessage, error.detail);
    }
    if (error.reason == kReasonSchema) return Error(Code::kInvalidMessage, error.detail);
    return error;
}

}  // namespace musubi::pix
