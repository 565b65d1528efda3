// musubi policy: the regional agreement as a file: its one byte form, hash, signatures.

#include "node/command.h"
#include "node/options.h"
#include "platform/base/clock.h"
#include "policy/agreement.h"
#include "policy/agreement_texts.h"
#include "policy/canonical.h"
#include "policy/lint.h"
#include "policy/signatures.h"

#include <cstdio>

namespace musubi::node {
namespace {

int canonical(std::string const& file) {
    auto const text = policy::canonical_of_file(file);
    if (!text) return failed(text.error());
    std::fwrite(text->data(), 1, text->size(), stdout);
    return 0;
}

int hash(std::string const& file) {
    auto const text = policy::canonical_of_file(file);
    if (!text) return failed(text.error());
    std::printf("%s\n", policy::agreement_hash(*text).c_str());
    return 0;
}

int sign(std::string const& file, Options const& options) {
    for (char const* name : {"as", "certificate", "key"}) {
        if (options.has(name)) continue;
        std::fprintf(stderr, "musubi policy sign: --%s is missing\n", name);
        return 2;
    }
    auto const done =
        policy::sign_agreement(file, options["as"], options["certificate"], options["key"]);
    return done ? 0 : failed(done.error());
}

/// Against the version before (--previous) or the pinned signers (--signers), without a database.
Status verify_file(std::string const& file, Options const& options) {
    auto const agreement = TRY(policy::load_agreement(file));
    policy::Signers before;
    if (options.has("previous")) {
        auto const previous = TRY(policy::canonical_of_file(options["previous"]));
        if (policy::agreement_hash(previous) != agreement->previous) {
            return Error(Code::kConflict,
                         file + ": 'previous' is not the hash of " + options["previous"]);
        }
        before = TRY(policy::signers_of_canonical(previous));
    } else if (options.has("signers")) {
        before = TRY(policy::load_pinned_signers(options["signers"]));
    } else {
        return Error(Code::kInvalidContent, "say --signers or --previous");
    }
    auto const faults = policy::signature_faults(
        agreement->canonical, before, TRY(policy::signers_of_canonical(agreement->canonical)),
        TRY(policy::read_signatures(file)), system_clock().now());
    if (faults.empty()) return {};
    std::string all;
    for (auto const& fault : faults) all += (all.empty() ? "" : "\n") + fault;
    return Error(Code::kInvalidContent, all);
}

int verify(std::string const& file, Options const& options) {
    auto const done = verify_file(file, options);
    if (!done) return failed(done.error());
    std::printf("signed by all who must\n");
    return 0;
}

/// 0: nothing but notes; 1: errors; 3: warnings at most.
int lint_status(std::vector<policy::LintFinding> const& findings) {
    int status = 0;
    for (auto const& one : findings) {
        if (one.severity == policy::LintSeverity::kError) return 1;
        if (one.severity == policy::LintSeverity::kWarning) status = 3;
    }
    return status;
}

int lint(std::string const& file, Options const& options) {
    auto const agreement = policy::load_agreement(file);
    if (!agreement) return failed(agreement.error());
    auto const signatures = policy::read_signatures(file);
    if (!signatures) return failed(signatures.error());
    auto const now = system_clock().now();
    auto findings = policy::lint(**agreement, now);
    auto const unsigned_yet = policy::lint_signatures(**agreement, *signatures, now);
    findings.insert(findings.begin(), unsigned_yet.begin(), unsigned_yet.end());
    auto const text = options["format"] == "json" ? policy::lint_json(findings)
                                                  : policy::lint_text(**agreement, findings);
    std::fputs(text.c_str(), stdout);
    return lint_status(findings);
}

int show(std::string const& file, std::string const& what, Options const& options) {
    auto const agreement = policy::load_agreement(file);
    if (!agreement) return failed(agreement.error());
    if (what == "show") {
        std::fputs((policy::overview(**agreement) + policy::data_flows(**agreement)).c_str(),
                   stdout);
        return 0;
    }
    auto const text = policy::notice(
        **agreement,
        options["lang"] == "en" ? policy::Language::kEnglish : policy::Language::kJapanese,
        options["as"]);
    if (!text) return failed(text.error());
    std::fputs(text->c_str(), stdout);
    return 0;
}

}  // namespace

int run_policy(std::vector<std::string> const& arguments) {
    if (!arguments.empty() && arguments.front() == "explain") return run_policy_explain(arguments);
    if (!arguments.empty() && arguments.front() == "simulate")
        return run_policy_simulate(arguments);
    if (!arguments.empty() && arguments.front() == "controls")
        return run_policy_controls(arguments);
    Options options;
    if (auto exit = Options::parse(
            "policy",
            "The regional agreement. canonical: the byte form that is hashed and signed (RFC "
            "8785); "
            "hash: its digest; sign: puts a member's signature beside the file; verify: whether "
            "all "
            "have signed who must; lint: what is wrong or missing (exit status 1: errors, 3: "
            "warnings); show: members, matrix, responsibility, data flows; notice: the text for "
            "patients. With a --help of their own: explain, simulate, controls.",
            {{"as", "sign: member code; notice: whose desk is named", ""},
             {"certificate", "sign: the member's signing certificate, PEM", ""},
             {"key", "sign: its key, PEM", ""},
             {"signers", "verify: the pinned signers of the first version", ""},
             {"previous", "verify: the file of the version before", ""},
             {"format", "lint: text or json", "text"},
             {"lang", "notice: ja or en", "ja"}},
            arguments, options, "canonical|hash|sign|verify|lint|show|notice FILE")) {
        return *exit;
    }
    auto const& words = options.positional();
    if (words.size() != 2) {
        std::fprintf(stderr, "musubi policy: say what to do, and the file\n");
        return 2;
    }
    if (words[0] == "canonical") return canonical(words[1]);
    if (words[0] == "hash") return hash(words[1]);
    if (words[0] == "sign") return sign(words[1], options);
    if (words[0] == "verify") return verify(words[1], options);
    if (words[0] == "lint") return lint(words[1], options);
    if (words[0] == "show" || words[0] == "notice") return show(words[1], words[0], options);
    std::fprintf(stderr,
                 "musubi policy: say canonical, hash, sign, verify, lint, show or notice\n");
    return 2;
}

}  // namespace musubi::node
