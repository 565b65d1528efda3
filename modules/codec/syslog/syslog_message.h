#pragma once
// The syslog line around an audit message (RFC 5424; ITI TF-2 3.20.4.1.2). Pure functions,
// thread-safe. Carriers (octet counting over TLS, datagrams) are platform/net's.
//
//   <85>1 2026-11-21T02:25:00.123456Z HOST APP PROCID IHE+RFC-3881 - MESSAGE

#include "platform/base/clock.h"
#include "platform/base/result.h"

#include <string>
#include <string_view>

namespace musubi::syslog {

/// Facility 10 (security/authorization), severity 5 (notice).
inline constexpr int kAuditPriority = 85;
inline constexpr std::string_view kAuditMessageId = "IHE+RFC-3881";

/// IHE discourages the byte order mark that RFC 5424 6.4 asks for; some receivers insist on it.
enum class ByteOrderMark : std::uint8_t { kNone, kWritten };

struct Header {
    int priority = kAuditPriority;
    WallTime time{};
    std::string host;  ///< FQDN or address; what RFC 5424 forbids in a field is replaced by '_'
    std::string application;
    std::string process_id;
    std::string message_id = std::string(kAuditMessageId);
};
std::string write(Header const& header, std::string_view message,
                  ByteOrderMark mark = ByteOrderMark::kNone);

/// Views into the line. `message` is without byte order mark. NIL fields are empty.
struct Line {
    int priority = 0;
    int version = 0;
    std::string_view timestamp, host, application, process_id, message_id, structured_data;
    std::string_view message;
};
/// Any RFC 5424 message, IHE's or not. kInvalidMessage for everything else (also for the older form
/// of RFC 3164).
Result<Line> read(std::string_view line);

}  // namespace musubi::syslog
