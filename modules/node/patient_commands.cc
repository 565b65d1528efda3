// musubi patient review list|show|link|separate|undo, and explain: what operators see and decide
// about pairs of records.

#include "mpi/review.h"
#include "mpi/temporary.h"
#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"

#include <charconv>
#include <cstdio>

namespace musubi::node {
namespace {

char const* word(mpi::EdgeState state) {
    switch (state) {
        case mpi::EdgeState::kNone: return "not linked";
        case mpi::EdgeState::kAuto: return "linked by matching";
        case mpi::EdgeState::kConfirmed: return "linked by decision";
        case mpi::EdgeState::kRejected: return "separate by decision";
        case mpi::EdgeState::kReview: return "waits for a decision";
    }
    return "";
}

Status list(OperatorTools& tools, Options const& options) {
    std::string const& text = options["limit"];
    int limit = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit < 1 || limit > 1'000)
        return Error(Code::kInvalidContent, "--limit: 1 to 1000");
    TRY(tools.record_look("patient-review-list", ""));
    auto const queue = TRY(mpi::Review(*tools.patients).list(limit));
    for (mpi::ReviewItem const& item : queue) {
        std::printf("%6.1f  %s  %s%s%s\n", item.score, item.a.id.to_cx().c_str(),
                    item.b.id.to_cx().c_str(),
                    item.held.empty() ? "" : "  held: ", item.held.c_str());
    }
    if (queue.empty()) std::printf("nothing waits for a decision\n");
    return {};
}

/// Each temporary id and what became of it; the last line is what somebody signs off.
Result<std::int64_t> temporary(OperatorTools& tools) {
    TRY(tools.record_look("patient-review-temporary", ""));
    std::int64_t open = 0, merged = 0, linked = 0, corrected = 0;
    for (mpi::RecordKey after = 0;;) {
        auto const page = TRY(mpi::temporary_records(*tools.patients, after));
        for (mpi::TemporaryRecord const& one : page.records) {
            std::string became = "still temporary";
            if (one.status == mpi::RecordStatus::kSubsumed) {
                ++merged;
                became = "merged into " + one.merged_into.id.to_cx();
            } else if (one.status == mpi::RecordStatus::kInactive) {
                ++corrected;
                became = "corrected to another id";
            } else if (one.linked) {
                ++linked;
                became = "linked by decision";
            } else {
                ++open;
            }
            std::printf("%s  %s  %s\n", one.id.id.to_cx().c_str(), one.patient.c_str(),
                        became.c_str());
        }
        if (page.records.empty()) break;
        after = page.last;
    }
    std::printf("%lld temporary ids: %lld merged, %lld linked, %lld corrected, %lld open\n",
                static_cast<long long>(open + merged + linked + corrected),
                static_cast<long long>(merged), static_cast<long long>(linked),
                static_cast<long long>(corrected), static_cast<long long>(open));
    return open;
}

Status show(OperatorTools& tools, domain::PatientId const& a, domain::PatientId const& b) {
    auto const pair = TRY(mpi::Review(*tools.patients).show(a, b));
    TRY(tools.record_look("patient-review-show", pair.patient_a));
    TRY(tools.record_look("patient-review-show", pair.patient_b));
    std::printf("%s: %s%s%s\n", word(pair.state), pair.patient_a.c_str(), " and ",
                pair.patient_b.c_str());
    if (!pair.held.empty()) std::printf("held back by the rule: %s\n", pair.held.c_str());
    if (!pair.evidence) return {};
    for (mpi::match::Comparison const& c : pair.evidence->comparisons) {
        std::printf("  %-10.*s %-28.*s %+6.1f\n", static_cast<int>(c.name.size()), c.name.data(),
                    static_cast<int>(c.level.size()), c.level.data(), c.bits);
    }
    for (std::string_view const guard : pair.evidence->guards)
        std::printf("  guard: %.*s\n", static_cast<int>(guard.size()), guard.data());
    std::printf("  score %.1f\n", pair.evidence->score);
    return {};
}

/// The audit record commits with the decision, or neither does.
Status decide(OperatorTools& tools, std::string const& verb, domain::PatientId const& a,
              domain::PatientId const& b) {
    mpi::Review review(*tools.patients);
    auto const decided = TRY(tools.services->pool->run([&](pg::Tx& tx) -> Result<mpi::Decided> {
        mpi::Decided const done =
            verb == "undo"
                ? TRY(review.undo(tx, a, b, account()))
                : TRY(review.decide(
                      tx, verb == "link" ? mpi::Decision::kLink : mpi::Decision::kSeparate, a, b,
                      account()));
        domain::AuditEvent event = tools.patient_event("patient-review-" + verb, done.patient);
        event.action = 'U';
        TRY(tools.audit->record_in(tx, {std::move(event)}));
        return done;
    }));
    if (decided.waits_for_second) {
        std::printf("noted; a second operator must say the same\n");
    } else {
        std::printf("done; the first record belongs to %s\n", decided.patient.c_str());
    }
    return {};
}

}  // namespace

int run_patient_review(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "patient review",
            "Pairs of records that may be one person: lists those that wait, shows the evidence, "
            "links or separates two, or takes the newest decision back. temporary: every id of a "
            "temporary domain and what became of it; exit status 3 while one is open. Each look is "
            "recorded.",
            {{"config", "configuration file", "", true},
             {"a", "an id that was fed, CX: id^^^&oid&ISO", ""},
             {"b", "the other id", ""},
             {"limit", "pairs at most, strongest first", "50"}},
            {arguments.begin() + 1, arguments.end()}, options,
            "list|temporary|show|link|separate|undo")) {
        return *exit;
    }
    auto const& verbs = options.positional();
    std::string const verb = verbs.size() == 1 ? verbs[0] : "";
    bool const pair = verb == "show" || verb == "link" || verb == "separate" || verb == "undo";
    if (!pair && verb != "list" && verb != "temporary") {
        std::fprintf(stderr,
                     "musubi patient review: say list, temporary, show, link, separate or undo\n");
        return 2;
    }
    if (pair && (!options.has("a") || !options.has("b"))) {
        std::fprintf(stderr, "musubi patient review %s: needs --a and --b\n", verb.c_str());
        return 2;
    }
    auto tools = OperatorTools::open_with_modules(options["config"]);
    if (!tools) return failed(tools.error());
    if (verb == "temporary") {
        auto const open = temporary(**tools);
        return open ? (*open > 0 ? 3 : 0) : failed(open.error());
    }
    if (!pair) {
        auto const done = list(**tools, options);
        return done ? 0 : failed(done.error());
    }
    auto const a = domain::PatientId::parse(options["a"]),
               b = domain::PatientId::parse(options["b"]);
    if (!a) return failed(a.error());
    if (!b) return failed(b.error());
    Status const done = verb == "show" ? show(**tools, *a, *b) : decide(**tools, verb, *a, *b);
    return done ? 0 : failed(done.error());
}

int run_patient_explain(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "patient explain",
            "Compares two records by the weights in force: each comparison, the level it reached "
            "and what that is worth in bits. Names and dates are not shown. The look is recorded.",
            {{"config", "configuration file", "", true}}, {arguments.begin() + 1, arguments.end()},
            options, "ID ID")) {
        return *exit;
    }
    if (options.positional().size() != 2) {
        std::fprintf(stderr, "musubi patient explain: name two ids, CX: id^^^&oid&ISO\n");
        return 2;
    }
    auto tools = OperatorTools::open_with_modules(options["config"]);
    if (!tools) return failed(tools.error());
    auto const a = domain::PatientId::parse(options.positional()[0]),
               b = domain::PatientId::parse(options.positional()[1]);
    if (!a) return failed(a.error());
    if (!b) return failed(b.error());
    Status const done = show(**tools, *a, *b);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
