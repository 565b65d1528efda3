#pragma once
// What was done to keep the records, for the trail, for reports and for the metrics of the node.

#include "node/operator_tools.h"

namespace musubi::node {

struct PreservationRun {
    std::string kind;  ///< as the table's check lists them
    WallTime began{};
    bool good = false;
    std::string place;
    std::int64_t findings = 0;
    std::string summary;  ///< our words and counts
};
/// Row and audit record in one commit.
Status record_run(OperatorTools& tools, PreservationRun const& run);
/// The same within a transaction of the caller's.
Status record_run_in(pg::Tx& tx, OperatorTools& tools, PreservationRun const& run);

/// Sets the gauges from the newest run of each kind; what cannot be asked stays as it was.
void show_newest_runs(pg::Pool& pool);

}  // namespace musubi::node
