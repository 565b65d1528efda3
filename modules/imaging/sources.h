#pragma once
// The directory of imaging sources: the archives (PACS) of members, each behind the
// repositoryUniqueId that manifests name as Retrieve Location UID.
//
// File (YAML): `sources`, a list of
//   id                  repositoryUniqueId, an OID
//   member              code of the member whose archive it is: images are fetched from it only for
//                       manifests that this member has published
//   dicomweb            base URL of its DICOMweb service, below which studies/... lies: https://,
//   or
//                       http:// on this machine (a TLS tunnel's end)
//   user, password_file for HTTP Basic authentication (optional); the file's first line
//   dimse               instead of dicomweb (RAD-16, modules/platform/dicomnet):
//     host, port        of its DICOM port (IPv4; port 104 when left out)
//     ae_title          its AE title
//     our_ae_title      ours, as the archive knows it
//     method            get (C-GET) or move (C-MOVE, to imaging.store_port)
//     tls               true (the default); false only where the host is this machine
//     from              move: IPv4 addresses that it stores from; absent: the host, if it is one
//     sends_as          move: PEM, its own certificate when it stores; needed with
//     imaging.store_tls
//   ca                  PEM: authorities of its server certificate; absent: the node's
//   certificate, key    PEM: client certificate for it; absent: the node's own (none with `ca`)
//   connections         requests at a time (1 to 32, default 4)
//   timeout             seconds for one image (1 to 600, default 30)
// Files are relative to the directory's folder.
//
// Immutable once loaded; thread-safe.

#include "core/dimse_port.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::imaging {

struct Source {
    std::string id;
    std::string member;
    std::string base_url;       ///< without a slash at its end; empty: dimse
    std::string authorization;  ///< value of the header; empty: none. Secret
    std::string ca_file, certificate_file, key_file;
    std::optional<core::DimseArchive> dimse;
    int connections = 4;
    std::chrono::seconds timeout{30};
};

struct SourceDirectory {
    std::vector<std::shared_ptr<Source const>> sources;
    /// Null: nobody in the directory has this id.
    std::shared_ptr<Source const> find(std::string_view id) const;
    /// Of all archives together.
    int connections() const;
    /// Archives that bring images themselves (C-MOVE).
    std::vector<core::DimseArchive> senders() const;
};

/// kInvalidContent with every problem as an issue, "FILE:LINE: what". An empty file name: an empty
/// directory.
Result<std::shared_ptr<SourceDirectory const>> load_sources(std::string const& file);

}  // namespace musubi::imaging
