// musubi maintenance: windows for maintenance, bound to a work order, and what came of them.

#include "node/audit_verbs.h"
#include "node/command.h"
#include "node/maintenance/report.h"
#include "node/maintenance/terms.h"
#include "node/operator_register.h"
#include "node/statement_files.h"
#include "platform/base/date_time.h"
#include "platform/base/digest.h"
#include "platform/base/text.h"
#include "platform/vault/durable_file.h"
#include "policy/agreement.h"
#include "policy/signatures.h"

#include <cstdio>

namespace musubi::node {
namespace {

constexpr std::size_t kMaxReport = 64U << 20;
constexpr std::size_t kMaxSignature = 64 * 1024;
constexpr std::size_t kMaxPlan = 2'000;

MaintenanceTrail trail_of(OperatorTools& tools) {
    return {*tools.audit, tools.config().text("node.audit_source_id"),
            tools.config().text("node.region")};
}

std::set<std::string> words_in(std::string const& list) {
    std::set<std::string> out;
    for (auto const part : split(list, ',')) {
        if (auto const word = trim(part); !word.empty()) out.emplace(word);
    }
    return out;
}

Result<WallTime> read_until(std::string const& text) {
    if (auto const time = parse_date_time(text)) return *time;
    return Error(Code::kInvalidContent,
                 "--until: expected 2026-11-21T18:00:00+09:00 or 2026-11-21T09:00:00Z");
}

/// Whoever opens a window lets others in: where operators are known he is none of them.
Status check_persons(OperatorTools& tools, std::set<std::string> const& persons) {
    if (persons.empty()) return Error(Code::kInvalidContent, "--person: name who may work");
    if (!tools.config().boolean("operators.required")) return {};
    OperatorRegister const known(tools.config().text("operators.folder"), *tools.services->keys);
    for (auto const& person : persons) TRY(known.find(person));
    if (persons.contains(account()))
        return Error(Code::kDenied, "another operator must open the window, not who works in it");
    return {};
}

Result<std::set<std::string>> regional_ids(OperatorTools& tools, std::string const& list) {
    std::set<std::string> out;
    for (auto const& id : words_in(list)) out.insert(TRY(tools.regional_id(id)));
    return out;
}

Status open(OperatorTools& tools, Options const& options) {
    auto const terms = TRY(maintenance_terms(tools.config(), *tools.services->pool));
    MaintenanceWindow window;
    window.id = system_ids().uuid();
    window.order = options["order"];
    window.persons = words_in(options["person"]);
    window.plan = options["plan"];
    window.commands = words_in(options["commands"]);
    window.opened_by = account();
    window.opened = system_clock().now();
    if (!is_work_order(window.order))
        return Error(Code::kInvalidContent, "--order: letters, digits and . _ / -, 64 at most");
    if (window.plan.empty() || window.plan.size() > kMaxPlan ||
        window.plan.find('\n') != std::string::npos || !is_valid_utf8(window.plan))
        return Error(Code::kInvalidContent, "--plan: one line, without personal data");
    window.until = TRY(read_until(options["until"]));
    if (window.until <= window.opened)
        return Error(Code::kInvalidContent, "--until lies in the past");
    if (window.until > window.opened + terms.longest)
        return Error(Code::kInvalidContent, "--until: a window may be open for " +
                                                std::to_string(terms.longest.count() / 60) +
                                                " minutes at most");
    TRY(check_persons(tools, window.persons));
    window.patients = TRY(regional_ids(tools, options["patients"]));
    TRY(open_window(*tools.services->pool, trail_of(tools), window));
    std::printf("%s is open until %s\n", window.order.c_str(),
                to_rfc3339(window.until).substr(0, 19).append("Z").c_str());
    return {};
}

Status close(OperatorTools& tools, Options const& options) {
    int closed = 0;
    for (auto const& window : TRY(windows(*tools.services->pool, options["order"]))) {
        if (window.ended || window.order != options["order"]) continue;
        TRY(close_window(*tools.services->pool, trail_of(tools), window, account(),
                         system_clock().now()));
        ++closed;
    }
    if (closed == 0) return Error(Code::kNotFound, "no window of this order is open");
    std::printf("%s is closed\n", options["order"].c_str());
    return {};
}

Status list(OperatorTools& tools) {
    for (auto const& window : TRY(windows(*tools.services->pool, ""))) {
        std::string persons;
        for (auto const& one : window.persons) persons += (persons.empty() ? "" : ",") + one;
        std::printf("%-20s %s  %s to %s  %s  opened by %s  %s\n", window.order.c_str(),
                    window.ended ? "closed" : "open  ", atna::japan_time(window.opened).c_str(),
                    atna::japan_time(window.ended.value_or(window.until)).c_str(), persons.c_str(),
                    window.opened_by.c_str(), window.plan.c_str());
    }
    return {};
}

Result<std::string> written(MaintenanceReport const& report, Options const& options) {
    auto const language = TRY(read_language(options["lang"]));
    auto const& format = options["format"];
    if (format == "html") return maintenance_html(report, language);
    if (format == "csv") return maintenance_csv(report, language);
    if (format == "json") return maintenance_json(report);
    if (format == "table") return maintenance_table(report);
    return Error(Code::kInvalidContent, "--format: table, html, csv or json");
}

Status report(OperatorTools& tools, Options const& options) {
    auto const now = system_clock().now();
    TRY(tools.record_log_used("maintenance report"));
    auto facts = TRY(maintenance_report(tools.archive(), options["order"], now));
    facts.region = tools.config().text("node.region");
    auto const content = TRY(written(facts, options));
    if (!options.has("out")) return put_out("", content);
    TRY(sign_beside(tools, options["out"], content));
    return tools.services->pool->run([&](pg::Tx& tx) -> Status {
        queue_report(tx, sha256(as_bytes(content)), facts.order, account(), now);
        return {};
    });
}

/// A member says by its signature that it has seen a report.
Status confirm(OperatorTools& tools, Options const& options) {
    auto const& words = options.positional();
    if (words.size() != 3)
        return Error(Code::kInvalidContent, "say confirm REPORT SIGNATURE --member CODE");
    auto const content = TRY(vault::read_small_file(words[1], kMaxReport));
    Confirmation out;
    out.signature = TRY(vault::read_small_file(words[2], kMaxSignature));
    out.member = options["member"];
    out.sha256 = sha256(content);
    out.at = system_clock().now();
    out.order = TRY(order_of_report(*tools.services->pool, out.sha256));
    // Whose signature it is says the agreement that was signed, not a file that may be edited here.
    auto const agreement = TRY(agreement_of(tools));
    auto const* member = agreement->member(out.member);
    if (!member || !member->admitted(out.at))
        return Error(Code::kNotFound, "--member: the agreement knows no such active member");
    if (auto const fault = policy::signature_fault(std::string(as_text(content)), out.signature,
                                                   member->signing_fingerprints, out.at))
        return Error(Code::kDenied, "this does not count as the member's signature: " + *fault);
    auto event = tools.patient_event("maintenance-confirm", "");
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110140", "Remote Service Operation Stopped")};
    event.action = 'E';
    domain::AuditObject order;
    order.id = order_uri(out.order);
    order.role = 13;
    order.id_type = {"12", "RFC-3881", "URI"};
    order.details = {{"Work order", out.order},
                     {"Confirmed by", out.member},
                     {"Report sha256", to_hex(out.sha256)}};
    event.objects = {std::move(order)};
    auto const done = tools.services->pool->run([&](pg::Tx& tx) -> Status {
        queue_confirmation(tx, out);
        return tools.audit->record_in(tx, {event});
    });
    if (!done && done.error().code == Code::kConflict)
        return Error(Code::kConflict, out.member + " has confirmed this report before");
    TRY(done);
    std::printf("%s has confirmed the report of %s\n", out.member.c_str(), out.order.c_str());
    return {};
}

std::vector<Option> option_table() {
    return {{"config", "configuration file", "", true},
            {"order", "number of the work order", ""},
            {"person", "open: operators who may work, separated by commas", ""},
            {"until", "open: end, 2026-11-21T18:00:00+09:00; it ends by itself", ""},
            {"plan", "open: what is to be done, one line without personal data", ""},
            {"commands", "open: what is announced, e.g. \"patient show,audit search\"", ""},
            {"patients", "open: announced patients (CX), separated by commas", ""},
            {"format", "report: table, html, csv or json", "table"},
            {"lang", "report: ja or en", "ja"},
            {"out", "report: file to write, with its signature beside it", ""},
            {"member", "confirm: whose signature it is", ""}};
}

Status run(Options const& options) {
    std::string const& verb = options.positional().front();
    // What is read here are records of commands; of patients, ids alone.
    auto tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    TRY(close_expired(*tools->services->pool, trail_of(*tools), system_clock().now()));
    if (verb == "list") return list(*tools);
    if (verb == "confirm") return confirm(*tools, options);
    if (!options.has("order")) return Error(Code::kInvalidContent, "--order is missing");
    if (verb == "open") return open(*tools, options);
    if (verb == "close") return close(*tools, options);
    return report(*tools, options);
}

}  // namespace

int run_maintenance(std::vector<std::string> const& arguments) {
    Options options;
    constexpr char const* kVerbs = "open|close|list|report|confirm REPORT SIGNATURE";
    if (auto exit = Options::parse(
            "maintenance",
            "Windows for maintenance. open: operators named in a work order may work until its "
            "end, and all they do is recorded with the order; close: before its time; list: all; "
            "report: what was done, held against what was announced, signed with --out; confirm: "
            "a member's signature under such a report. Where the agreement "
            "(technical.maintenance) or maintenance.required asks for it, commands that touch "
            "patients work within a window only.",
            option_table(), arguments, options, kVerbs)) {
        return *exit;
    }
    auto const& words = options.positional();
    constexpr std::string_view kKnown = "|open|close|list|report|confirm|";
    if (words.empty() || kKnown.find("|" + words[0] + "|") == std::string_view::npos ||
        (words.size() != 1 && words[0] != "confirm")) {
        std::fprintf(stderr, "musubi maintenance: say one of %s\n", kVerbs);
        return 2;
    }
    auto const done = run(options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
