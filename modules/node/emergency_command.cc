// musubi emergency: who broke the glass, whom that was announced to, and reviews of it; accounts in
// envelopes.

#include "node/command.h"
#include "node/emergency_accounts.h"
#include "policy/emergency.h"

#include <cstdio>

namespace musubi::node {
namespace {

void print(policy::EmergencyAccess const& one) {
    std::printf("%s  %s  %s at %s as %s  patient %s  reason %s  by %s  review by %s  %s%s\n",
                one.id.to_string().c_str(), to_rfc3339(one.opened_at).c_str(), one.person.c_str(),
                one.member.c_str(), one.role.c_str(), one.patient.c_str(), one.reason.c_str(),
                one.clause.c_str(), to_rfc3339(one.review_by).c_str(),
                !one.justified   ? "not reviewed"
                : *one.justified ? "justified, says "
                                 : "NOT justified, says ",
                one.reviewed_by.c_str());
}

Status list(OperatorTools& tools, Options const& options) {
    auto const which = options.has("all") ? policy::Reviewed::kAny : policy::Reviewed::kNo;
    auto const found = TRY(policy::emergency_accesses(*tools.services->pool, which));
    TRY(tools.record_look("emergency-list", ""));
    for (auto const& one : found) print(one);
    if (found.empty()) std::printf("none\n");
    return {};
}

Status close(OperatorTools& tools, Options const& options) {
    auto const id = Uuid::parse(options["access"]);
    if (!id) return Error(Code::kInvalidContent, "--access is no id as `review list` tells it");
    std::string const& verdict = options["verdict"];
    if (verdict != "justified" && verdict != "unjustified")
        return Error(Code::kInvalidContent, "--verdict must be justified or unjustified");
    TRY(policy::review(emergency_deps(tools), *id, verdict == "justified", operator_named(options),
                       system_clock().now()));
    std::printf("reviewed\n");
    return {};
}

Status notices(OperatorTools& tools, Options const& options) {
    auto const found = TRY(policy::notices(*tools.services->pool, options["member"], 0));
    TRY(tools.record_look("emergency-notices", ""));
    for (auto const& one : found) {
        std::printf("%lld  %s  to %s  %s  %s at %s  patient %s  reason %s  by %s\n",
                    static_cast<long long>(one.position), to_rfc3339(one.made_at).c_str(),
                    one.recipient.c_str(), std::string(to_string(one.kind)).c_str(),
                    one.person.c_str(), one.member.c_str(), one.patient.c_str(), one.reason.c_str(),
                    one.clause.c_str());
    }
    if (found.empty()) std::printf("none\n");
    return {};
}

constexpr char const* kVerbs =
    "review list|review close|notices|accounts|prepare|sign FILE|replace FILE|open|close";

std::vector<Option> table() {
    return {
        {"config", "configuration file (all but sign)", ""},
        {"all", "review list: the reviewed ones too", "", false, true},
        {"access", "review close: id of the access", ""},
        {"verdict", "review close: justified or unjustified", ""},
        {"by", "who looked, closed, or types; default: your account", ""},
        {"member", "notices: of this member only", ""},
        {"account", "prepare, open, close: code of the account in the agreement", ""},
        {"certificate", "prepare: of the account; sign: of the officer; PEM", ""},
        {"key", "sign: the officer's key, PEM", ""},
        {"as", "sign: code of the officer in the agreement", ""},
        {"seal", "prepare: number of the seal", ""},
        {"place", "prepare: where the envelope lies", ""},
        {"until", "prepare: last day of the seal, YYYY-MM-DD", ""},
        {"out", "prepare: the words to be signed, a new file", ""},
        {"code-file",
         "prepare: where the code is written; open: the code from the envelope, - for "
         "standard input",
         ""},
        {"person", "open: who holds the account from now on", ""},
        {"reason", "open: one of those that the agreement names", ""},
    };
}

Result<bool> run(std::string const& verb, std::string const& file, Options const& options) {
    auto tools = TRY(OperatorTools::open(options["config"], OperatorTools::Touches::kNobody));
    if (verb == "review list") {
        TRY(list(*tools, options));
    } else if (verb == "review close") {
        TRY(close(*tools, options));
    } else if (verb == "notices") {
        TRY(notices(*tools, options));
    } else if (verb == "accounts") {
        TRY(list_accounts(*tools));
    } else if (verb == "prepare") {
        TRY(prepare_seal(*tools, options));
    } else if (verb == "replace") {
        TRY(replace_account(*tools, options, file));
    } else if (verb == "open") {
        TRY(open_sealed(*tools, options));
    } else if (verb == "close") {
        TRY(close_sealed(*tools, options));
    } else {
        return false;
    }
    return true;
}

}  // namespace

int run_emergency(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "emergency",
            "Accesses that broke the glass. review list: those that nobody has looked at yet; "
            "review close: enters what somebody found; notices: what members were told. Emergency "
            "accounts in envelopes. accounts: their state; prepare: words and code for a new "
            "envelope; sign: by a keeper; replace: the envelope counts from now on; open: its seal "
            "is broken; close: before its time.",
            table(), arguments, options, kVerbs)) {
        return *exit;
    }
    auto words = options.positional();
    std::string file;
    if (words.size() == 2 && (words[0] == "sign" || words[0] == "replace")) {
        file = words[1];
        words.pop_back();
    }
    std::string verb;
    for (auto const& word : words) verb += (verb.empty() ? "" : " ") + word;
    if (verb == "sign" && !file.empty()) return sign_statement_file(file, options);
    if (!options.has("config") || (verb == "replace" && file.empty())) {
        std::fprintf(stderr, "musubi emergency: say --config and one of %s\n", kVerbs);
        return 2;
    }
    auto const done = run(verb, file, options);
    if (!done) return failed(done.error());
    if (*done) return 0;
    std::fprintf(stderr, "musubi emergency: say one of %s\n", kVerbs);
    return 2;
}

}  // namespace musubi::node
