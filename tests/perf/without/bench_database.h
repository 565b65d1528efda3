#pragma once
// Nodes without a part exist to measure what the part costs, and for nothing else. They work on a
// database that was made for benchmarks, which its name says, and on no other.

#include "platform/pg/pool.h"

#include <string_view>

namespace musubi::perf::without {

inline bool is_bench_database(std::string_view name) { return name.starts_with("musubi_bench"); }

/// Asks the server itself; also warns in the log. kDenied for any other database.
Status require_bench_database(pg::Pool& pool, std::string_view lacking);

}  // namespace musubi::perf::without
