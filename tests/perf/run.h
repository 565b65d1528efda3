#pragma once
// Runs a scenario on N connections, one thread each: as fast as answers come (closed loop), or at a
// fixed rate of arrivals (open loop), where latency counts from the moment a request was due, so
// that a stalled node cannot hide behind requests that were never sent.

#include "perf/latency.h"
#include "perf/scenario.h"

namespace musubi::perf {

struct RunOptions {
    TlsFiles tls;
    std::uint16_t port = 0;
    int connections = 16;
    double warmup_s = 1;
    double seconds = 10;
    double rate = 0;  ///< requests per second over all connections; 0: closed loop
    std::uint64_t inspect_every = 100;
    std::uint64_t seed = 1;
};

struct RunResult {
    Latency latency;
    std::uint64_t errors = 0, inspected = 0, bytes_in = 0, bytes_out = 0;
    double seconds = 0;
    double client_cpu_s = 0;
    std::string first_error;
};

Result<RunResult> run(Scenario const& scenario, RunOptions const& options);

}  // namespace musubi::perf
