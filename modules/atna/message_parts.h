#pragma once
// A DICOM audit message in parts, so that it becomes small: queries and details stand in it in
// base64, which hides from compression what they have in common with others. Pure functions,
// thread-safe.

#include "platform/base/bytes.h"

#include <string>
#include <vector>

namespace musubi::atna {

/// By turns a stretch as it stands and the octets of a stretch that is in base64; begins and ends
/// with the former. What would not be written in exactly the same way again is left as it stands:
/// join(parts_of(x)) == x for every x.
std::vector<std::string> parts_of(std::string_view message);
std::string join(std::vector<std::string> const& parts);

}  // namespace musubi::atna
