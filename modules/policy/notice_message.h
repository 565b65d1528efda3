#pragma once
// A notice as it is posted to a member: one JSON object. Pure.

#include "policy/emergency.h"

namespace musubi::policy {

/// {"id", "kind": "emergency" | "use", "recipient", "patient", "member", "person", "clause",
/// "reason", "time"}; the patient by regional id (CX), the person by user id.
std::string notice_message(Uuid const& id, Notice const& notice);

}  // namespace musubi::policy
