#pragma once
// Starting programs and asking a plain loopback port, for tests of the whole node.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace musubi::test {

struct ChildSetup {
    std::filesystem::path log;                  ///< standard output and error are appended here
    std::vector<std::string> environment = {};  ///< NAME=value, beside our own
};
/// The child dies with this thread. Throws std::runtime_error.
pid_t spawn_child(std::vector<std::string> const& words, ChildSetup const& setup);

/// Body of a plain GET to 127.0.0.1; empty when nobody answers.
std::string http_get(std::uint16_t port, std::string const& path);

/// Processes whose parent is `parent`.
std::vector<pid_t> children_of(pid_t parent);

}  // namespace musubi::test
