#pragma once
// That one record stands in the chain, proved to somebody who has nothing of this node but its
// published roots and the certificates: the record as it is stored (its columns in the clear, its
// message sealed), and the path from it to the head that a root signs (RFC 6962, section 2.1.1).
//
// The columns tell who, when, what, about whom and by which clause, as far as they stand in the
// clear (entry.h). Thread-safe.

#include "atna/archive.h"
#include "atna/roots_check.h"

namespace musubi::atna {

/// One JSON object. kNotFound: no such record, or no root covers it yet; kConflict: the part of the
/// chain is not what was signed (see `musubi audit verify`).
Result<std::string> prove(Archive const& archive, std::int64_t seq);

struct ProvenRecord {
    std::int64_t seq = 0;
    Columns columns;
    Root root;
    RootProof proof;
};
/// kInvalidContent: it proves nothing, and why; kNotFound: its root is not in `roots`. Limit: 32
/// MiB.
Result<ProvenRecord> check_proof(std::string_view document, RootTrust const& trust,
                                 std::filesystem::path const& roots);

}  // namespace musubi::atna
