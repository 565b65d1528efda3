#pragma once
// Records under temporary ids (core/temporary_ids.h): what is still to be settled, and what became
// of the others. The caller audits. Thread-safe.

#include "mpi/store.h"

namespace musubi::mpi {

struct TemporaryRecord {
    domain::LocalId id;
    RecordStatus status = RecordStatus::kActive;
    domain::LocalId merged_into;  ///< of one that was merged
    std::string patient;          ///< who stands for it now (CX)
    /// Active, but people or its source linked it to another record.
    bool linked = false;

    bool open() const { return status == RecordStatus::kActive && !linked; }
};

/// In the order in which they were told first, behind `after` (0: from the beginning); at most
/// 1,000. kUnsupported where the agreement names no temporary ids.
struct TemporaryPage {
    std::vector<TemporaryRecord> records;
    RecordKey last = 0;
};
Result<TemporaryPage> temporary_records(Store& store, RecordKey after);

}  // namespace musubi::mpi
