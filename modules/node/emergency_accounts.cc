#include "node/emergency_accounts.h"

#include "platform/vault/durable_file.h"
#include "policy/agreement_file.h"
#include "policy/sealed_accounts.h"

#include <cstdio>
#include <iostream>

namespace musubi::node {
namespace {

constexpr std::size_t kMaxCode = 256;

std::string day_of(WallTime time) { return to_rfc3339(time).substr(0, 10); }

/// Of a file, or of standard input ("-"): codes have no place among arguments, which others see.
Result<std::string> code_of(std::string const& file) {
    if (file == "-") {
        std::string line;
        std::getline(std::cin, line);
        return line.substr(0, kMaxCode);
    }
    auto const bytes = TRY(vault::read_small_file(file, kMaxCode));
    return std::string(as_text(bytes));
}

Status need(Options const& options, std::initializer_list<char const*> names) {
    for (char const* name : names) {
        if (!options.has(name))
            return Error(Code::kInvalidContent, std::string("--") + name + " is missing");
    }
    return {};
}

}  // namespace

Status list_accounts(OperatorTools& tools) {
    auto const agreement = TRY(agreement_of(tools));
    auto const all =
        TRY(policy::sealed_accounts(*tools.services->pool, *agreement, system_clock().now()));
    TRY(tools.record_look("emergency-accounts", ""));
    for (auto const& one : all) {
        std::printf("%s  %s  of %s as %s  by %s", one.terms->code.c_str(),
                    std::string(to_string(one.state)).c_str(), one.terms->member.c_str(),
                    one.terms->role.c_str(), one.terms->clause.c_str());
        if (!one.seal.empty())
            std::printf("  seal %s in %s, sealed by %s, good until %s", one.seal.c_str(),
                        one.place.c_str(), one.keeper.c_str(), day_of(one.until).c_str());
        if (!one.person.empty())
            std::printf("  opened %s for %s, reason %s, until %s",
                        to_rfc3339(one.opened_at).c_str(), one.person.c_str(), one.reason.c_str(),
                        to_rfc3339(one.ends_at).c_str());
        std::printf("\n");
    }
    if (all.empty()) std::printf("the agreement names none\n");
    return {};
}

Status prepare_seal(OperatorTools& tools, Options const& options) {
    TRY(need(options, {"account", "certificate", "seal", "place", "until", "out", "code-file"}));
    auto const agreement = TRY(agreement_of(tools));
    auto const until = policy::japanese_day(options["until"]);
    if (!until) return Error(Code::kInvalidContent, "--until must be a day, YYYY-MM-DD");
    policy::SealDraft draft;
    draft.account = options["account"];
    draft.certificate_file = options["certificate"];
    draft.seal = options["seal"];
    draft.place = options["place"];
    draft.until = *until + std::chrono::hours(24);
    auto const seal =
        TRY(policy::draft_seal(*agreement, draft, system_ids(), system_clock().now()));
    TRY(write_new_file(options["out"], seal.words));
    TRY(write_new_file(options["code-file"], seal.code + "\n"));
    std::printf(
        "%s is to be signed by a keeper; certificate, key and the code in %s go into the "
        "envelope, and nothing of them stays here\n",
        options["out"].c_str(), options["code-file"].c_str());
    return {};
}

Status replace_account(OperatorTools& tools, Options const& options, std::string const& file) {
    auto const agreement = TRY(agreement_of(tools));
    auto const statement =
        TRY(policy::statement_of_file(file, policy::StatementKind::kSeal, *agreement));
    TRY(policy::seal_account(emergency_deps(tools), *agreement, statement, operator_named(options),
                             system_clock().now()));
    std::printf("%s is sealed\n", statement.word("account").c_str());
    return {};
}

Status open_sealed(OperatorTools& tools, Options const& options) {
    TRY(need(options, {"account", "code-file", "person", "reason"}));
    auto const agreement = TRY(agreement_of(tools));
    policy::SealBreaking breaking;
    breaking.account = options["account"];
    breaking.code = TRY(code_of(options["code-file"]));
    breaking.person = options["person"];
    breaking.reason = options["reason"];
    breaking.by = operator_named(options);
    auto const open = TRY(
        policy::open_account(emergency_deps(tools), *agreement, breaking, system_clock().now()));
    std::printf("%s is open for %s until %s; all members are told, and it must be replaced\n",
                breaking.account.c_str(), open.person.c_str(), to_rfc3339(open.ends_at).c_str());
    return {};
}

Status close_sealed(OperatorTools& tools, Options const& options) {
    TRY(need(options, {"account"}));
    auto const agreement = TRY(agreement_of(tools));
    TRY(policy::close_account(emergency_deps(tools), *agreement, options["account"],
                              operator_named(options), system_clock().now()));
    std::printf("%s is closed and must be replaced\n", options["account"].c_str());
    return {};
}

}  // namespace musubi::node
