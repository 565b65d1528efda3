// Commands of the region's operators on the node's own data: consent and patients.

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "policy/consent.h"

#include <cstdio>

namespace musubi::node {
namespace {

void print(policy::ConsentEntry const& entry) {
    std::printf("%s  %-9s %-8s %s  basis %s  by %s\n", to_rfc3339(entry.recorded_at).c_str(),
                entry.granted ? "granted" : "withdrawn",
                std::string(to_string(entry.scope)).c_str(), entry.value.c_str(),
                entry.basis.c_str(), entry.recorded_by.c_str());
}

Status consent(Options const& options) {
    std::string const& verb = options.positional().front();
    auto tools = TRY(OperatorTools::open(options["config"]));
    std::string const patient = TRY(tools->regional_id(options["patient"]));
    pg::Pool& pool = *tools->services->pool;
    if (verb == "show") {
        TRY(tools->record_look("consent-show", patient));
        auto const entries = TRY(policy::show(pool, patient));
        for (auto const& entry : entries) print(entry);
        if (entries.empty()) std::printf("no consent recorded\n");
        return {};
    }
    policy::ConsentChange change;
    change.patient = patient;
    change.scope = TRY(policy::parse_consent_scope(options["scope"]));
    change.value = options["value"];
    change.basis = options["basis"];
    change.recorded_by = options.has("by") ? options["by"] : account();
    change.organisation =
        options.has("organisation") ? options["organisation"] : tools->config().text("node.region");
    change.audit_source_id = tools->config().text("node.audit_source_id");
    policy::ConsentDeps const deps{pool, *tools->audit, system_clock(), system_ids()};
    TRY(verb == "grant" ? policy::grant(deps, change) : policy::withdraw(deps, change));
    std::printf("%s for %s\n", verb == "grant" ? "granted" : "withdrawn", patient.c_str());
    return {};
}

}  // namespace

int run_consent(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "consent",
            "Records what a patient said, or shows it. It counts from the next request on.",
            {{"config", "configuration file", "", true},
             {"patient", "patient id, CX: id^^^&oid&ISO", "", true},
             {"scope", "all, owner or document", "all"},
             {"value", "member code (owner) or code^^scheme (document)", ""},
             {"basis", "legal basis", "written"},
             {"by", "who enters it; default: your account", ""},
             {"organisation", "member where it was said; default: the region", ""}},
            arguments, options, "grant|withdraw|show")) {
        return *exit;
    }
    auto const& verbs = options.positional();
    if (verbs.size() != 1 ||
        (verbs[0] != "grant" && verbs[0] != "withdraw" && verbs[0] != "show")) {
        std::fprintf(stderr, "musubi consent: say grant, withdraw or show\n");
        return 2;
    }
    auto const done = consent(options);
    return done ? 0 : failed(done.error());
}

int run_patient(std::vector<std::string> const& arguments) {
    if (!arguments.empty() && arguments.front() == "evaluate") {
        return run_patient_evaluate(arguments);
    }
    if (!arguments.empty() && arguments.front() == "review") return run_patient_review(arguments);
    if (!arguments.empty() && arguments.front() == "load") return run_patient_load(arguments);
    if (!arguments.empty() && arguments.front() == "reindex") return run_patient_reindex(arguments);
    if (!arguments.empty() && arguments.front() == "explain") return run_patient_explain(arguments);
    Options options;
    if (auto exit =
            Options::parse("patient",
                           "Shows the regional id of a patient. With a --help of their own: "
                           "review (decide about pairs of records), explain (why two records are "
                           "one person, or not), load (many patients at once), reindex (new tokens "
                           "for all records), evaluate (measure matching).",
                           {{"config", "configuration file", "", true},
                            {"patient", "any id that was fed, CX: id^^^&oid&ISO", "", true}},
                           arguments, options, "show|review|explain|load|reindex|evaluate")) {
        return *exit;
    }
    if (options.positional() != std::vector<std::string>{"show"}) {
        std::fprintf(stderr,
                     "musubi patient: say show, review, explain, load, reindex or evaluate\n");
        return 2;
    }
    auto tools = OperatorTools::open(options["config"]);
    if (!tools) return failed(tools.error());
    auto const regional = (*tools)->regional_id(options["patient"]);
    if (!regional) return failed(regional.error());
    if (auto const recorded = (*tools)->record_look("patient-show", *regional); !recorded) {
        return failed(recorded.error());
    }
    std::printf("%s\n", regional->c_str());
    return 0;
}

}  // namespace musubi::node
