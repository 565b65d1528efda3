#pragma once
// Approvals of officers as files: what operators' commands write for them to sign, and read again.

#include "core/config.h"
#include "node/approval.h"

namespace musubi::node {

struct ApprovalFiles {
    std::string approval;                 ///< the text
    std::vector<std::string> signatures;  ///< detached CMS, DER
};
struct SignedApproval {
    std::string text;
    std::vector<Bytes> signatures;
};
/// Limit: 64 KiB a file.
Result<SignedApproval> read_approval_files(ApprovalFiles const& files);

/// Digests of the certificates of keys.officers, without those that tls.crl names; kInvalidContent
/// when they are fewer than two.
Result<std::set<std::string>> officers_of(core::Config const& config);

/// One approval, good for eight hours, into a new file; tells on standard output how it is signed.
struct ApprovalRequest {
    std::string act, subject, reason, out;
};
Status write_approval_file(core::Config const& config, ApprovalRequest const& request);

}  // namespace musubi::node
