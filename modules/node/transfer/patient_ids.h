#pragma once
// Regional ids of an export beside those of another node (docs/export.md): what `musubi patient
// map` writes. Old id, tab, new id (CX), a line each.

#include "platform/base/result.h"

#include <map>
#include <string>

namespace musubi::node {

/// Ids that are not named stay; without a file all of them. kNotFound, kInvalidContent.
Result<std::map<std::string, std::string>> read_patient_ids(std::string const& file);

}  // namespace musubi::node
