#pragma once
// Destroying the data keys of a member that has left, of `musubi keys`.

#include "node/approval_files.h"
#include "node/operator_tools.h"

namespace musubi::node {

/// Writes the text that two officers sign; good for eight hours. kConflict with every reason why it
/// could not be done now (preservation/disposal_terms.h). `member`: code or institution OID.
Status write_erasure_approval(OperatorTools& tools, std::string const& member,
                              std::string const& reason, std::string const& out);

struct ErasureRequest {
    std::string out;  ///< certificate; beside it OUT.p7s and OUT.objects
    ApprovalFiles files;
};
/// Decides, on record, destroys, certifies. What was interrupted is finished by the same call with
/// the same approval; when all is done it writes the certificate again. kDenied: not approved;
/// kConflict: must not be done now; kNotFound: no such member, or it never had keys.
Status erase_keys(OperatorTools& tools, std::string const& member, ErasureRequest const& request);

}  // namespace musubi::node
