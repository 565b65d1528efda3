#pragma once
// Roots as files: root-N.json (what is signed), root-N.p7s (detached CMS, DER), root-N.tsr
// (RFC 3161 response over the .p7s, once it has come). Made for programs of others too:
//
//   openssl cms -verify -binary -inform DER -in root-7.p7s -content root-7.json -CAfile ...
//   openssl ts -verify -data root-7.p7s -in root-7.tsr -CAfile ...
//
// Thread-safe as long as each folder has one writer.

#include "atna/roots_record.h"

#include <filesystem>

namespace musubi::atna {

/// Writes what is not there yet; true when something was. kConflict when a file is there and says
/// something else: a published root never changes.
Result<bool> publish(std::filesystem::path const& folder, SignedRoot const& root);

/// Every root of the folder, in the order of their numbers; a folder that is not there has none.
/// kInvalidContent names the file. Limits: 1,000,000 roots, files of 64 KiB.
Result<std::vector<SignedRoot>> published_roots(std::filesystem::path const& folder);
/// kNotFound.
Result<SignedRoot> published_root(std::filesystem::path const& folder, std::int64_t number);

}  // namespace musubi::atna
