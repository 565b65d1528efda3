// musubi support-bundle: what somebody needs to help from afar, without personal data and secrets.

#include "node/command.h"
#include "node/linked_modules.h"
#include "node/node_config.h"
#include "node/options.h"
#include "node/platform_services.h"
#include "node/support_log.h"
#include "platform/pg/admin.h"
#include "platform/vault/durable_file.h"
#include "policy/acceptance.h"

#include <sys/utsname.h>

#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

constexpr std::size_t kMaxLines = 20'000;

/// Statements that show structure, numbers and times alone.
struct Question {
    char const* title;
    char const* sql;
};
constexpr Question kQuestions[] = {
    {"server", "select version()"},
    {"migrations",
     "select module, version, name, applied_at from musubi_meta.migration order by 1, 2"},
    {"tables",
     "select format('%I.%I', schemaname, relname), n_live_tup, n_dead_tup, "
     "pg_total_relation_size(relid) from pg_stat_user_tables order by 1"},
    {"connections",
     "select coalesce(state, ''), count(*), max(now() - state_change) from "
     "pg_stat_activity where datname = current_database() group by 1 order by 1"},
    {"preservation",
     "select kind, ended_at, good, findings from node.preservation order by "
     "ended_at desc limit 20"},
};

void put_section(std::string& out, std::string const& title) { out += "\n== " + title + "\n"; }

void put_configuration(std::string& out, core::Config const& config) {
    put_section(out, "configuration");
    for (core::ConfigKey const& key : all_config_keys()) {
        std::string value;
        switch (key.type) {
            case core::ConfigType::kInteger:
            case core::ConfigType::kDurationMs:
                value = std::to_string(config.integer(key.key));
                break;
            case core::ConfigType::kBoolean:
                value = config.boolean(key.key) ? "true" : "false";
                break;
            case core::ConfigType::kTextList:
            case core::ConfigType::kPathList:
                for (std::string const& one : config.list(key.key)) value += one + " ";
                break;
            case core::ConfigType::kText:
            case core::ConfigType::kPath: value = config.text(key.key); break;
        }
        if (key.secret && !value.empty()) value = "(set)";
        out += std::string(key.key) + " = " + value + "\n";
    }
}

void put_database(std::string& out, core::Config const& config) {
    auto session = pg::AdminSession::open(config.text("database.serving"));
    for (Question const& question : kQuestions) {
        put_section(out, question.title);
        if (!session) {
            out += "no answer: " + std::string(to_string(session.error().code)) + "\n";
            continue;
        }
        auto const rows = session->exec(question.sql);
        if (!rows) out += "refused\n";
        if (!rows) continue;
        for (auto const& row : *rows) {
            for (std::string const& cell : row) out += cell + "  ";
            out += "\n";
        }
    }
}

void put_places(std::string& out, core::Config const& config) {
    put_section(out, "places");
    for (char const* key : {"blob.folder", "atna.journal_folder", "keys.folder"}) {
        std::error_code failed;
        auto const room = std::filesystem::space(config.text(key), failed);
        std::uint64_t files = 0, octets = 0;
        std::error_code none;
        for (auto const& entry :
             std::filesystem::recursive_directory_iterator(config.text(key), none)) {
            if (!entry.is_regular_file(none)) continue;
            ++files;
            octets += entry.file_size(none);
        }
        out += std::string(key) + ": " + std::to_string(files) + " files, " +
               std::to_string(octets) + " octets, " +
               (failed ? "not there" : std::to_string(room.available) + " octets free") + "\n";
    }
}

void put_agreement(std::string& out, PlatformServices& services) {
    put_section(out, "agreement");
    auto const all = policy::stored_agreements(*services.pool);
    if (!all || all->empty()) {
        out += "none in force\n";
        return;
    }
    out += "version " + std::to_string(all->back().version) + "  " + all->back().hash + "\n";
}

Status put_log(std::string& out, std::string const& file) {
    std::ifstream in(file);
    if (!in) return Error(Code::kNotFound, "cannot read " + file);
    put_section(out, "log");
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(cleaned_log_line(line));
        if (lines.size() >= 2 * kMaxLines)
            lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(kMaxLines));
    }
    std::size_t const first = lines.size() > kMaxLines ? lines.size() - kMaxLines : 0;
    for (std::size_t i = first; i < lines.size(); ++i) out += lines[i] + "\n";
    return {};
}

Status write_bundle(Options const& options) {
    auto const services = TRY(PlatformServices::open(options["config"]));
    core::Config const& config = services->config;
    utsname system{};
    ::uname(&system);
    std::string out = "musubi support bundle\n" + to_rfc3339(system_clock().now()) + "\n" +
                      system.sysname + " " + system.release + " " + system.machine + "\n";
    put_section(out, "modules");
    for (auto const* module : TRY(enabled_modules(config))) out += std::string(module->name) + "\n";
    put_configuration(out, config);
    put_database(out, config);
    put_places(out, config);
    put_agreement(out, *services);
    if (options.has("log")) TRY(put_log(out, options["log"]));
    auto file = TRY(vault::File::create(options.positional().front()));
    TRY(file.write(as_bytes(out)));
    TRY(file.sync());
    std::printf("%zu octets in %s; read it before you send it\n", out.size(),
                options.positional().front().c_str());
    return {};
}

}  // namespace

int run_support_bundle(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "support-bundle",
            "Writes what somebody needs to help: versions, configuration without secrets, sizes "
            "and "
            "numbers, the log with everything but known words and numbers taken out. No names, no "
            "contents, no ids of patients or documents.",
            {{"config", "configuration file", "", true},
             {"log", "the node's log, to be cleaned; default: without", ""}},
            arguments, options, "FILE")) {
        return *exit;
    }
    if (options.positional().size() != 1) {
        std::fprintf(stderr, "musubi support-bundle: name one file\n");
        return 2;
    }
    auto const done = write_bundle(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
