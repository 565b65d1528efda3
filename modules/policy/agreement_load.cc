// From the YAML file to the compiled agreement. Reading comes first and completely; contradictions
// are looked for in what could be read (agreement_check.cc).

#include "policy/agreement_check.h"
#include "policy/agreement_connections.h"
#include "policy/agreement_consent.h"
#include "policy/agreement_emergency.h"
#include "policy/agreement_envelope.h"
#include "policy/agreement_file.h"
#include "policy/agreement_identity.h"
#include "policy/agreement_matrix.h"
#include "policy/agreement_members.h"
#include "policy/agreement_schema.h"
#include "policy/agreement_users.h"
#include "policy/canonical.h"
#include "policy/yaml_map.h"

#include <filesystem>

namespace musubi::policy {
namespace {

class Loader {
public:
    Loader(std::string const& file, Problems& problems) : problems_(problems) {
        folder_ = std::filesystem::path(file).parent_path();
        agreement_ = std::make_shared<Agreement>();
        agreement_->file = file;
    }

    std::shared_ptr<Agreement> read(YAML::Node const& root) {
        YamlMap const top(
            root, "agreement",
            {"schema_version", "agreement_id", "version", "previous", "title", "effective_from",
             "effective_to", "region", "members", "connections", "roles", "rules", "authentication",
             "identity", "consent", "emergency",
             // of section_table()
             "purpose", "revision", "laws", "clauses", "change_rules", "operator", "processors",
             "cost_rules", "liability", "intellectual_property", "demarcation", "incident",
             "end_of_contract", "disposal", "value_sets", "document_types", "purposes", "operation",
             "components", "external_communities", "technical", "audit", "location"},
            problems_);
        load_envelope(top, problems_, *agreement_);
        load_region(top, problems_, *agreement_);
        each(top, "roles", [&](YAML::Node const& node) { role(node); });
        each(top, "members",
             [&](YAML::Node const& node) { load_member(node, folder_, problems_, *agreement_); });
        if (top.has("connections")) {
            each(top, "connections",
                 [&](YAML::Node const& node) { load_connection(node, problems_, *agreement_); });
        }
        settle_connections(*agreement_, problems_);
        each(top, "rules",
             [&](YAML::Node const& node) { load_rule(node, problems_, *agreement_); });
        if (YAML::Node const node = top.find("authentication"); node.IsDefined())
            load_users(node, folder_, problems_, *agreement_);
        check_connection_terms(*agreement_, problems_);
        if (YAML::Node const node = top.find("identity"); node.IsDefined())
            load_identity(node, problems_, *agreement_);
        if (YAML::Node const node = top.find("consent"); node.IsDefined()) {
            load_consent(node, problems_, *agreement_);
        } else {
            problems_.add(1, "agreement: 'consent' is missing");
        }
        if (YAML::Node const node = top.find("emergency"); node.IsDefined())
            load_emergency(node, folder_, problems_, *agreement_);
        return agreement_;
    }

private:
    template <class Take>
    void each(YamlMap const& top, std::string_view key, Take take) {
        auto const list = top.find(key);
        if (!list.IsDefined() || !list.IsSequence()) {
            problems_.add(top.line(key), "agreement: '" + std::string(key) + "' must be a list");
            return;
        }
        for (auto const& node : list) take(node);
    }

    void role(YAML::Node const& node) {
        YamlMap const map(node, "role", {"code", "name", "clause", "may", "exempt"}, problems_);
        Role out;
        out.line = map.line();
        out.code = map.text("code");
        out.name = map.text_or("name", out.code);
        out.clause = map.text("clause");
        out.exempt = map.boolean_or("exempt", false);
        for (auto const& word : map.required_texts("may")) {
            if (word == "feed") {
                out.may.insert(domain::Action::kFeedPatient);
            } else if (word == "query") {
                out.may.insert(domain::Action::kQuery);
            } else if (word == "retrieve") {
                out.may.insert(domain::Action::kRetrieve);
            } else if (word == "publish") {
                out.may.insert(domain::Action::kPublish);
            } else if (word == "identify") {
                out.may.insert(domain::Action::kIdentify);
            } else if (word == "operate") {
                out.may.insert(domain::Action::kOperate);
            } else {
                problems_.add(map.line("may"),
                              "role: '" + word +
                                  "' is none of feed, identify, publish, query, retrieve, operate");
            }
        }
        agreement_->roles.push_back(std::move(out));
    }

    Problems& problems_;
    std::filesystem::path folder_;
    std::shared_ptr<Agreement> agreement_;
};

}  // namespace

Result<std::shared_ptr<Agreement const>> load_agreement(std::string const& file) {
    return parse_agreement(TRY(read_agreement_text(file)), file);
}

Result<std::shared_ptr<Agreement const>> parse_agreement(std::string const& text,
                                                         std::string const& name) {
    Problems problems(name);
    try {
        auto const root = YAML::Load(text);
        auto tree = std::make_shared<Tree>(tree_of(root, problems));
        auto agreement = Loader(name, problems).read(root);
        name_certificates_by_digest(*tree, std::filesystem::path(name).parent_path().string(),
                                    problems);
        check_sections(*tree, problems);
        agreement->canonical = canonical_json(*tree);
        agreement->hash = agreement_hash(agreement->canonical);
        agreement->tree = std::move(tree);
        std::set<std::string> authorities;
        for (auto const& one : agreement->members)
            authorities.insert(one.member.assigning_authorities.begin(),
                               one.member.assigning_authorities.end());
        agreement->authorities =
            std::make_shared<std::vector<std::string>>(authorities.begin(), authorities.end());
        check_agreement(*agreement, problems);
        if (!problems.none()) return std::move(problems).error();
        return std::shared_ptr<Agreement const>(std::move(agreement));
    } catch (YAML::Exception const& e) {
        problems.add(e.mark.line + 1, "no YAML: " + e.msg);
        return std::move(problems).error();
    }
}

}  // namespace musubi::policy
