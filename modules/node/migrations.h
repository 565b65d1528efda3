#pragma once
#include "platform/pg/migrator.h"

#include <vector>

namespace musubi::node {

/// The migrations embedded in this binary.
std::vector<pg::MigrationFile> migrations_of_linked_modules();

}  // namespace musubi::node
