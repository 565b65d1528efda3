#pragma once
// Type OIDs and the byte order of PostgreSQL's binary format (PostgreSQL manual, chapter 55;
// catalogue pg_type).

#include "platform/base/clock.h"

#include <concepts>
#include <cstdint>
#include <string>

namespace musubi::pg::wire {

inline constexpr std::uint32_t kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23,
                               kText = 25, kFloat8 = 701, kVarchar = 1043, kTimestamp = 1114,
                               kTimestamptz = 1184, kUuid = 2950, kJsonb = 3802;
inline constexpr std::uint32_t kBoolArray = 1000, kByteaArray = 1001, kInt2Array = 1005,
                               kInt4Array = 1007, kTextArray = 1009, kInt8Array = 1016,
                               kTimestamptzArray = 1185, kUuidArray = 2951;

/// Microseconds between 1970-01-01 and 2000-01-01, the server's epoch.
inline constexpr std::int64_t kEpochMicros = 946'684'800'000'000;

template <std::unsigned_integral T>
void put(std::string& out, T value) {
    for (int shift = static_cast<int>(sizeof(T) * 8) - 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((value >> shift) & 0xFF));
    }
}

template <std::unsigned_integral T>
T get(char const* in) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = value << 8 | static_cast<unsigned char>(in[i]);
    return static_cast<T>(value);
}

inline std::int64_t to_server(WallTime time) {
    return time.time_since_epoch().count() - kEpochMicros;
}
inline WallTime from_server(std::int64_t micros) {
    return WallTime(std::chrono::microseconds(micros + kEpochMicros));
}

}  // namespace musubi::pg::wire
