#pragma once
// Whether a root is what the node signed. Needs the certificates of the node's evidence key and
// those of the time stamping authorities, no key and no database: so it serves third parties too.
// Thread-safe.

#include "atna/roots_record.h"
#include "platform/vault/timestamp.h"

#include <set>

namespace musubi::atna {

struct RootProof {
    WallTime signed_at{};
    std::string certificate;                ///< SHA-256 digest of who signed
    std::optional<vault::Timestamp> stamp;  ///< checked; nothing when none came yet
    bool stamp_unchecked = false;           ///< one is there, but nobody to believe was named
};

class RootTrust {
public:
    /// `certificates`: PEM files, of which any may have signed; `stamp_authorities`: one PEM file,
    /// empty: stamps are not checked. kNotFound, kInvalidContent.
    static Result<RootTrust> load(std::vector<std::string> const& certificates,
                                  std::string stamp_authorities);

    /// kInvalidContent tells what is wrong.
    Result<RootProof> check(SignedRoot const& root) const;
    /// The same for any signed content, e.g. a report.
    Result<RootProof> check_signature(ByteView signature, ByteView content) const;

private:
    std::set<std::string> fingerprints_;
    std::string stamp_authorities_;
};

/// What is wrong with the place of a root behind its predecessor (null: the first); nothing when it
/// is right.
std::optional<std::string> misplaced(Root const& root, SignedRoot const* previous);

}  // namespace musubi::atna
