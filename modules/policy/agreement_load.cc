// From the YAML file to the compiled agreement. Reading comes first and completely; contradictions
// are looked for in what could be read (agreement_check.cc).

#include "policy/agreement_check.h"
#include "policy/agreement_identity.h"
#include "policy/agreement_users.h"
#include "policy/yaml_map.h"

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace musubi::policy {
namespace {

constexpr std::uintmax_t kFileLimit = 1024 * 1024;

/// Midnight in Japan (UTC+9, no daylight saving) at the beginning of the day.
std::optional<WallTime> japanese_day(std::string const& text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    int parts[3] = {0, 0, 0};
    std::size_t const starts[3] = {0, 5, 8}, lengths[3] = {4, 2, 2};
    for (int p = 0; p < 3; ++p) {
        for (std::size_t i = 0; i < lengths[p]; ++i) {
            char const c = text[starts[p] + i];
            if (c < '0' || c > '9') return std::nullopt;
            parts[p] = parts[p] * 10 + (c - '0');
        }
    }
    std::chrono::year_month_day const date{std::chrono::year(parts[0]),
                                           std::chrono::month(static_cast<unsigned>(parts[1])),
                                           std::chrono::day(static_cast<unsigned>(parts[2]))};
    if (!date.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) - std::chrono::hours(9);
}

class Loader {
public:
    Loader(std::string const& file, Problems& problems) : problems_(problems) {
        folder_ = std::filesystem::path(file).parent_path();
        agreement_ = std::make_shared<Agreement>();
        agreement_->file = file;
    }

    std::shared_ptr<Agreement> read(YAML::Node const& root) {
        YamlMap const top(root, "agreement",
                          {"region", "members", "roles", "rules", "authentication", "identity",
                           "consent"},
                          problems_);
        if (YAML::Node const node = top.find("region"); node.IsDefined()) {
            region(node);
        } else {
            problems_.add(1, "agreement: 'region' is missing");
        }
        each(top, "roles", [&](YAML::Node const& node) { role(node); });
        each(top, "members", [&](YAML::Node const& node) { member(node); });
        each(top, "rules", [&](YAML::Node const& node) { rule(node); });
        if (YAML::Node const node = top.find("authentication"); node.IsDefined())
            load_users(node, folder_, problems_, *agreement_);
        if (YAML::Node const node = top.find("identity"); node.IsDefined())
            load_identity(node, problems_, *agreement_);
        consent(top);
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

    void region(YAML::Node const& node) {
        YamlMap const map(node, "region",
                          {"name", "home_community_id", "version", "valid_from", "valid_to"},
                          problems_);
        auto& out = agreement_->region;
        out.name = map.text("name");
        out.version = map.text("version");
        out.home_community_id = map.text("home_community_id");
        constexpr std::string_view kUrn = "urn:oid:";
        if (!out.home_community_id.empty() &&
            (!out.home_community_id.starts_with(kUrn) ||
             !is_oid(std::string_view(out.home_community_id).substr(kUrn.size())))) {
            problems_.add(map.line("home_community_id"),
                          "region: 'home_community_id' must be urn:oid:OID");
        }
        out.valid_from = map.text("valid_from");
        out.valid_to = map.text("valid_to");
        auto const from = japanese_day(out.valid_from), to = japanese_day(out.valid_to);
        if (!from)
            problems_.add(map.line("valid_from"), "region: 'valid_from' must be a day, YYYY-MM-DD");
        if (!to)
            problems_.add(map.line("valid_to"), "region: 'valid_to' must be a day, YYYY-MM-DD");
        if (!from || !to) return;
        out.begins = *from;
        out.ends = *to + std::chrono::hours(24);
        if (out.begins >= out.ends)
            problems_.add(map.line("valid_to"), "region: 'valid_to' lies before 'valid_from'");
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

    void member(YAML::Node const& node) {
        YamlMap const map(
            node, "member",
            {"code", "name", "institution_oid", "certificates", "assigning_authorities",
             "default_role", "roles", "transactions", "strictness", "reply_addresses"},
            problems_);
        AgreementMember out;
        out.line = map.line();
        auto& m = out.member;
        m.code = map.text("code");
        m.name = map.text("name");
        m.institution_oid = map.text("institution_oid");
        if (!m.institution_oid.empty() && !is_oid(m.institution_oid)) {
            problems_.add(map.line("institution_oid"), "member: 'institution_oid' is no OID");
        }
        m.assigning_authorities = map.texts("assigning_authorities");
        for (auto const& oid : m.assigning_authorities) {
            if (!is_oid(oid))
                problems_.add(map.line("assigning_authorities"), "member: '" + oid + "' is no OID");
        }
        m.default_role = map.text("default_role");
        for (auto& code : map.texts("roles")) out.roles.insert(std::move(code));
        out.roles.insert(m.default_role);
        auto const strictness = map.text_or("strictness", "strict");
        if (strictness == "lenient") {
            m.strictness = domain::Strictness::kLenient;
        } else if (strictness != "strict") {
            problems_.add(map.line("strictness"), "member: 'strictness' must be strict or lenient");
        }
        m.reply_addresses = map.texts("reply_addresses");
        transactions(map, out);
        certificates(map, out);
        agreement_->members.push_back(std::move(out));
    }

    void transactions(YamlMap const& map, AgreementMember& out) {
        for (auto& word : map.required_texts("transactions")) {
            auto const group = transactions_of_group(word);
            if (!group.empty()) {
                out.transactions.insert(group.begin(), group.end());
            } else if (word.starts_with("ITI-") || word.starts_with("RAD-")) {
                out.transactions.insert(std::move(word));
            } else {
                problems_.add(
                    map.line("transactions"),
                    "member: '" + word + "' is neither a transaction nor a group of them");
            }
        }
    }

    void certificates(YamlMap const& map, AgreementMember& out) {
        auto const list = map.find("certificates");
        if (!list.IsDefined() || !list.IsSequence() || list.size() == 0) {
            problems_.add(map.line("certificates"),
                          "member: 'certificates' must be a list with at least one entry");
            return;
        }
        for (auto const& node : list) {
            YamlMap const one(node, "certificate", {"file", "fingerprint", "subject"}, problems_);
            if (one.has("file") + one.has("fingerprint") + one.has("subject") != 1) {
                problems_.add(one.line(), "certificate: exactly one of file, fingerprint, subject");
            } else if (one.has("file")) {
                auto const path = one.text("file");
                auto fingerprint = certificate_fingerprint((folder_ / path).string());
                if (!fingerprint) {
                    problems_.add(one.line(),
                                  "certificate: " + fingerprint.error().detail + " '" + path + "'");
                } else {
                    out.fingerprints.insert(std::move(*fingerprint));
                }
            } else if (one.has("fingerprint")) {
                auto const bytes = from_hex(one.text("fingerprint"));
                if (!bytes || bytes->size() != 32) {
                    problems_.add(
                        one.line(),
                        "certificate: 'fingerprint' must be 64 hexadecimal digits (SHA-256)");
                } else {
                    out.fingerprints.insert(to_hex(*bytes));
                }
            } else {
                out.subjects.insert(one.text("subject"));
            }
        }
    }

    void rule(YAML::Node const& node) {
        YamlMap const map(
            node, "rule",
            {"id", "role", "own", "type_codes", "class_codes", "confidentiality", "needs_consent"},
            problems_);
        AccessRule out;
        out.line = map.line();
        out.id = map.text("id");
        out.role = map.text("role");
        out.own = map.boolean_or("own", false);
        out.needs_consent = map.boolean_or("needs_consent", !out.own);
        if (out.own && out.needs_consent) {
            problems_.add(map.line("needs_consent"),
                          "rule: own documents are not a matter of consent");
        }
        auto const types = map.any_or_texts("type_codes"),
                   classes = map.any_or_texts("class_codes");
        if (!types && !classes) {
            problems_.add(
                map.line(),
                "rule: one of 'type_codes' and 'class_codes' is needed; write 'any' for all");
        }
        // A document has to be in one of the lists: `any` in either would make the other one
        // meaningless.
        if (types && classes && (types->empty() || classes->empty())) {
            problems_.add(
                map.line(),
                "rule: 'any' in one of 'type_codes' and 'class_codes' contradicts the other");
        }
        if (types) out.type_codes = *types;
        if (classes) out.class_codes = *classes;
        auto const confidentiality = map.any_or_texts("confidentiality");
        if (!confidentiality)
            problems_.add(map.line(), "rule: 'confidentiality' is missing; write 'any' for all");
        if (confidentiality) out.confidentiality_codes = *confidentiality;
        for (auto const* codes : {&out.type_codes, &out.class_codes, &out.confidentiality_codes}) {
            for (auto const& code : *codes) {
                auto const mark = code.find("^^");
                if (mark == std::string::npos || mark == 0 || mark + 2 == code.size()) {
                    problems_.add(map.line(), "rule: '" + code + "' must be code^^scheme");
                }
            }
        }
        agreement_->rules.push_back(std::move(out));
    }

    void consent(YamlMap const& top) {
        auto const node = top.find("consent");
        if (!node.IsDefined()) {
            problems_.add(1, "agreement: 'consent' is missing");
            return;
        }
        YamlMap const map(node, "consent", {"model"}, problems_);
        if (map.text("model") != "opt-in")
            problems_.add(map.line("model"), "consent: 'model' must be opt-in");
    }

    Problems& problems_;
    std::filesystem::path folder_;
    std::shared_ptr<Agreement> agreement_;
};

Result<std::string> slurp(std::string const& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error(Code::kNotFound, "cannot read agreement " + file);
    std::string text(kFileLimit + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kFileLimit)
        return Error(Code::kTooLarge, "agreement " + file + " is larger than 1 MiB");
    return text;
}

}  // namespace

Result<std::shared_ptr<Agreement const>> load_agreement(std::string const& file) {
    auto const text = TRY(slurp(file));
    Problems problems(file);
    try {
        auto agreement = Loader(file, problems).read(YAML::Load(text));
        check_agreement(*agreement, problems);
        if (!problems.none()) return std::move(problems).error();
        return std::shared_ptr<Agreement const>(std::move(agreement));
    } catch (YAML::Exception const& e) {
        problems.add(e.mark.line + 1, "no YAML: " + e.msg);
        return std::move(problems).error();
    }
}

}  // namespace musubi::policy
