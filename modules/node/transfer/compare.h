#pragma once
// Whether two exports hold the same: after everything was provided again elsewhere, say. Regional
// ids may differ, since each region issues its own; they are held against each other by the
// hospitals' ids. What one node adds by itself (its audit trail, its agreement) is not compared.
// Thread-safe.

#include "platform/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace musubi::node {

struct ComparedExports {
    std::int64_t sets = 0, documents = 0, references = 0, consents = 0;  ///< the same in both
    std::vector<std::string> differences;  ///< what the first has and the second has not, or other
};
/// Metadata of sets, entries, folders and associations as a sender writes them, octets of
/// documents, who is one person by the hospitals' ids, words of consent. Holds the second's names
/// of packages and references in memory. kNotFound: not an export.
Result<ComparedExports> compare_exports(std::filesystem::path const& one,
                                        std::filesystem::path const& other);

}  // namespace musubi::node
