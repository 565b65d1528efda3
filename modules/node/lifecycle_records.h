#pragma once
// What a node tells the trail of itself, beside its transactions (ITI TF-2 3.20.4.1.1.1; DICOM
// PS3.15 A.5.3): that it started and stopped, that recording did, and what was changed in it. Pure.

#include "core/config.h"
#include "domain/audit_event.h"

namespace musubi::node {

/// 110100 Application Activity. `id` names the application.
domain::AuditEvent application_event(std::string const& id, bool started);
/// 110113 Security Alert, 110134 and 110133.
domain::AuditEvent audit_recording_event(std::string const& id, bool started);

enum class Changed : std::uint8_t {
    kSoftware,  ///< 110131: the program
    kNetwork,   ///< 110128: listen.*
    kSecurity,  ///< 110129: any other setting, certificates, agreement
};
/// 110113 Security Alert with the type that the change has. `text` in our words.
domain::AuditEvent change_event(std::string const& id, Changed what, std::string const& text);

}  // namespace musubi::node
