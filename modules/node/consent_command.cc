// musubi consent: what patients said, entered and shown by the region's operators.

#include "node/command.h"
#include "node/consent_import.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "node/statement_files.h"
#include "policy/agreement.h"
#include "policy/agreement_file.h"
#include "policy/consent_file.h"
#include "policy/consent_names.h"
#include "policy/consent_store.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace musubi::node {
namespace {

std::string day_of(std::optional<WallTime> const& time) {
    return time ? to_rfc3339(*time) : std::string();
}

void print(policy::ConsentEntry const& entry) {
    std::printf("%s  %-9s %-7s %s  basis %s  given by %s  by %s",
                to_rfc3339(entry.recorded_at).c_str(), entry.granted ? "granted" : "withdrawn",
                std::string(to_string(entry.about)).c_str(), to_string(entry.scope).c_str(),
                entry.basis.c_str(), entry.given_by.c_str(), entry.recorded_by.c_str());
    if (entry.absolute) std::printf("  absolutely");
    if (entry.from) std::printf("  from %s", day_of(entry.from).c_str());
    if (entry.until) std::printf("  until %s", day_of(entry.until).c_str());
    if (!entry.evidence.empty()) std::printf("  on %s", entry.evidence.c_str());
    std::printf("\n");
}

policy::ConsentDeps deps_of(OperatorTools& tools, policy::Agreement const& agreement) {
    return {*tools.services->pool, *tools.audit, system_clock(), system_ids(), &agreement.consent};
}

policy::ConsentChange defaults_of(OperatorTools const& tools, Options const& options) {
    policy::ConsentChange out;
    out.basis = options["basis"];
    out.given_by = options["given-by"];
    out.recorded_by = options.has("by") ? options["by"] : account();
    out.organisation =
        options.has("organisation") ? options["organisation"] : tools.config().text("node.region");
    out.audit_source_id = tools.config().text("node.audit_source_id");
    return out;
}

/// --scope and --value say a scope with one condition in two words.
Status take_scope(Options const& options, policy::ConsentScope& scope) {
    std::string const& word = options["scope"];
    bool const all = word == "all";
    if (all != options["value"].empty())
        return Error(Code::kInvalidContent, "--value goes with --scope member or document");
    if (word == "member" || word == "owner") {
        scope.owner = options["value"];
    } else if (word == "document") {
        scope.code = options["value"];
    } else if (!all) {
        return Error(Code::kInvalidContent, "--scope is none of all, member, document");
    }
    return {};
}

Result<policy::ConsentLine> word_of(OperatorTools const& tools, Options const& options,
                                    std::string const& verb) {
    std::vector<std::pair<std::string, std::string>> cells;
    for (char const* name : {"member", "reader", "person", "purpose", "department", "code",
                             "document", "from", "until", "about", "evidence"}) {
        if (options.has(name)) cells.emplace_back(name, options[name]);
    }
    cells.emplace_back("patient", options["patient"]);
    cells.emplace_back("says", verb);
    if (options.has("absolute")) cells.emplace_back("absolute", "yes");
    policy::ConsentChange defaults = defaults_of(tools, options);
    TRY(take_scope(options, defaults.scope));
    return policy::consent_line(cells, defaults);
}

Status say(OperatorTools& tools, Options const& options, std::string const& verb) {
    auto const agreement = TRY(agreement_of(tools));
    auto word = TRY(word_of(tools, options, verb));
    // A death is no consent: it has a verb of its own, and cannot be told by a slip of the pen.
    if (word.change.about == policy::ConsentAbout::kDeath)
        return Error(Code::kInvalidContent, "--about is view or publish");
    TRY(policy::check_names(word.change.scope, *agreement));
    word.change.patient = TRY(tools.regional_id(options["patient"]));
    auto const deps = deps_of(tools, *agreement);
    TRY(word.granted ? policy::grant(deps, word.change) : policy::withdraw(deps, word.change));
    std::printf("%s for %s: %s\n", word.granted ? "granted" : "withdrawn",
                word.change.patient.c_str(), to_string(word.change.scope).c_str());
    return {};
}

Status death(OperatorTools& tools, Options const& options) {
    auto const agreement = TRY(agreement_of(tools));
    policy::ConsentChange change = defaults_of(tools, options);
    change.about = policy::ConsentAbout::kDeath;
    change.given_by = "operator";
    change.patient = TRY(tools.regional_id(options["patient"]));
    auto const deps = deps_of(tools, *agreement);
    bool const taken_back = options.has("take-back");
    TRY(taken_back ? policy::withdraw(deps, change) : policy::grant(deps, change));
    std::printf("notice of death %s for %s\n", taken_back ? "taken back" : "entered",
                change.patient.c_str());
    return {};
}

Status show(OperatorTools& tools, Options const& options, bool history) {
    std::string const patient = TRY(tools.regional_id(options["patient"]));
    TRY(tools.record_look(history ? "consent-history" : "consent-show", patient));
    auto entries = TRY(policy::show(*tools.services->pool, patient));
    if (!history) {
        auto const now = system_clock().now();
        entries = TRY(tools.services->pool->read(
            [&](pg::ReadTx& tx) { return policy::store::state(tx, {patient}, now); }));
        entries = policy::standing(std::move(entries), now);
        std::sort(entries.begin(), entries.end(),
                  [](auto const& a, auto const& b) { return a.position < b.position; });
    }
    for (auto const& entry : entries) print(entry);
    if (entries.empty()) std::printf("no consent recorded\n");
    return {};
}

Status declare(OperatorTools& tools, Options const& options) {
    auto const agreement = TRY(agreement_of(tools));
    if (!agreement->member(options["member"]))
        return Error(Code::kInvalidContent, "--member is no member of the agreement");
    auto const until = policy::japanese_day(options["until"]);
    if (!until) return Error(Code::kInvalidContent, "--until must be a day, YYYY-MM-DD");
    policy::store::Treatment treatment;
    treatment.patient = TRY(tools.regional_id(options["patient"]));
    treatment.member = options["member"];
    treatment.basis = options["basis"];
    treatment.declared_by = options.has("by") ? options["by"] : account();
    treatment.until = *until + std::chrono::hours(24);
    auto event = tools.patient_event("treatment-declared", treatment.patient);
    event.action = 'C';
    event.objects.front().details = {{"member", treatment.member}, {"basis", treatment.basis}};
    TRY(tools.services->pool->run([&](pg::Tx& tx) -> Status {
        policy::store::declare(tx, treatment, system_clock().now());
        return tools.audit->record_in(tx, {event});
    }));
    std::printf("%s treats %s until %s\n", treatment.member.c_str(), treatment.patient.c_str(),
                options["until"].c_str());
    return {};
}

Status run(Options const& options) {
    std::string const& verb = options.positional().front();
    if (verb != "import" && !options.has("patient"))
        return Error(Code::kInvalidContent, "--patient is missing");
    auto tools = TRY(OperatorTools::open(options["config"]));
    if (verb == "show" || verb == "history") return show(*tools, options, verb == "history");
    if (verb == "death") return death(*tools, options);
    if (verb == "declare") return declare(*tools, options);
    if (verb == "import") {
        auto const agreement = TRY(agreement_of(*tools));
        return import_consents(
            *tools, options,
            {deps_of(*tools, *agreement), defaults_of(*tools, options), *agreement});
    }
    return say(*tools, options, verb);
}

std::vector<Option> table() {
    return {
        {"config", "configuration file", "", true},
        {"patient", "patient id, CX: id^^^&oid&ISO", ""},
        {"member", "of documents that this member published; with declare: who treats", ""},
        {"reader", "when this member asks", ""},
        {"person", "when this user asks", ""},
        {"purpose", "for this purpose of use", ""},
        {"department", "of documents of this practice setting, code^^scheme", ""},
        {"code", "of documents of this class or type, code^^scheme", ""},
        {"document", "of the document with this unique id", ""},
        {"about", "view or publish", ""},
        {"from", "first day, YYYY-MM-DD; default: at once", ""},
        {"until", "last day, YYYY-MM-DD; default: for good", ""},
        {"absolute", "withheld in emergencies too", "", false, true},
        {"take-back", "death: the notice was wrong", "", false, true},
        {"scope", "all, member or document: a scope with one condition, with --value", "all"},
        {"value", "member code, or class or type as code^^scheme", ""},
        {"basis", "legal basis", "written"},
        {"given-by", "patient, or the kind of proxy", "patient"},
        {"evidence", "where the form is", ""},
        {"by", "who enters it; default: your account", ""},
        {"organisation", "member where it was said; default: the region", ""},
        {"file", "import: CSV with a header, or NDJSON; an export's consents.ndjson", ""},
        {"patients", "import of an export: what musubi patient map wrote", ""},
    };
}

}  // namespace

int run_consent(std::vector<std::string> const& arguments) {
    Options options;
    constexpr char const* kVerbs = "grant|withdraw|show|history|death|declare|import";
    if (auto exit = Options::parse(
            "consent",
            "Records what a patient said, or shows it: show what stands, history everything. It "
            "counts from the next request on. death: the person has died; declare: a member treats "
            "the person without a record of its own; import: many words from a file, all or none "
            "when one is wrong.",
            table(), arguments, options, kVerbs)) {
        return *exit;
    }
    auto const& verbs = options.positional();
    std::string const known = std::string("|") + kVerbs + "|";
    if (verbs.size() != 1 || known.find("|" + verbs[0] + "|") == std::string::npos) {
        std::fprintf(stderr, "musubi consent: say one of %s\n", kVerbs);
        return 2;
    }
    auto const done = run(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
