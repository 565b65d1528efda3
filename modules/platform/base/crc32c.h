#pragma once
// CRC-32C (Castagnoli polynomial, reflected; RFC 3720 appendix B.4). Pure functions, thread-safe.

#include "platform/base/bytes.h"

namespace musubi {

/// With the processor's own instruction where there is one.
std::uint32_t crc32c(ByteView bytes);
/// The same value by tables, eight octets a step; works everywhere.
std::uint32_t crc32c_by_tables(ByteView bytes);

}  // namespace musubi
