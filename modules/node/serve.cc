#include "atna/evidence_settings.h"
#include "mpi/store.h"
#include "node/command.h"
#include "node/config_check.h"
#include "node/key_ring_check.h"
#include "node/linked_modules.h"
#include "node/location_check.h"
#include "node/migrations.h"
#include "node/node_config.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "node/server.h"
#include "node/tls_material.h"
#include "platform/base/log.h"
#include "policy/agreement.h"
#include "policy/module.h"
#include "registry_link/settings.h"

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace musubi::node {
namespace {

Status verify_structure(core::Config const& config) {
    auto const files = TRY(migrations_of_enabled_modules(config));
    auto verified = pg::verify(config.text("database.serving"), files);
    if (!verified) verified.error().detail += " (run `musubi migrate`)";
    return verified;
}

/// Without a database (null): everything but its turn in the chain of versions.
Status check_agreement(core::Config const& config, pg::Pool* pool) {
    auto const source = policy::agreement_source(config);
    std::vector<policy::StoredAgreement> chain;
    if (pool) {
        auto stored = policy::stored_agreements(*pool);
        if (stored) chain = std::move(*stored);
        // A missing table was told by the check of the structure.
    }
    auto const chosen = TRY(policy::choose(source, chain, system_clock().now()));
    if (chosen.next_refused) return *chosen.next_refused;
    return check_location(*chosen.agreement, config);
}

Result<std::unique_ptr<Server>> start(std::string const& config_file) {
    auto services = TRY(PlatformServices::open(config_file));
    TRY(verify_structure(services->config));
    TRY(services->config.boolean("node.read_only")
            ? check_claim(*services->pool, *services->keys)
            : claim_database(*services->pool, *services->keys));
    // One that cannot be read is refused, on record, by the module.
    if (auto const agreement = policy::load_agreement(agreement_file(services->config)))
        TRY(check_location(**agreement, services->config));
    return Server::start(TRY(Composition::create(std::move(services))));
}

}  // namespace

int run_serve(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "serve",
            "Runs the node until SIGTERM, then lets running requests finish. SIGHUP reads "
            "certificates and agreement again.",
            {{"config", "configuration file", "", true}}, arguments, options)) {
        return *exit;
    }
    // Before any thread exists, so that all inherit the mask and signals come to us only here.
    sigset_t signals;
    sigemptyset(&signals);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    auto server = start(options["config"]);
    if (!server) return failed(server.error());
    log_info("ready");
    for (;;) {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0) continue;
        if (signal == SIGHUP) {
            (*server)->reload();
            continue;
        }
        (*server)->drain();
        return 0;
    }
}

int run_check(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "check",
            "Validates configuration, agreement, certificates and database; prints every "
            "problem and starts nothing.",
            {{"config", "configuration file", "", true}}, arguments, options)) {
        return *exit;
    }
    auto config = load_config(options["config"]);
    if (!config) return failed(config.error());
    int status = 0;
    auto note = [&](Status const& result) {
        if (!result) status = failed(result.error());
    };
    note(check_tls_files(*config));
    auto const revocation = revocation_of(*config);
    if (!revocation) note(revocation.error());
    auto const tls = tls_config(*config, nullptr);
    if (!tls) {
        note(tls.error());
    } else {
        auto const material = TlsMaterial::make(*config, *tls);
        if (!material) note(material.error());
    }
    auto const modules = enabled_modules(*config);
    if (!modules) {
        note(modules.error());
    } else {
        auto const ordered = in_order(*modules);
        if (!ordered) note(ordered.error());
        note(verify_structure(*config));
        bool const linked = std::any_of(modules->begin(), modules->end(), [](auto const* module) {
            return module->name == "registry_link";
        });
        if (linked) {
            auto const link = registry_link::read_settings(*config);
            if (!link) note(link.error());
        }
    }
    // Not the whole node: a running one holds the audit journal.
    auto const services = PlatformServices::open(options["config"]);
    if (!services)
        note(services.error());
    else
        note((*services)->config.boolean("node.read_only")
                 ? check_claim(*(*services)->pool, *(*services)->keys)
                 : claim_database(*(*services)->pool, *(*services)->keys));
    note(check_agreement(*config, services ? (*services)->pool.get() : nullptr));
    auto const patients = mpi::store_settings(*config);
    if (!patients) note(patients.error());
    note(atna::check_evidence(atna::evidence_settings(*config), system_clock().now()));
    if (status == 0)
        std::printf("configuration, agreement, certificates and database are in order\n");
    return status;
}

}  // namespace musubi::node
