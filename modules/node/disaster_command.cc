// musubi disaster: what officers declare, end and look back on.

#include "node/command.h"
#include "node/statement_files.h"
#include "policy/disaster.h"

#include <charconv>
#include <cstdio>

namespace musubi::node {
namespace {

constexpr char const* kVerbs = "prepare|prepare-end|sign FILE|declare FILE|end FILE|list|review";

std::string joined(std::set<std::string> const& words, char const* none) {
    std::string out;
    for (auto const& word : words) out += (out.empty() ? "" : ",") + word;
    return out.empty() ? none : out;
}

Status list(OperatorTools& tools) {
    auto const agreement = TRY(agreement_of(tools));
    auto const now = system_clock().now();
    auto const all = TRY(policy::disasters(*tools.services->pool, *agreement, now));
    TRY(tools.record_look("disaster-list", ""));
    for (auto const& one : all) {
        std::printf("%s  %s  %s  from %s until %s  members %s  roles %s  signed by %s  ",
                    one.id.to_string().c_str(), one.in_force(now) ? "IN FORCE" : "over",
                    one.kind.c_str(), to_rfc3339(one.begins).c_str(), to_rfc3339(one.ends).c_str(),
                    joined(one.members, "all").c_str(), joined(one.roles, "all").c_str(),
                    joined(one.officers, "nobody").c_str());
        if (!one.modes.empty()) std::printf("%s  ", joined(one.modes, "").c_str());
        if (one.reviewed_by.empty()) {
            std::printf("review by %s\n", to_rfc3339(one.review_by).c_str());
        } else {
            std::printf("reviewed by %s: %s\n", one.reviewed_by.c_str(), one.findings.c_str());
        }
    }
    if (all.empty()) std::printf("none\n");
    return {};
}

Status prepare(OperatorTools& tools, Options const& options) {
    auto const agreement = TRY(agreement_of(tools));
    policy::DisasterDraft draft;
    draft.kind = options["kind"];
    draft.text = options["text"];
    std::string const& hours = options["hours"];
    auto const [end, error] =
        std::from_chars(hours.data(), hours.data() + hours.size(), draft.hours);
    if (error != std::errc() || end != hours.data() + hours.size())
        return Error(Code::kInvalidContent, "--hours must be a number");
    draft.members = words_of(options["members"]);
    draft.roles = words_of(options["roles"]);
    draft.modes = words_of(options["modes"]);
    auto const words =
        TRY(policy::draft_disaster(*agreement, draft, system_ids(), system_clock().now()));
    TRY(write_new_file(options["out"], words));
    std::printf("%s is to be signed by %d of the officers\n", options["out"].c_str(),
                agreement->emergency.disaster.quorum);
    return {};
}

Result<Uuid> declaration_of(Options const& options) {
    auto id = Uuid::parse(options["declaration"]);
    if (!id) return Error(Code::kInvalidContent, "--declaration is no id as `list` tells it");
    return id;
}

Status prepare_end(OperatorTools& tools, Options const& options) {
    auto const agreement = TRY(agreement_of(tools));
    auto const words = TRY(policy::draft_disaster_end(*agreement, TRY(declaration_of(options)),
                                                      options["text"], system_ids()));
    TRY(write_new_file(options["out"], words));
    std::printf("%s is to be signed by %d of the officers\n", options["out"].c_str(),
                agreement->emergency.disaster.quorum_to_end);
    return {};
}

Status declare(OperatorTools& tools, Options const& options, std::string const& file) {
    auto const agreement = TRY(agreement_of(tools));
    auto const statement =
        TRY(policy::statement_of_file(file, policy::StatementKind::kDisaster, *agreement));
    auto const declared = TRY(policy::declare_disaster(
        emergency_deps(tools), *agreement, statement, operator_named(options), system_clock().now(),
        options.has("after-stand-in") ? policy::Declared::kAtStandIn : policy::Declared::kNow));
    std::printf("%s  declared until %s; all members are told\n", declared.id.to_string().c_str(),
                to_rfc3339(declared.ends).c_str());
    return {};
}

Status end(OperatorTools& tools, Options const& options, std::string const& file) {
    auto const agreement = TRY(agreement_of(tools));
    auto const statement =
        TRY(policy::statement_of_file(file, policy::StatementKind::kDisasterEnd, *agreement));
    TRY(policy::end_disaster(emergency_deps(tools), *agreement, statement, operator_named(options),
                             system_clock().now()));
    std::printf("ended; all members are told\n");
    return {};
}

Status review(OperatorTools& tools, Options const& options) {
    if (!options.has("findings")) return Error(Code::kInvalidContent, "--findings is missing");
    auto const agreement = TRY(agreement_of(tools));
    TRY(policy::review_disaster(emergency_deps(tools), *agreement, TRY(declaration_of(options)),
                                options["findings"], operator_named(options),
                                system_clock().now()));
    std::printf("reviewed\n");
    return {};
}

Result<bool> run(std::string const& verb, std::string const& file, Options const& options) {
    auto tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    if (verb == "list") {
        TRY(list(*tools));
    } else if (verb == "prepare") {
        TRY(prepare(*tools, options));
    } else if (verb == "prepare-end") {
        TRY(prepare_end(*tools, options));
    } else if (verb == "declare" && !file.empty()) {
        TRY(declare(*tools, options, file));
    } else if (verb == "end" && !file.empty()) {
        TRY(end(*tools, options, file));
    } else if (verb == "review") {
        TRY(review(*tools, options));
    } else {
        return false;
    }
    return true;
}

}  // namespace

int run_disaster(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "disaster",
            "Declarations of a disaster, as the agreement provides for them. prepare, prepare-end: "
            "the words; sign: by an officer; declare, end: puts what enough officers signed into "
            "force; list: all of them; review: what was found afterwards.",
            {{"config", "configuration file (all but sign)", ""},
             {"kind", "prepare: one of those that the agreement names", ""},
             {"text", "prepare, prepare-end: in your own words", ""},
             {"hours", "prepare: from now on", ""},
             {"members", "prepare: only these see more, a,b; default: all that may", ""},
             {"roles", "prepare: only these see more, a,b; default: all that may", ""},
             {"modes", "prepare: gateways-off", ""},
             {"out", "prepare, prepare-end: the words to be signed, a new file", ""},
             {"as", "sign: code of the officer in the agreement", ""},
             {"certificate", "sign: the officer's certificate, PEM", ""},
             {"key", "sign: its key, PEM", ""},
             {"declaration", "prepare-end, review: id of the declaration", ""},
             {"findings", "review: what was found", ""},
             {"after-stand-in", "declare: it was in force at a stand-in, and may be over", "",
              false, true},
             {"by", "who enters it; default: your account", ""}},
            arguments, options, kVerbs)) {
        return *exit;
    }
    auto const& words = options.positional();
    std::string const verb = words.empty() ? "" : words[0];
    std::string const file = words.size() == 2 ? words[1] : "";
    if (verb == "sign" && !file.empty()) return sign_statement_file(file, options);
    if (options.has("config") && !words.empty() && words.size() <= 2) {
        auto const done = run(verb, file, options);
        if (!done) return failed(done.error());
        if (*done) return 0;
    }
    std::fprintf(stderr, "musubi disaster: say --config and one of %s\n", kVerbs);
    return 2;
}

}  // namespace musubi::node
