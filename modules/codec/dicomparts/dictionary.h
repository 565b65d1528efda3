#pragma once
// Inside the room: the value representations of PS3.6, which implicit VR leaves to whoever reads
// it. From DCMTK's dictionary (package libdcmtk17). Thread-safe.

#include "codec/dicomparts/data_set.h"

namespace musubi::dicomparts {

/// "UN" for what is private or unknown. Where the standard leaves a choice: US (see
/// may_be_signed()), OW. kInternal: the dictionary is missing.
Result<std::string> vr_of(Tag tag);
/// US or SS, as Pixel Representation says.
bool may_be_signed(Tag tag);

/// DCMTK's log is shut: it would print what stands in files. Once for the process.
void quieten_dcmtk();

}  // namespace musubi::dicomparts
