#include "support/source_tree.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace musubi::test {

std::filesystem::path source_dir() { return MUSUBI_SOURCE_DIR; }

std::optional<std::filesystem::path> shared_dir() {
    char const* given = std::getenv("MUSUBI_SHARED");
    std::filesystem::path const path =
        given ? std::filesystem::path(given) : source_dir().parent_path() / "shared";
    if (!std::filesystem::is_directory(path)) return std::nullopt;
    return path;
}

std::string read_file(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace musubi::test
