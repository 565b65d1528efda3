#include "support/migrations.h"

#include "support/source_tree.h"

#include <map>
#include <mutex>
#include <stdexcept>

namespace musubi::test {
namespace {

struct Module {
    std::map<std::string, std::string> texts;  // sorted: the order of the versions
    std::vector<pg::MigrationFile> files;
};

Module read(std::string const& name) {
    Module module;
    for (auto const& file : std::filesystem::directory_iterator(source_dir() / "db" / name)) {
        module.texts[name + "/" + file.path().filename().string()] = read_file(file.path());
    }
    for (auto const& [path, text] : module.texts) module.files.push_back({path, text});
    return module;
}

}  // namespace

std::span<pg::MigrationFile const> migrations_of(std::string const& module) {
    static std::mutex mutex;
    static std::map<std::string, Module> modules;
    std::lock_guard const lock(mutex);
    auto found = modules.find(module);
    // A map's nodes stay where they are when moved, and so do the texts that files point into.
    if (found == modules.end()) found = modules.emplace(module, read(module)).first;
    return found->second.files;
}

std::span<pg::MigrationFile const> migrations_of(std::string const& module, std::size_t count) {
    auto const all = migrations_of(module);
    if (all.size() < count) throw std::runtime_error("fewer migrations in db/" + module);
    return all.first(count);
}

}  // namespace musubi::test
