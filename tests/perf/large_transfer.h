#pragma once
// One large document, made while it is sent: ITI-41 to a node, or a plain POST to the baseline
// (musubi_upload). Holds 1 MiB of it at a time. The hash is computed before the clock starts, as a
// source that keeps its documents knows it.

#include "perf/scenario.h"

namespace musubi::perf {

struct LargeOptions {
    TlsFiles tls;
    std::uint16_t port = 0;
    std::uint64_t size = 1U << 30;
    std::string path;           ///< of a plain POST; empty: ITI-41
    std::int64_t patients = 0;  ///< of the corpus; the document goes to a spare one
};

struct LargeResult {
    double seconds = 0;  ///< from the first octet sent to the whole answer
    double client_cpu_s = 0;
};

/// An answer other than success, or of the baseline another hash than ours, is an Error.
Result<LargeResult> transfer_large(LargeOptions const& options);

}  // namespace musubi::perf
