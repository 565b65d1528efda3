#include "node/operator_tools.h"

#include "mpi/engine.h"
#include "node/linked_modules.h"

#include <unistd.h>

#include <cstdlib>

namespace musubi::node {

namespace {

Result<std::unique_ptr<OperatorTools>> open_audited(std::string const& config_file) {
    auto tools = std::make_unique<OperatorTools>();
    tools->services = TRY(PlatformServices::open(config_file));
    PlatformServices& s = *tools->services;
    tools->sealer =
        std::make_unique<atna::EntrySealer>(*s.keys, s.config.list("atna.regional_authorities"));
    tools->audit = std::make_unique<atna::DatabaseAudit>(*s.pool, *tools->sealer, system_ids());
    return tools;
}

}  // namespace

Result<std::unique_ptr<OperatorTools>> OperatorTools::open_with_modules(
    std::string const& config_file) {
    auto tools = TRY(open_audited(config_file));
    PlatformServices& s = *tools->services;
    tools->modules =
        TRY(Composition::create(TRY(PlatformServices::open(config_file)), tools->audit.get()));
    auto settings = TRY(mpi::store_settings(s.config));
    auto& ports = tools->modules->ports();
    auto const* policy = ports.find<core::PolicyPort>();
    auto engine = mpi::make_engine(settings, policy && policy->insurance_is_key());
    tools->patients = std::make_unique<mpi::Store>(*s.pool, *s.keys, system_ids(), ports,
                                                   std::move(settings), std::move(engine));
    return tools;
}

Result<std::unique_ptr<OperatorTools>> OperatorTools::open(std::string const& config_file) {
    auto tools = TRY(open_audited(config_file));
    PlatformServices& s = *tools->services;
    auto settings = TRY(mpi::store_settings(s.config));
    auto engine = mpi::make_engine(settings, false);
    tools->patients = std::make_unique<mpi::Store>(*s.pool, *s.keys, system_ids(), tools->ports,
                                                   std::move(settings), std::move(engine));
    // Only modules of this node: another one's tables are not in its database.
    for (auto const* module : TRY(enabled_modules(s.config))) {
        if (module->name == "registry") {
            tools->registry =
                std::make_unique<registry::PatientWatcher>(system_ids(), s.keys.get());
            tools->ports.join<core::PatientWatcherPort>(*tools->registry);
        } else if (module->name == "policy") {
            tools->policy = std::make_unique<policy::MergeWatcher>();
            tools->ports.join<core::PatientWatcherPort>(*tools->policy);
        } else if (module->name == "repository") {
            tools->repository = std::make_unique<repository::MergeWatcher>(s.keys.get());
            tools->ports.join<core::PatientWatcherPort>(*tools->repository);
        }
    }
    return tools;
}

atna::Archive OperatorTools::archive() const {
    return {*services->pool, *services->keys, config().text("atna.journal_folder"),
            config().list("atna.regional_authorities")};
}

Result<std::string> OperatorTools::regional_id(std::string const& cx) const {
    auto const id = domain::PatientId::parse(cx);
    if (!id) return Error(Code::kInvalidContent, "patient: " + id.error().detail);
    return patients->regional_id_of(*id);
}

domain::AuditEvent OperatorTools::patient_event(std::string const& what,
                                                std::string const& patient_cx) const {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110110", "Patient Record");
    event.action = 'R';
    event.time = system_clock().now();
    event.source_id = config().text("node.audit_source_id");
    event.enterprise_site_id = config().text("node.region");
    domain::AuditParticipant person;
    person.user_id = account();
    person.is_requestor = true;
    person.roles = {{"operator", "Musubi agreement role", "operator"}};
    event.participants = {std::move(person)};
    if (!patient_cx.empty()) event.objects = {domain::audit_patient(patient_cx)};
    event.transaction = what;
    event.organisation = config().text("node.region");
    return event;
}

Status OperatorTools::record_look(std::string const& what, std::string const& patient_cx) const {
    return audit->record({patient_event(what, patient_cx)});
}

Status OperatorTools::record_log_used(std::string const& what) const {
    return audit->record(
        {atna::log_used(account(), config().text("node.region"), what,
                        config().text("node.audit_source_id"), system_clock().now())});
}

std::string account() {
    char const* user = std::getenv("USER");
    return user ? user : "uid " + std::to_string(getuid());
}

}  // namespace musubi::node
