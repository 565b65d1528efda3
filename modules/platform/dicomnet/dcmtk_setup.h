#pragma once
// Inside the room: DCMTK made ready, once for the process, when the first association is wanted.

#include "platform/base/result.h"

namespace musubi::dicomnet {

/// Its log is shut (it would print names of patients to standard error), it asks no name server
/// about peers, and its tables are made while one thread looks. kInternal: its data dictionary
/// (package libdcmtk17) is missing. Thread-safe.
Status set_up_dcmtk();

}  // namespace musubi::dicomnet
