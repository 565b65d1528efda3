#pragma once
// Settings that were changed in the file while the node runs. Pure, thread-safe.

#include "core/config.h"

#include <string>
#include <vector>

namespace musubi::node {

/// Keys of the table whose value differs, in the table's order. Both must have been loaded with it.
std::vector<std::string> changed_settings(std::vector<core::ConfigKey> const& keys,
                                          core::Config const& running, core::Config const& file);

/// For a reload, which reads the files that settings name, never the settings themselves: says in
/// the log which of them wait for a restart, or that the file would not be taken.
void tell_changed_settings(core::Config const& running);

}  // namespace musubi::node
