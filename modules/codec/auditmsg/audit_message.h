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

inline constexpr std::size_t kMaxOfOthers = 1U << 20;  ///< octets of a message from elsewhere

/// kInvalidMessage: no XML or no AuditMessage; kTooLarge: beyond `max_bytes`; kInvalidContent:
/// EventID, time, outcome, a participant or the source is missing.
Result<domain::AuditEvent> read(ByteView bytes, std::size_t max_bytes = kMaxOfOthers);

/// For a repository, which keeps everything and finds what it can: nothing but the AuditMessage
/// element is demanded, and a message (of kMaxOfOthers) that was cut on its way (RFC 5426) is read
/// up to the cut. A time that is not told is 0.
Result<domain::AuditEvent> read_what_is_there(ByteView bytes);

/// The text with what is open at its end closed: an unfinished tag is dropped, elements are ended.
std::string close_open_elements(std::string_view cut_xml);

}  // namespace musubi::auditmsg
