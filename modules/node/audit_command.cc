// musubi audit

#include "node/audit_verbs.h"
#include "node/command.h"
#include "platform/base/date_time.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace musubi::node {
namespace {

/// RFC 3339, UTC where no zone is told, or a date alone (midnight UTC).
Result<std::optional<WallTime>> read_time(std::string const& text, char const* option) {
    if (text.empty()) return std::optional<WallTime>();
    constexpr std::size_t kDate = 10;
    auto const time =
        parse_date_time(text.size() == kDate ? text + "T00:00:00Z" : text, std::chrono::minutes(0));
    if (!time) {
        return Error(Code::kInvalidContent,
                     std::string("--") + option + ": expected 2026-11-21 or 2026-11-21T02:25:00Z");
    }
    return time;
}

/// As read_time(), or how long ago: 90m, 24h, 7d.
Result<std::optional<WallTime>> read_since(std::string const& text) {
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string_view const unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    std::int64_t const seconds = unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86'400 : 0;
    if (error != std::errc() || seconds == 0 || number < 0 || number > 1'000'000)
        return read_time(text, "since");
    return std::optional(system_clock().now() - std::chrono::seconds(number * seconds));
}

Result<std::optional<domain::AuditOutcome>> read_outcome(std::string const& word) {
    if (word.empty()) return std::optional<domain::AuditOutcome>();
    if (word == "success") return std::optional(domain::AuditOutcome::kSuccess);
    if (word == "minor") return std::optional(domain::AuditOutcome::kMinorFailure);
    if (word == "serious") return std::optional(domain::AuditOutcome::kSeriousFailure);
    if (word == "major") return std::optional(domain::AuditOutcome::kMajorFailure);
    return Error(Code::kInvalidContent, "--outcome: success, minor, serious or major");
}

Result<int> read_limit(std::string const& text) {
    int limit = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > 10'000) {
        return Error(Code::kInvalidContent, "--limit: 1 to 10000");
    }
    return limit;
}

void print_table_line(atna::FoundRecord const& record) {
    std::string objects;
    for (auto const& object : record.event.objects) {
        if (object.role == 3 || object.role == 20)
            objects += (objects.empty() ? "" : ", ") + object.id;
    }
    std::printf("%s  %-8s %-4s %-16s %-12s %s\n", to_rfc3339(record.event.time).c_str(),
                record.event.transaction.c_str(),
                record.damaged                                           ? "DAMAGED"
                : record.event.outcome == domain::AuditOutcome::kSuccess ? "ok"
                                                                         : "FAIL",
                record.event.organisation.c_str(), record.event.rule.c_str(), objects.c_str());
}

Status search(OperatorTools& tools, Options const& options) {
    atna::SearchQuery query;
    if (options.has("patient")) {
        auto regional = tools.regional_id(options["patient"]);
        query.patient = regional ? *regional : options["patient"];
    }
    query.member = options["member"];
    query.document = options["document"];
    query.user = options["user"];
    query.transaction = options["transaction"];
    query.outcome = TRY(read_outcome(options["outcome"]));
    if (options.has("since") && options.has("from"))
        return Error(Code::kInvalidContent, "--since and --from are one and the same");
    query.from = TRY(options.has("since") ? read_since(options["since"])
                                          : read_time(options["from"], "from"));
    query.to = TRY(read_time(options["to"], "to"));
    query.limit = TRY(read_limit(options["limit"]));
    bool const json = options["format"] == "json";
    if (!json && options["format"] != "table")
        return Error(Code::kInvalidContent, "--format: table or json");
    TRY(tools.record_log_used("audit search"));
    auto const records = TRY(atna::search(tools.archive(), query));
    for (atna::FoundRecord const& record : records) {
        if (json)
            std::printf("%s\n", atna::to_json_line(record).c_str());
        else
            print_table_line(record);
    }
    auto const damaged = std::count_if(records.begin(), records.end(),
                                       [](auto const& record) { return record.damaged; });
    if (damaged > 0)
        return Error(Code::kConflict, std::to_string(damaged) +
                                          " of these records are damaged: musubi audit verify");
    return {};
}

/// Published roots, certificates and authorities may be somebody else's: who verifies need not
/// believe this node's configuration.
Status verify(OperatorTools& tools, Options const& options) {
    auto archive = tools.archive();
    if (options.has("roots")) archive.evidence.published.emplace_back(options["roots"]);
    if (options.has("certificate")) archive.evidence.certificates = {options["certificate"]};
    if (options.has("tsa-authorities"))
        archive.evidence.stamp_authorities = options["tsa-authorities"];
    if (options.has("roots") && archive.evidence.certificates.empty())
        return Error(Code::kInvalidContent, "--roots needs --certificate");
    auto const result = TRY(atna::verify(archive));
    if (result.damage != atna::Damage::kNone) {
        return Error(Code::kConflict, std::string(to_string(result.damage)) + ": " + result.text);
    }
    std::printf("%lld records, all as they were written\n", static_cast<long long>(result.records));
    if (archive.evidence.certificates.empty()) {
        std::printf("no roots were looked at: no evidence key is configured\n");
        return {};
    }
    std::printf("%lld roots fit them, %lld with a time stamp; %lld records wait for their root\n",
                static_cast<long long>(result.roots), static_cast<long long>(result.stamped),
                static_cast<long long>(result.uncovered));
    return {};
}

using Verb = Status (*)(OperatorTools& tools, Options const& options);

Verb verb_of(std::string const& word) {
    if (word == "search") return search;
    if (word == "verify") return verify;
    if (word == "report") return audit_report;
    if (word == "review") return audit_review;
    if (word == "roots") return audit_roots_export;
    if (word == "prove") return audit_prove;
    if (word == "reconcile") return audit_reconcile;
    return nullptr;
}

std::vector<Option> const& option_table() {
    static std::vector<Option> const table = {
        {"config", "configuration file; check-proof needs none", ""},
        {"patient", "search, report: patient id, CX", ""},
        {"member", "search, report: member code", ""},
        {"period", "report: a month or a day of Japan, 2026-10 or 2026-10-05", ""},
        {"lang", "report: ja or en", "ja"},
        {"document", "search: unique id of a document or submission set", ""},
        {"user", "search: user id", ""},
        {"transaction", "search: ITI-18 ...", ""},
        {"outcome", "search: success, minor, serious or major", ""},
        {"since", "search: from this time on (UTC), or how long ago: 90m, 24h, 7d", ""},
        {"from", "search: as --since with a time", ""},
        {"to", "search: before this time (UTC)", ""},
        {"limit", "search: records at most, newest first", "100"},
        {"format", "search: table or json; report: table, html, csv or json", "table"},
        {"out", "report: file to write, with its signature beside it; prove: file to write", ""},
        {"all", "review list: what was signed off too", "", false, true},
        {"finding", "review sign-off: its number", ""},
        {"verdict", "review sign-off: justified or unjustified", ""},
        {"by", "review sign-off: who looked; default: your account", ""},
        {"roots", "verify, check-proof: folder of published roots", ""},
        {"certificate", "verify, check-proof: certificate of the evidence key (PEM)", ""},
        {"tsa-authorities", "verify, check-proof: whose time stamps are believed (PEM)", ""}};
    return table;
}

}  // namespace

int run_audit(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "audit",
            "search: what is in the audit trail. report --member M --period P: who saw what that "
            "member published; report --patient CX: who used the record. review: what the rules of "
            "the log review found. "
            "verify: that nothing in "
            "it was altered, "
            "removed or put elsewhere. roots export FOLDER: the signed roots, for who keeps them. "
            "prove NUMBER: one record, for who has only roots; check-proof FILE checks it "
            "anywhere. reconcile FOLDER: the journal of a node that stood in for this one comes "
            "into "
            "the trail, each record once. Each look is itself recorded.",
            option_table(), arguments, options,
            "search|verify|report|review list|review sign-off|roots export FOLDER|prove "
            "NUMBER|check-proof FILE|reconcile FOLDER")) {
        return *exit;
    }
    auto const& words = options.positional();
    if (!words.empty() && words[0] == "check-proof") {
        auto const done = audit_check_proof(options);
        return done ? 0 : failed(done.error());
    }
    Verb const verb = words.empty() ? nullptr : verb_of(words[0]);
    if (!verb || !options.has("config")) {
        std::fprintf(stderr,
                     "musubi audit: say search, verify, report, review, roots export, prove, "
                     "check-proof or reconcile, and --config FILE\n");
        return 2;
    }
    // These tell nothing of patients, and must be had at any time.
    bool const evidence = words[0] == "verify" || words[0] == "roots";
    auto tools =
        OperatorTools::open(options["config"], evidence ? OperatorTools::Touches::kNobody
                                                        : OperatorTools::Touches::kPatients);
    if (!tools) return failed(tools.error());
    auto const done = verb(**tools, options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
