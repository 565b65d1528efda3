#pragma once
// Named places where a test may make the process fail. In release builds FAULT() is nothing.
//
//   TRY(FAULT("repository.after_blob_rename"));
//
// Armed by MUSUBI_FAULT in the environment or by arm_faults(): "name=action[@n]" joined by commas,
// action one of kill (SIGKILL), error (kStorageUnavailable), throw, sleep:<ms>; @n fires at the
// n-th pass (default 1). MUSUBI_FAULT_LIST=FILE makes the process append each point's name once to
// FILE when it is first passed.

#include "platform/base/result.h"

#include <string_view>

namespace musubi {

Status fault_point(char const* name);
void arm_faults(std::string_view plan);  ///< tests; replaces what was armed before

}  // namespace musubi

#ifdef MUSUBI_FAULTS
#define FAULT(name) ::musubi::fault_point(name)
#else
#define FAULT(name) ::musubi::Status()
#endif
