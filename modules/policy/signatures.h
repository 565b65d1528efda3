#pragma once
// Who signs an agreement, and whether they have. Signatures are detached CMS (RFC 5652) over the
// canonical form, one file for each signing member in FILE.signatures/MEMBER.p7s.
//
// Whose certificates count for version n is told by version n-1, which its signers agreed to; for
// the first version by a file that the operator pins in the configuration. A member that joins is
// known by the certificates of the new version, because the others sign that.

#include "platform/base/bytes.h"
#include "platform/base/clock.h"
#include "policy/tree.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace musubi::policy {

struct Signers {
    std::map<std::string, std::set<std::string>> certificates;  ///< member -> SHA-256 digests
    std::set<std::string> required;                             ///< members that must have signed
    std::set<std::string> released;  ///< members that have left or are suspended
};

using Signatures = std::map<std::string, Bytes>;  ///< member -> CMS in DER

/// Of an agreement as a tree (certificates named by digest). Reads only what it needs, so that it
/// understands agreements of other versions of this program too.
Signers signers_of(Tree const& agreement);
Result<Signers> signers_of_canonical(std::string const& canonical);

/// The pinned file: `signers`, a list of `member` and `certificates` (file or fingerprint).
/// Problems with file and line.
Result<Signers> load_pinned_signers(std::string const& file);

/// Every *.p7s beside the agreement; none when there is no such folder. Limits: 1,000 files of 64
/// KiB.
Result<Signatures> read_signatures(std::string const& agreement_file);
std::string signature_folder(std::string const& agreement_file);

/// Everything that is wrong, one text each; none: it is signed. Required are those whom the version
/// before required and who have not been released, and those whom the new one requires; and in any
/// case more than half of those whom the version before required, so that nobody can release the
/// others and go on alone.
std::vector<std::string> signature_faults(std::string const& canonical, Signers const& before,
                                          Signers const& own, Signatures const& signatures,
                                          WallTime now);

/// Why this signature does not count for whoever may use these certificates; nothing when it does.
std::optional<std::string> signature_fault(std::string const& content, Bytes const& signature,
                                           std::set<std::string> const& fingerprints, WallTime now);

/// Writes the signature of `content`, as what `signer` says about `file`, into its folder.
Status sign_beside(std::string const& file, std::string const& content, std::string const& signer,
                   std::string const& certificate_pem_file, std::string const& key_pem_file);

/// Signs what `agreement_file` says now in the name of `member` and writes the file beside it.
Status sign_agreement(std::string const& agreement_file, std::string const& member,
                      std::string const& certificate_pem_file, std::string const& key_pem_file);

}  // namespace musubi::policy
