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
        if (issue.reason == kReasonSchema) return hl7v3::schema_violation(error);
    }
    return error.reason == kReasonSchema ? hl7v3::schema_violation(error) : error;
}

}  // namespace musubi::pix
