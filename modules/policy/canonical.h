#pragma once
// The one byte form of an agreement: JSON as RFC 8785 (JSON Canonicalization Scheme) writes it.
// Comments, order of keys, quotes and line ends of the file do not count; every value does. Pure.

#include "platform/base/result.h"
#include "policy/tree.h"

#include <string>

namespace musubi::policy {

/// Keys in the order of their UTF-16 code units, no white space, characters as they are but for
/// quote, backslash and the control characters. The tree holds whole numbers only.
std::string canonical_json(Tree const& tree);

/// "sha256:" and the digest of the canonical form in lower-case hexadecimal.
std::string agreement_hash(std::string_view canonical);

/// A certificate is named by a file for people and by its digest for the hash: every `file` under
/// `certificates` and `signing_certificates` is replaced by the `fingerprint` of what the file
/// holds. So the signed form does not depend on where files lie, and no file can be exchanged
/// behind it. Paths are relative to `folder`. What cannot be read is a problem.
void name_certificates_by_digest(Tree& tree, std::string const& folder, Problems& problems);

/// File to canonical form without looking at its meaning: for hashing and signing what another
/// version of the program would understand. The limits of load_agreement(); all problems at once.
Result<std::string> canonical_of_file(std::string const& file);

}  // namespace musubi::policy
