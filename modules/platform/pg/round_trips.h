#pragma once
// How often the calling thread has waited for the database: the number that performance gates
// count. Exact: one for each exchange of statements, however many it carried; making a new
// connection is not counted.

#include <cstdint>

namespace musubi::pg {

std::uint64_t round_trips();

}  // namespace musubi::pg
