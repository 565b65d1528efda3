#include "node/command.h"
#include "node/node_config.h"
#include "node/options.h"
#include "node/transfer_commands.h"

#include <cstdio>

namespace musubi::node {

std::span<Command const> commands() {
    static Command const kCommands[] = {
        {"serve", "run the node", run_serve},
        {"check", "validate configuration, agreement, certificates and database", run_check},
        {"migrate", "bring the database's structure up to date", run_migrate},
        {"print-config", "the commented default configuration", run_print_config},
        {"policy", "hash, sign, verify and examine the regional agreement", run_policy},
        {"consent", "grant, withdraw, import or show patients' consent", run_consent},
        {"emergency", "who broke the glass, reviews of it, accounts in envelopes", run_emergency},
        {"disaster", "declare a disaster by quorum, end it, look back on it", run_disaster},
        {"audit", "search, verify or report the audit trail", run_audit},
        {"keys", "look after the keys: show, rotate, rewrap, split and others", run_keys},
        {"backup", "a sealed generation of everything, beside the running node", run_backup},
        {"restore", "bring a generation back, or rehearse it, and prove it", run_restore},
        {"scrub", "read everything that is stored and compare it with its rows", run_scrub},
        {"signatures", "what was found out about signatures of documents", run_signatures},
        {"export", "everything into a folder of open form, by two officers' word", run_export},
        {"support-bundle", "what helps from afar, without personal data", run_support_bundle},
        {"patient", "show the regional id of a patient, evaluate matching", run_patient},
        {"operator", "operators of this node: add, list, remove, log in and out", run_operator},
        {"maintenance", "windows for maintenance under a work order, and reports of them",
         run_maintenance},
        {"import", "client: provide the packages of an export again (ITI-41)", run_import},
        {"feed", "client: send a patient identity feed (ITI-8)", run_feed},
        {"submit", "client: publish a document (ITI-41)", run_submit},
        {"query", "client: find documents (ITI-18)", run_query},
        {"retrieve", "client: fetch a document (ITI-43)", run_retrieve},
        {"images", "client: fetch the images that a manifest names (RAD-69)", run_images},
    };
    return kCommands;
}

int run_print_config(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse("print-config",
                                   "Prints every configuration key with its meaning and default.",
                                   {}, arguments, options)) {
        return *exit;
    }
    std::fputs(core::render_default_config(all_config_keys()).c_str(), stdout);
    return 0;
}

}  // namespace musubi::node
