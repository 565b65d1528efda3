#pragma once
// What a configuration's values must be beyond their types.

#include "core/config.h"

namespace musubi::node {

/// The identifiers under which peers know this node are OIDs, the homeCommunityId one with urn:oid:
/// in front (ITI TF-3 table 4.2.3.1.7-2). All that are not are told, each as "file:line: ...".
Status check_oids(core::Config const& config);

}  // namespace musubi::node
