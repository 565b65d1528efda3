// musubi policy controls: what the guidelines ask, what the product has, what this node uses.

#include "node/command.h"
#include "node/operator_tools.h"
#include "node/options.h"
#include "node/statement_files.h"
#include "policy/controls.h"

#include <cstdio>

namespace musubi::node {
namespace {

Result<policy::ControlFormat> format_of(std::string const& word) {
    if (word == "md") return policy::ControlFormat::kMarkdown;
    if (word == "csv") return policy::ControlFormat::kCsv;
    if (word == "json") return policy::ControlFormat::kJson;
    return Error(Code::kInvalidContent, "--format: md, csv or json");
}

Result<std::string> matrix(Options const& options) {
    auto const format = TRY(format_of(options["format"]));
    auto const language =
        options["lang"] == "en" ? policy::Language::kEnglish : policy::Language::kJapanese;
    if (!options.has("config")) return policy::control_matrix({}, format, language);
    auto const tools = TRY(OperatorTools::open(options["config"]));
    core::Config const& config = tools->config();
    auto const agreement = TRY(agreement_of(*tools));
    policy::Installation installation;
    installation.agreement = agreement.get();
    installation.tls_profile = config.text("tls.profile");
    installation.watches_time = !config.list("ct.servers").empty();
    return policy::control_matrix(installation, format, language);
}

}  // namespace

int run_policy_controls(std::vector<std::string> const& arguments) {
    Options options;
    if (auto exit = Options::parse(
            "policy",
            "Controls of the guidelines, what the product has for each and, with --config, whether "
            "this node uses it.",
            {{"config", "configuration file; without it the catalogue alone", ""},
             {"format", "md, csv or json", "md"},
             {"lang", "ja or en", "ja"}},
            arguments, options, "controls")) {
        return *exit;
    }
    auto const text = matrix(options);
    if (!text) return failed(text.error());
    std::fputs(text->c_str(), stdout);
    return 0;
}

}  // namespace musubi::node
