#pragma once
// The folder of an export, and what makes it whole (docs/export.md): every file with its SHA-256 in
// files.sha256 as `sha256sum -c` reads it, and manifest.json, signed, with the digest of that list.
// Used by one thread. Errors: kConflict for a folder that holds something else.

#include "platform/base/content.h"
#include "policy/tree.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace musubi::node {

/// Written to the disk before it returns; what was there is replaced.
Status write_durably(std::filesystem::path const& path, ByteView content);
/// The same for content that comes in pieces; its SHA-256, hex.
Result<std::string> stream_durably(std::filesystem::path const& path,
                                   std::function<Status(ByteSink const&)> const& source);

struct ExportSummary {
    std::string region, node, approval, made_at;
    std::string agreement_hash;
    std::int64_t audit_record = 0, root = 0;
    std::string audit_hash;
    std::map<std::string, std::int64_t> counts;  ///< by kind: sets, documents, patients ...
    std::vector<std::string> missing;            ///< "sets/...: why"
};
std::string export_manifest(ExportSummary const& summary, std::string const& files_sha256);

/// Hashes every file of the folder but manifest.json and its signature into files.sha256; its own
/// digest. `progress` hears of octets.
Result<std::string> list_files(std::filesystem::path const& folder,
                               std::function<void(std::uint64_t)> const& progress);

struct CheckedExport {
    std::int64_t files = 0;
    std::string manifest;
    std::string signer;               ///< subject
    std::string fingerprint;          ///< of its certificate
    std::vector<std::string> faults;  ///< file and what is wrong; empty: it is whole
};
/// Whether the folder is what was exported: signature, list, every file, and none besides.
/// kNotFound: no manifest (the export was not finished).
Result<CheckedExport> check_export(std::filesystem::path const& folder);

}  // namespace musubi::node
