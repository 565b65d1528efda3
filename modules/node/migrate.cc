#include "embedded/migrations.h"
#include "node/command.h"
#include "node/migrations.h"
#include "node/node_config.h"
#include "node/options.h"
#include "platform/pg/migrator.h"

#include <cstdio>

namespace musubi::node {

std::vector<pg::MigrationFile> migrations_of_linked_modules() {
    return pg::migration_files(embedded::migrations::migrations_files());
}

int run_migrate(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse("migrate", "Applies the migrations that the database lacks, forward only.",
                                   {{"config", "configuration file", "", true}}, arguments, options)) {
        return *exit;
    }
    auto config = core::Config::load(options["config"], all_config_keys());
    if (!config) return failed(config.error());
    if (config->text("database.owner").empty()) {
        return failed(Error(Code::kInvalidContent, "database.owner is not configured"));
    }
    auto applied = pg::migrate(config->text("database.owner"), migrations_of_linked_modules());
    if (!applied) return failed(applied.error());
    std::printf("%d migrations applied; the database's structure is up to date\n", applied->files);
    return 0;
}

}  // namespace musubi::node
