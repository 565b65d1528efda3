#include "embedded/migrations.h"
#include "node/command.h"
#include "node/linked_modules.h"
#include "node/migrations.h"
#include "node/node_config.h"
#include "node/options.h"
#include "platform/pg/migrator.h"

#include <cstdio>
#include <set>

namespace musubi::node {

std::vector<pg::MigrationFile> migrations_of_linked_modules() {
    return pg::migration_files(embedded::migrations::migrations_files());
}

Result<std::vector<pg::MigrationFile>> migrations_of_enabled_modules(core::Config const& config) {
    std::set<std::string_view> names = {"node", "preservation"};  // what the node itself keeps
    for (auto const* module : TRY(enabled_modules(config))) names.insert(module->name);
    auto files = migrations_of_linked_modules();
    std::erase_if(files, [&](pg::MigrationFile const& file) {
        return !names.contains(file.path.substr(0, file.path.find('/')));
    });
    return files;
}

int run_migrate(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "migrate", "Applies the migrations that the database lacks, forward only.",
            {{"config", "configuration file", "", true}}, arguments, options)) {
        return *exit;
    }
    auto config = load_config(options["config"]);
    if (!config) return failed(config.error());
    if (config->boolean("node.read_only")) {
        return failed(Error(Code::kConflict,
                            "node.read_only: the structure of a copy is changed where it is "
                            "written"));
    }
    if (config->text("database.owner").empty()) {
        return failed(Error(Code::kInvalidContent, "database.owner is not configured"));
    }
    auto const files = migrations_of_enabled_modules(*config);
    if (!files) return failed(files.error());
    auto applied = pg::migrate(config->text("database.owner"), *files);
    if (!applied) return failed(applied.error());
    std::printf("%d migrations applied; the database's structure is up to date\n", applied->files);
    return 0;
}

}  // namespace musubi::node
