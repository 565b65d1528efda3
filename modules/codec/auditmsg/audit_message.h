#pragma once
// DICOM audit messages (PS3.15 A.5; ITI TF-2 3.20): AuditEvent to XML and back. Pure functions,
// thread-safe.
//
// Written: every attribute that the schema or the national extension of ITI-20 calls mandatory,
// with "UNKNOWN" where the event does not know; query texts and details in base64; UTF-8 with an
// XML declaration, no byte order mark. Read: what others send: byte order mark, with or without
// declaration, `code` of RFC 3881 instead of `csd-code`, displayName instead of originalText,
// details that are not base64 (kept as they are). Not carried by the message: transaction,
// organisation, rule, trace.

#include "domain/audit_event.h"
#include "platform/base/bytes.h"

#include <string>
#include <vector>

namespace musubi::auditmsg {

std::string write(domain::AuditEvent const& event);
/// The same message without its base64: texts and, at every odd place, the octets that stand there
/// encoded.
std::vector<std::string> write_parts(domain::AuditEvent const& event);

/// kInvalidMessage: no XML or no AuditMessage; kTooLarge: beyond 1 MiB; kInvalidContent: EventID,
/// time, outcome, a participant or the source is missing.
Result<domain::AuditEvent> read(ByteView bytes);

}  // namespace musubi::auditmsg
