#include "perf/without/bench_database.h"

#include <gtest/gtest.h>

namespace musubi::perf::without {
namespace {

// Nodes without audit or policy exist for measuring only: what keeps them off every other database.
TEST(BenchDatabase, OnlyTheNamesOfBenchmarkDatabasesAreTaken) {
    EXPECT_TRUE(is_bench_database("musubi_bench"));
    EXPECT_TRUE(is_bench_database("musubi_bench_100000_time"));
    for (char const* name : {"", "musubi", "musubi_a", "postgres", "bench_musubi", "musubi_benc",
                             "Musubi_bench", "x_musubi_bench"}) {
        EXPECT_FALSE(is_bench_database(name)) << name;
    }
}

}  // namespace
}  // namespace musubi::perf::without
