#pragma once
// Internal to policy: what user roles are called in the world (national licences, HL7, SNOMED CT),
// grouped by kind of work. Data in profiles/, so that an agreement names kinds and not each code.

#include "policy/yaml_map.h"

#include <map>
#include <string>
#include <vector>

namespace musubi::policy {

/// Kind of work -> "code^^system".
using Vocabulary = std::map<std::string, std::vector<std::string>, std::less<>>;

struct VocabularyFile {
    std::string path;
    std::string hash;  ///< sha256: and 64 hexadecimal digits, over its octets
};

/// Adds what the file holds: `systems[]` with `system` (OID), `name`, `codes[]` of [code, name,
/// kind]. Problems are told at `line` of the agreement. Limit: 1 MiB.
void load_vocabulary(VocabularyFile const& file, int line, Problems& problems, Vocabulary& into);

}  // namespace musubi::policy
