#pragma once
// The packages of an export, as somebody reads them who has the folder alone (docs/export.md).
// Thread-safe. Limits: submission.xml 64 MiB.

#include "codec/ebxml/write.h"

#include <filesystem>
#include <string>
#include <vector>

namespace musubi::node {

/// What a member published, "sets/12/34512", in the order in which it is provided again. An empty
/// member: everybody's. kNotFound: no such folder.
Result<std::vector<std::string>> packages_of(std::filesystem::path const& folder,
                                             std::string const& member);

struct ExportedPackage {
    domain::Submission submission;
    std::vector<ebxml::DocumentToProvide> documents;  ///< read from their files while they are sent
};
Result<ExportedPackage> read_package(std::filesystem::path const& package);

}  // namespace musubi::node
