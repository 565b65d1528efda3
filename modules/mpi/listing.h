#pragma once
// Source records one after the other, for whoever takes everything elsewhere. Reads only; for an
// operator who may, and has written that down. Thread-safe.

#include "mpi/context.h"

namespace musubi::mpi {

struct ListedRecord {
    RecordKey key = 0;
    RecordStatus status = RecordStatus::kActive;
    std::string authority, institution;
    std::string regional_id;  ///< its own, CX
    std::string survivor;     ///< who stands for the person today, CX
    RecordContent content;    ///< without an id: nothing was ever told, or it was destroyed
};
/// Behind `after`, at most `limit`, in the order in which they came.
Result<std::vector<ListedRecord>> records_after(Context const& context, RecordKey after, int limit);

}  // namespace musubi::mpi
