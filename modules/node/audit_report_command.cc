// musubi audit report

#include "atna/report_writers.h"
#include "node/audit_verbs.h"
#include "node/linked_modules.h"
#include "node/statement_files.h"
#include "platform/base/digest.h"
#include "platform/vault/cms.h"
#include "platform/vault/durable_file.h"
#include "policy/agreement.h"
#include "policy/module.h"
#include "repository/store.h"

#include <algorithm>
#include <cstdio>

namespace musubi::node {
namespace {

/// The repository knows whose each of its documents is.
atna::OwnerLookup owners_in(OperatorTools& tools) {
    return [&tools](
               std::vector<std::string> const& ids) -> Result<std::map<std::string, std::string>> {
        std::map<std::string, std::string> out;
        if (ids.empty()) return out;
        for (auto const& row : TRY(repository::find(*tools.services->pool, ids)))
            out.emplace(row.unique_id, row.label.owner);
        return out;
    };
}

Result<std::string> written(atna::Report const& report, Options const& options) {
    auto const language = TRY(read_language(options["lang"]));
    auto const& format = options["format"];
    if (format == "html") return report_html(report, language);
    if (format == "csv") return report_csv(report, language);
    if (format == "json") return report_json(report);
    if (format == "table") return report_table(report);
    return Error(Code::kInvalidContent, "--format: table, html, csv or json");
}

Result<atna::Report> facts(OperatorTools& tools, Options const& options,
                           std::map<std::string, std::string> const& names) {
    auto const period = TRY(atna::read_period(options["period"]));
    auto const now = system_clock().now();
    if (options.has("patient")) {
        std::string const patient = TRY(tools.regional_id(options["patient"]));
        TRY(tools.record_log_used("audit report"));
        return atna::patient_report(tools.archive(), {patient}, period, now);
    }
    auto const& member = options["member"];
    if (!names.contains(member))
        return Error(Code::kInvalidContent, "--member: the agreement knows no such member");
    if (period.words.empty()) return Error(Code::kInvalidContent, "--member needs --period");
    auto const modules = TRY(enabled_modules(tools.config()));
    if (std::none_of(modules.begin(), modules.end(),
                     [](auto const* module) { return module->name == "repository"; })) {
        return Error(Code::kUnsupported, "this node keeps no documents: ask its repository");
    }
    TRY(tools.record_log_used("audit report"));
    return atna::member_report(tools.archive(), member, period, owners_in(tools), now);
}

}  // namespace

Result<atna::Language> read_language(std::string const& word) {
    if (word == "ja") return atna::Language::kJapanese;
    if (word == "en") return atna::Language::kEnglish;
    return Error(Code::kInvalidContent, "--lang: ja or en");
}

Status sign_beside(OperatorTools& tools, std::string const& file, std::string const& content) {
    auto const settings = atna::evidence_settings(tools.config());
    if (!settings.enabled()) {
        return Error(Code::kInvalidContent,
                     "a report that is written is signed: configure atna.evidence_certificate");
    }
    auto const signature = TRY(
        vault::sign_detached(as_bytes(content), settings.roots.certificate, settings.roots.key));
    TRY(vault::write_atomically(file, as_bytes(content)));
    TRY(vault::write_atomically(file + ".p7s", signature));
    std::printf("%s\nsha256 %s\nsigned %s.p7s\n", file.c_str(),
                to_hex(sha256(as_bytes(content))).c_str(), file.c_str());
    return {};
}

Status audit_report(OperatorTools& tools, Options const& options) {
    if (options.has("patient") == options.has("member"))
        return Error(Code::kInvalidContent, "report needs either --patient or --member");
    auto const agreement = TRY(agreement_of(tools));
    std::map<std::string, std::string> names;
    for (auto const& one : agreement->members) names[one.member.code] = one.member.name;
    auto report = TRY(facts(tools, options, names));
    report.region = agreement->region.name;
    report.names = std::move(names);
    auto const content = TRY(written(report, options));
    if (options.has("out")) return sign_beside(tools, options["out"], content);
    return put_out("", content);
}

}  // namespace musubi::node
