#pragma once
// A notice as it is posted to a member: one JSON object. Pure.

#include "policy/notices.h"

namespace musubi::policy {

/// {"id", "kind": as to_string(NoticeKind) says, "recipient", "patient", "member", "person",
/// "clause", "reason", "time"}; the patient by regional id (CX; empty: about none), the person by
/// user id.
std::string notice_message(Uuid const& id, Notice const& notice);

}  // namespace musubi::policy
