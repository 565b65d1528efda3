#pragma once
#include "core/config.h"
#include "platform/pg/migrator.h"

#include <vector>

namespace musubi::node {

/// The migrations embedded in this binary.
std::vector<pg::MigrationFile> migrations_of_linked_modules();
/// Those of the modules that the configuration leaves enabled.
Result<std::vector<pg::MigrationFile>> migrations_of_enabled_modules(core::Config const& config);

}  // namespace musubi::node
