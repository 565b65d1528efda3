#include "perf/without/bench_database.h"

#include "platform/base/log.h"

namespace musubi::perf::without {
namespace {
constexpr pg::Statement kDatabase{"perf.database", "select current_database()::text"};
}

Status require_bench_database(pg::Pool& pool, std::string_view lacking) {
    auto const name = TRY(pool.read([](pg::ReadTx& tx) -> Result<std::string> {
        auto const rows = TRY(tx.exec(kDatabase));
        return std::string(rows.front().text(0));
    }));
    if (!is_bench_database(name)) {
        return Error(Code::kDenied, "a node without " + std::string(lacking) +
                                        " runs on a database for benchmarks only");
    }
    log_warning("bench.part_is_missing", {{"part", std::string(lacking)}});
    return {};
}

}  // namespace musubi::perf::without
