// musubi audit search|verify|report

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"

#include <charconv>
#include <cstdio>
#include <ctime>

namespace musubi::node {
namespace {

/// RFC 3339, or a date alone (midnight UTC).
Result<std::optional<WallTime>> read_time(std::string const& text, char const* option) {
    if (text.empty()) return std::optional<WallTime>();
    std::tm fields{};
    char const* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &fields);
    if (!end) end = strptime(text.c_str(), "%Y-%m-%d", &fields);
    if (!end || *end != '\0') {
        return Error(Code::kInvalidContent,
                     std::string("--") + option + ": expected 2026-11-21 or 2026-11-21T02:25:00Z");
    }
    return std::optional(WallTime(std::chrono::seconds(timegm(&fields))));
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
                record.event.outcome == domain::AuditOutcome::kSuccess ? "ok" : "FAIL",
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
    query.from = TRY(read_time(options["from"], "from"));
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
    return {};
}

Status verify(OperatorTools& tools) {
    auto const result = TRY(atna::verify(tools.archive()));
    if (result.damage == atna::Damage::kNone) {
        std::printf("%ld records, all as they were written\n", static_cast<long>(result.records));
        return {};
    }
    return Error(Code::kConflict, "record " + std::to_string(result.seq) + " " +
                                      std::string(to_string(result.damage)) + ": " + result.text);
}

Status report(OperatorTools& tools, Options const& options) {
    if (!options.has("patient")) return Error(Code::kInvalidContent, "report needs --patient");
    std::string const patient = TRY(tools.regional_id(options["patient"]));
    TRY(tools.record_log_used("audit report"));
    auto const result = TRY(atna::report(tools.archive(), patient));
    std::fputs((options["format"] == "csv" ? result.csv : result.text).c_str(), stdout);
    return {};
}

}  // namespace

int run_audit(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit =
            Options::parse("audit",
                           "Searches the audit trail, verifies that nothing in it was altered, or "
                           "reports who saw a patient's "
                           "record. Each look is itself recorded.",
                           {{"config", "configuration file", "", true},
                            {"patient", "patient id, CX", ""},
                            {"member", "member code", ""},
                            {"document", "unique id of a document or submission set", ""},
                            {"user", "user id", ""},
                            {"transaction", "ITI-18 ...", ""},
                            {"outcome", "success, minor, serious or major", ""},
                            {"from", "from this time on (UTC)", ""},
                            {"to", "before this time (UTC)", ""},
                            {"limit", "records at most, newest first", "100"},
                            {"format", "table or json (search), text or csv (report)", "table"}},
                           arguments, options, "search|verify|report")) {
        return *exit;
    }
    auto const& verbs = options.positional();
    if (verbs.size() != 1 ||
        (verbs[0] != "search" && verbs[0] != "verify" && verbs[0] != "report")) {
        std::fprintf(stderr, "musubi audit: say search, verify or report\n");
        return 2;
    }
    auto tools = OperatorTools::open(options["config"]);
    if (!tools) return failed(tools.error());
    Status const done = verbs[0] == "search"   ? search(**tools, options)
                        : verbs[0] == "verify" ? verify(**tools)
                                               : report(**tools, options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
