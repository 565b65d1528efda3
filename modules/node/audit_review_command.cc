// musubi audit review list | sign-off

#include "atna/findings.h"
#include "atna/report_facts.h"
#include "node/audit_verbs.h"
#include "policy/emergency.h"

#include <charconv>
#include <cstdio>

namespace musubi::node {
namespace {

/// Who it was stands in the records; the finding itself has only the token.
std::string user_of_record(OperatorTools& tools, atna::AuditFinding const& finding) {
    if (finding.user_token.empty()) return "-";
    auto const record = atna::record_at(tools.archive(), finding.first_seq);
    return record ? atna::user_of(record->event) : "?";
}

void print(OperatorTools& tools, atna::AuditFinding const& one) {
    std::printf(
        "%lld  %-8s %s to %s  %s  user %s  patient %s  %lld records, %lld patients "
        "(records %lld to %lld)  sign off by %s  %s%s\n",
        static_cast<long long>(one.id), one.rule.c_str(), atna::japan_time(one.begins).c_str(),
        atna::japan_time(one.ends).c_str(), one.member.c_str(), user_of_record(tools, one).c_str(),
        one.patient.empty() ? "-" : one.patient.c_str(), static_cast<long long>(one.records),
        static_cast<long long>(one.patients), static_cast<long long>(one.first_seq),
        static_cast<long long>(one.last_seq), atna::japan_time(one.review_by).c_str(),
        !one.justified   ? "open"
        : *one.justified ? "justified, says "
                         : "NOT justified, says ",
        one.reviewed_by.c_str());
}

Status list(OperatorTools& tools, Options const& options) {
    auto const which = options.has("all") ? atna::SignedOff::kAny : atna::SignedOff::kNo;
    TRY(tools.record_log_used("audit review list"));
    auto const found = TRY(atna::audit_findings(*tools.services->pool, which));
    for (auto const& one : found) print(tools, one);
    auto const glass =
        TRY(policy::emergency_accesses(*tools.services->pool, policy::Reviewed::kNo));
    for (auto const& one : glass) {
        std::printf("emergency access %s of %s, review by %s: musubi emergency review\n",
                    one.id.to_string().c_str(), one.member.c_str(),
                    atna::japan_time(one.review_by).c_str());
    }
    if (found.empty() && glass.empty()) std::printf("none\n");
    return {};
}

Status sign_off(OperatorTools& tools, Options const& options) {
    atna::SignOff word;
    auto const& text = options["finding"];
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), word.finding);
    if (error != std::errc() || end != text.data() + text.size())
        return Error(Code::kInvalidContent, "--finding: a number that `review list` tells");
    auto const& verdict = options["verdict"];
    if (verdict != "justified" && verdict != "unjustified")
        return Error(Code::kInvalidContent, "--verdict must be justified or unjustified");
    word.justified = verdict == "justified";
    word.reviewer = options.has("by") ? options["by"] : account();
    auto const now = system_clock().now();
    auto record = atna::log_used(word.reviewer, tools.config().text("node.region"),
                                 "audit review sign-off " + text + " " + verdict,
                                 tools.config().text("node.audit_source_id"), now);
    record.transaction = "audit-review";
    TRY(atna::sign_off(*tools.services->pool, *tools.audit, word, std::move(record), now));
    std::printf("signed off\n");
    return {};
}

}  // namespace

Status audit_review(OperatorTools& tools, Options const& options) {
    auto const& words = options.positional();
    if (words.size() == 2 && words[1] == "list") return list(tools, options);
    if (words.size() == 2 && words[1] == "sign-off") return sign_off(tools, options);
    return Error(Code::kInvalidContent, "say review list or review sign-off");
}

}  // namespace musubi::node
