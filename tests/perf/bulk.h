#pragma once
// Writes the corpus straight into the database: the registry's own functions render, seal and
// insert, so that what is there is what a submission leaves; only the look-ups before it are left
// out, because the answers are known. Many submissions share a transaction, several connections
// work at once.

#include "node/platform_services.h"
#include "perf/corpus.h"

#include <atomic>

namespace musubi::perf {

/// kTime is how documents come in reality: each patient's are far apart in the heap. kPatient is
/// the best case.
enum class Order : std::uint8_t { kTime, kPatient };

struct BulkOptions {
    std::int64_t patients = 0;
    std::int64_t contents = 0;  ///< documents, from the first one on, that get their octets too
    int threads = 4;
    Order order = Order::kTime;
};

Status write_patients(node::PlatformServices& services, BulkOptions const& options);
/// `done` counts documents while it runs.
Status write_documents(node::PlatformServices& services, BulkOptions const& options,
                       std::atomic<std::int64_t>& done);
/// A document of `size` octets for retrieval only, kept where one of that size is kept.
Status write_large(node::PlatformServices& services, std::string const& unique_id,
                   std::size_t size);

}  // namespace musubi::perf
