#include "support/peer_programs.h"

#include <filesystem>

#include "support/source_tree.h"

namespace musubi::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> roots() { return {source_dir() / "var/tools/peers", "/"}; }

/// Debian keeps libraries of each architecture apart.
std::vector<fs::path> library_folders(fs::path const& root) {
    std::vector<fs::path> out;
    std::error_code error;
    for (char const* folder : {"usr/lib", "lib"}) {
        for (auto const& entry : fs::directory_iterator(root / folder, error)) {
            if (entry.is_directory() &&
                entry.path().filename().string().find("-linux-") != std::string::npos)
                out.push_back(entry.path());
        }
    }
    return out;
}

}  // namespace

std::string peer_program(std::string const& name) {
    for (auto const& root : roots()) {
        for (char const* folder : {"usr/sbin", "usr/bin"}) {
            auto const path = root / folder / name;
            if (fs::exists(path)) return path;
        }
    }
    return "";
}

std::vector<std::string> peer_environment() {
    std::string path;
    for (auto const& folder : library_folders(roots().front()))
        path += (path.empty() ? "" : ":") + folder.string();
    return path.empty() ? std::vector<std::string>{}
                        : std::vector<std::string>{"LD_LIBRARY_PATH=" + path};
}

std::string rsyslog_modules(std::string const& needed) {
    for (auto const& root : roots()) {
        for (auto const& folder : library_folders(root)) {
            auto const modules = folder / "rsyslog";
            if (fs::exists(modules / needed)) return modules;
        }
    }
    return "";
}

}  // namespace musubi::test
