#pragma once
// What a generation of a backup consists of, as lines of words between tabs:
//
//   musubi-backup-1
//   made    <RFC 3339>
//   region  <name of the region>
//   chain   <number of the newest audit record> <its hash>
//   rows    <schema.table> <count>                                        for each table
//   file    <store> <path> <size> <modified, ns> <object> <stored size> <SHA-256>
//   end     <number of lines before this one>
//
// Stores: database, blobs, journal, keys, operators, evidence. `stored size` is less than `size`
// where a file ends with zeros. Pure.

#include "node/preservation/sealed_store.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace musubi::node {

struct BackupFile {
    std::string store, path;  ///< relative, below the store's folder
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    StoredObject object;
};

struct BackupManifest {
    std::string made, region;
    std::int64_t chain_seq = 0;
    std::string chain_hash;
    std::map<std::string, std::int64_t> rows;
    std::vector<BackupFile> files;
};

/// Numbers of data keys, as their files write them (8 hexadecimal digits), of which a generation
/// says that they were destroyed.
std::set<std::string> destroyed_keys(BackupManifest const& manifest);
/// The number of the data key that a file of the keys holds, or the rest of whose destruction it
/// is; empty: neither.
std::string key_number(BackupFile const& file);

std::string write_manifest(BackupManifest const& manifest);
/// kInvalidContent: not one, cut off, or a path that leads out of its folder.
Result<BackupManifest> read_manifest(std::string_view text);

}  // namespace musubi::node
