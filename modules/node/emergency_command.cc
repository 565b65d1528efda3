// musubi emergency: who broke the glass, whom that was announced to, and reviews of it.

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
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
    policy::EmergencyDeps const deps{*tools.services->pool, *tools.audit, system_ids(),
                                     tools.config().text("node.audit_source_id")};
    TRY(policy::review(deps, *id, verdict == "justified",
                       options.has("by") ? options["by"] : account(), system_clock().now()));
    std::printf("reviewed\n");
    return {};
}

Status notices(OperatorTools& tools, Options const& options) {
    auto const found = TRY(policy::notices(*tools.services->pool, options["member"], 0));
    TRY(tools.record_look("emergency-notices", ""));
    for (auto const& one : found) {
        std::printf("%lld  %s  to %s  %s  %s at %s  patient %s  reason %s  by %s\n",
                    static_cast<long long>(one.position), to_rfc3339(one.made_at).c_str(),
                    one.recipient.c_str(), one.emergency ? "emergency" : "use", one.person.c_str(),
                    one.member.c_str(), one.patient.c_str(), one.reason.c_str(),
                    one.clause.c_str());
    }
    if (found.empty()) std::printf("none\n");
    return {};
}

}  // namespace

int run_emergency(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "emergency",
            "Accesses that broke the glass. review list: those that nobody has looked at yet; "
            "review close: enters what somebody found; notices: what members were told.",
            {{"config", "configuration file", "", true},
             {"all", "review list: the reviewed ones too", "", false, true},
             {"access", "review close: id of the access", ""},
             {"verdict", "review close: justified or unjustified", ""},
             {"by", "review close: who looked; default: your account", ""},
             {"member", "notices: of this member only", ""}},
            arguments, options, "review list|review close|notices")) {
        return *exit;
    }
    std::string words;
    for (auto const& word : options.positional()) words += (words.empty() ? "" : " ") + word;
    if (words != "review list" && words != "review close" && words != "notices") {
        std::fprintf(stderr, "musubi emergency: say review list, review close or notices\n");
        return 2;
    }
    auto tools = OperatorTools::open(options["config"]);
    if (!tools) return failed(tools.error());
    auto const done = words == "review list"    ? list(**tools, options)
                      : words == "review close" ? close(**tools, options)
                                                : notices(**tools, options);
    return done ? 0 : failed(done.error());
}

}  // namespace musubi::node
