#pragma once
// Where the tests find files: the source tree, and the optional folder of shared samples beside the
// checkout.

#include <filesystem>
#include <optional>
#include <string>

namespace musubi::test {

std::filesystem::path source_dir();
/// `../shared` beside the checkout (or $MUSUBI_SHARED); absent on a plain clone: skip with a clear
/// message then.
std::optional<std::filesystem::path> shared_dir();
std::string read_file(std::filesystem::path const& path);

}  // namespace musubi::test
