#pragma once
// One question to a time server (ITI-1 Maintain Time; SNTP client of RFC 4330 over NTP's packet,
// RFC 5905 7.3). Blocking, thread-safe. What comes from another address, another question's answer
// and servers that are not synchronised themselves are no answer.

#include "platform/base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace musubi::net {

struct SntpAnswer {
    std::chrono::microseconds offset{};      ///< what our clock lacks: the server's time minus ours
    std::chrono::microseconds round_trip{};  ///< without the server's own time
    int stratum = 0;                         ///< 1 to 15
};

/// The answer's meaning. `sent` and `received` by our clock. kInvalidMessage: not an answer to the
/// question that carried `cookie`; kPeerUnavailable: the server says that it does not know the
/// time.
Result<SntpAnswer> read_sntp_answer(std::string_view packet, std::uint64_t cookie,
                                    std::chrono::system_clock::time_point sent,
                                    std::chrono::system_clock::time_point received);
/// The question: client mode, version 4, with `cookie` where the time of transmission stands, which
/// the server gives back: it need not be our time, and tells nobody our clock.
std::string write_sntp_question(std::uint64_t cookie);

/// kPeerUnavailable: no answer in time, or not resolvable.
Result<SntpAnswer> ask_time(std::string const& host, std::uint16_t port, int timeout_ms);

}  // namespace musubi::net
