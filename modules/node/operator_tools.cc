#include "node/operator_tools.h"

#include "mpi/engine.h"
#include "node/linked_modules.h"
#include "node/maintenance/terms.h"
#include "node/maintenance/window.h"
#include "node/operator_register.h"
#include "policy/module.h"

#include <unistd.h>

#include <cstdlib>

namespace musubi::node {

namespace {

/// Of this process, which is one command of one person.
std::string& acting_operator() {
    static std::string name;
    return name;
}

std::string& command_words() {
    static std::string words;
    return words;
}

/// Two factors before anything of the node is opened for a person.
Status let_in(PlatformServices& services, OperatorTools::Who who) {
    core::Config const& config = services.config;
    if (!config.boolean("operators.required") || who == OperatorTools::Who::kAnybody) return {};
    OperatorRegister const operators(config.text("operators.folder"), *services.keys);
    if (who == OperatorTools::Who::kFirstOrOperator && TRY(operators.all()).empty()) return {};
    acting_operator() = TRY(operators.session(system_clock().now()));
    return {};
}

domain::AuditEvent restricted_use(OperatorTools const& tools, std::string const& what) {
    auto event = tools.patient_event(what, "");
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110132", "Use of Restricted Function")};
    event.action = 'E';
    return event;
}

/// DCM 110113, 110132: somebody tried one of the commands who must not.
Status record_turned_away(OperatorTools const& tools, std::string const& why) {
    auto event = restricted_use(tools, "operator");
    event.outcome = domain::AuditOutcome::kSeriousFailure;
    event.outcome_description = why;
    event.participants.front().roles.clear();
    return tools.audit->record({std::move(event)});
}

/// Within a window everything is recorded with its order, beginning with the command itself.
Status under_order(OperatorTools& tools, OperatorTools::Touches touches) {
    PlatformServices& s = *tools.services;
    auto const terms = TRY(maintenance_terms(s.config, *s.pool));
    auto const window = TRY(window_of(*s.pool, account(), system_clock().now()));
    if (!window) {
        if (!terms.required || touches == OperatorTools::Touches::kNobody) return {};
        constexpr char const* kWhy = "no window for maintenance is open for this operator";
        TRY(record_turned_away(tools, kWhy));
        return Error(Code::kDenied, std::string(kWhy) + " (musubi maintenance open)");
    }
    domain::AuditObject order;
    order.id = order_uri(window->order);
    order.role = 13;  // security resource
    order.id_type = {"12", "RFC-3881", "URI"};
    order.details = {{"Work order", window->order}, {"Command", acting_command()}};
    tools.audit->name_also(std::move(order));
    return tools.audit->record({restricted_use(tools, "maintenance-command")});
}

Result<std::unique_ptr<OperatorTools>> open_audited(
    std::string const& config_file, OperatorTools::Who who = OperatorTools::Who::kOperator,
    OperatorTools::Touches touches = OperatorTools::Touches::kPatients) {
    auto tools = std::make_unique<OperatorTools>();
    tools->services = TRY(PlatformServices::open(config_file));
    PlatformServices& s = *tools->services;
    tools->sealer =
        std::make_unique<atna::EntrySealer>(*s.keys, s.config.list("atna.regional_authorities"));
    tools->audit = std::make_unique<atna::DatabaseAudit>(*s.pool, *tools->sealer, system_ids());
    if (auto const in = let_in(s, who); !in) {
        TRY(record_turned_away(*tools, "no operator is logged in"));
        return in.error();
    }
    TRY(under_order(*tools, touches));
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

Result<std::unique_ptr<OperatorTools>> OperatorTools::open(std::string const& config_file, Who who,
                                                           Touches touches) {
    auto tools = TRY(open_audited(config_file, who, touches));
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
        } else if (module->name == "xca") {
            tools->correlations = std::make_unique<xca::CorrelationWatcher>();
            tools->ports.join<core::PatientWatcherPort>(*tools->correlations);
            tools->ports.join<core::PatientRevisionPort>(*tools->correlations);
        }
    }
    return tools;
}

atna::Archive OperatorTools::archive() const {
    auto const settings = atna::evidence_settings(config());
    atna::Evidence evidence;
    if (settings.enabled()) {
        evidence.certificates = settings.roots.former;
        evidence.certificates.push_back(settings.roots.certificate);
        evidence.stamp_authorities = settings.stamps.authorities;
        evidence.published = {settings.roots.folder};
    }
    return {*services->pool, *services->keys, config().text("atna.journal_folder"),
            config().list("atna.regional_authorities"), std::move(evidence)};
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

std::string agreement_file(core::Config const& config) {
    return policy::file_in_force(policy::agreement_source(config), system_clock().now());
}

std::string account() { return acting_operator().empty() ? system_account() : acting_operator(); }

std::string const& acting_command() { return command_words(); }

void remember_command(std::vector<std::string> const& arguments) {
    // Only words: what follows may name files or patients.
    std::string words;
    for (std::size_t i = 0; i < arguments.size() && i < 3; ++i) {
        std::string const& word = arguments[i];
        if (word.empty() || word.size() > 24 || word.front() == '-' ||
            word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != std::string::npos)
            break;
        words += (words.empty() ? "" : " ") + word;
        if (i == 1 && word != "review" && word != "roots") break;
    }
    command_words() = std::move(words);
}

std::string system_account() {
    char const* user = std::getenv("USER");
    return user ? user : "uid " + std::to_string(getuid());
}

}  // namespace musubi::node
