#pragma once
// What a configuration's values must be beyond their types.

#include "core/config.h"

namespace musubi::node {

/// The identifiers under which peers know this node are OIDs, the homeCommunityId one with urn:oid:
/// in front (ITI TF-3 table 4.2.3.1.7-2), and where it listens are addresses. All that are not are
/// told, each as "file:line: ...".
Status check_values(core::Config const& config);

/// The files of TLS can be read: told likewise. Not for commands that need none of them.
Status check_tls_files(core::Config const& config);

}  // namespace musubi::node
