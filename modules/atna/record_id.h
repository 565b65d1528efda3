#pragma once
// Ids of audit records: a random number behind the time (version 7, RFC 9562), so that what comes
// together lies together in the table's index. Pure, thread-safe.

#include "platform/base/clock.h"
#include "platform/base/ids.h"

namespace musubi::atna {

inline Uuid record_id(Uuid const& random, WallTime time) {
    auto octets = random.octets();
    auto const ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
    for (std::size_t i = 0; i < 6; ++i) octets[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0F) | 0x70);
    return Uuid(octets);
}

}  // namespace musubi::atna
