#pragma once
// The migrations of one module as they lie in the source tree.

#include "platform/pg/migrator.h"

#include <span>
#include <string>

namespace musubi::test {

/// All of db/<module>, in the order of their versions, or the first `count` of them. The texts live
/// as long as the process. Thread-safe. Throws std::runtime_error when there are fewer.
std::span<pg::MigrationFile const> migrations_of(std::string const& module);
std::span<pg::MigrationFile const> migrations_of(std::string const& module, std::size_t count);

}  // namespace musubi::test
