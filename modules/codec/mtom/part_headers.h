#pragma once
// The header block of one part, line by line. Internal to codec/mtom.

#include "codec/mtom/part_reader.h"

namespace musubi::mtom {

/// One unfolded header field into `headers`; fields that a package does not need are checked for
/// form and ignored.
Status add_header(std::string_view field, PartHeaders& headers);

}  // namespace musubi::mtom
