#include "policy/agreement_users.h"

#include "platform/base/ids.h"
#include "platform/base/pem.h"
#include "platform/base/text_file.h"
#include "platform/xml/verify_key.h"
#include "policy/users.h"
#include "policy/vocabulary.h"

#include <charconv>

namespace musubi::policy {
namespace {

constexpr int kHighestLevel = 4;
constexpr int kLongestSkew = 60;  // seconds

std::optional<domain::AssertionUse> use_from(std::string_view word) {
    if (word == "off") return domain::AssertionUse::kOff;
    if (word == "optional") return domain::AssertionUse::kOptional;
    if (word == "required") return domain::AssertionUse::kRequired;
    return std::nullopt;
}

bool is_code(std::string_view key) {
    auto const mark = key.find("^^");
    return mark != std::string_view::npos && mark != 0;
}

class UserLoader {
public:
    UserLoader(std::filesystem::path const& folder, Problems& problems, Agreement& agreement)
        : folder_(folder), problems_(problems), agreement_(agreement) {}

    void load(YAML::Node const& node) {
        YamlMap const map(
            node, "authentication",
            {"clause", "assertion", "skew_seconds", "audiences", "providers", "levels",
             "minimum_levels", "vocabularies", "roles", "purposes", "patient", "members"},
            problems_);
        terms_.clause = map.text("clause");
        terms_.by_default = use(map, "assertion", "off");
        trust_.audiences = map.required_texts("audiences");
        trust_.skew = std::chrono::seconds(number(map, "skew_seconds", "60", kLongestSkew));
        std::string const patient = map.text_or("patient", "binding");
        terms_.patient_binds = patient == "binding";
        if (patient != "binding" && patient != "ignored")
            problems_.add(map.line("patient"),
                          "authentication: 'patient' must be binding or ignored");
        each(map, "providers", true, [&](YAML::Node const& one) { provider(one); });
        each(map, "levels", true, [&](YAML::Node const& one) { level(one); });
        each(map, "vocabularies", false, [&](YAML::Node const& one) { vocabulary(one); });
        each(map, "roles", true, [&](YAML::Node const& one) { role(one); });
        each(map, "purposes", false, [&](YAML::Node const& one) { purpose(one); });
        each(map, "minimum_levels", false, [&](YAML::Node const& one) { minimum(one); });
        each(map, "members", false, [&](YAML::Node const& one) { member(one); });
        terms_.trust = std::make_shared<domain::AssertionTrust const>(std::move(trust_));
        agreement_.users = std::make_shared<UserTerms const>(std::move(terms_));
    }

private:
    template <class Take>
    void each(YamlMap const& map, std::string_view key, bool required, Take take) {
        auto const list = map.find(key);
        if (!list.IsDefined() && !required) return;
        if (!list.IsDefined() || !list.IsSequence() || list.size() == 0) {
            problems_.add(map.line(key), "authentication: '" + std::string(key) +
                                             "' must be a list with at least one entry");
            return;
        }
        for (auto const& node : list) take(node);
    }

    domain::AssertionUse use(YamlMap const& map, std::string_view key, std::string fallback) {
        auto const found = use_from(map.text_or(key, std::move(fallback)));
        if (!found)
            problems_.add(map.line(key), "authentication: '" + std::string(key) +
                                             "' must be off, optional or required");
        return found.value_or(domain::AssertionUse::kRequired);
    }

    int number(YamlMap const& map, std::string_view key, std::string fallback, int highest) {
        std::string const text = map.text_or(key, std::move(fallback));
        int value = -1;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || value < 0 ||
            value > highest) {
            problems_.add(map.line(key), "authentication: '" + std::string(key) +
                                             "' must be 0 to " + std::to_string(highest));
            return 0;
        }
        return value;
    }

    void provider(YAML::Node const& node) {
        YamlMap const map(node, "provider",
                          {"issuer", "issuer_format", "certificates", "audiences", "rsa_sha1",
                           "key_info", "once"},
                          problems_);
        domain::AssertionProvider out;
        out.issuer = map.text("issuer");
        out.issuer_format = map.text_or("issuer_format", "");
        out.audiences = map.texts("audiences");
        out.rsa_sha1 = map.boolean_or("rsa_sha1", false);
        out.once = map.boolean_or("once", false);
        std::string const key_info = map.text_or("key_info", "required");
        out.key_info = key_info != "optional";
        if (key_info != "optional" && key_info != "required")
            problems_.add(map.line("key_info"),
                          "provider: 'key_info' must be required or optional");
        each(map, "certificates", true, [&](YAML::Node const& one) { certificate(one, out); });
        for (auto const& other : trust_.providers) {
            if (other.issuer == out.issuer)
                problems_.add(map.line(), "provider: issuer '" + out.issuer + "' stands twice");
        }
        trust_.providers.push_back(std::move(out));
    }

    void certificate(YAML::Node const& node, domain::AssertionProvider& out) {
        YamlMap const map(node, "certificate", {"file", "pem", "fingerprint"}, problems_);
        if (map.has("file") + map.has("pem") + map.has("fingerprint") != 1) {
            problems_.add(map.line(), "certificate: exactly one of file, pem, fingerprint");
        } else if (map.has("fingerprint")) {
            auto const bytes = from_hex(map.text("fingerprint"));
            if (!bytes || bytes->size() != 32) {
                problems_.add(map.line(),
                              "certificate: 'fingerprint' must be 64 hexadecimal digits");
            } else {
                out.fingerprints.push_back(to_hex(*bytes));
            }
        } else {
            std::string const pem = map.has("pem") ? map.text("pem") : file_text(map.text("file"));
            auto der = certificate_der(pem);
            auto const key =
                der ? xml::VerifyKey::from_certificate(*der) : Result<xml::VerifyKey>(der.error());
            if (!key) {
                problems_.add(map.line(), "certificate: " + key.error().detail);
            } else {
                out.certificates.push_back(std::move(*der));
            }
        }
    }

    std::string file_text(std::string const& name) const {
        auto text = read_text_file(folder_ / name);
        return text ? *std::move(text) : std::string();
    }

    /// The file is pinned by its hash: what is signed is the agreement, not the folder it lies in.
    void vocabulary(YAML::Node const& node) {
        YamlMap const map(node, "vocabulary", {"file", "hash"}, problems_);
        load_vocabulary({(folder_ / map.text("file")).string(), map.text("hash")}, map.line(),
                        problems_, vocabulary_);
    }

    void level(YAML::Node const& node) {
        YamlMap const map(node, "level", {"context", "level"}, problems_);
        std::string const context = map.text("context");
        if (!terms_.levels.emplace(context, number(map, "level", "", kHighestLevel)).second)
            problems_.add(map.line(), "level: '" + context + "' stands twice");
        trust_.authn_classes.push_back(context);
    }

    void role(YAML::Node const& node) {
        YamlMap const map(node, "role mapping", {"role", "codes", "kinds"}, problems_);
        std::string const role = map.text("role");
        if (!role.empty() && !agreement_.role(role))
            problems_.add(map.line(), "role mapping: there is no role '" + role + "'");
        std::vector<std::string> codes = map.texts("codes");
        for (std::string const& kind : map.texts("kinds")) {
            auto const found = vocabulary_.find(kind);
            if (found == vocabulary_.end()) {
                problems_.add(map.line("kinds"),
                              "role mapping: no vocabulary has the kind '" + kind + "'");
            } else {
                codes.insert(codes.end(), found->second.begin(), found->second.end());
            }
        }
        if (codes.empty()) problems_.add(map.line(), "role mapping: neither codes nor kinds");
        for (std::string const& code : codes) {
            if (!is_code(code))
                problems_.add(map.line("codes"),
                              "role mapping: '" + code + "' must be code^^system");
            terms_.roles[code].push_back(role);
        }
    }

    void purpose(YAML::Node const& node) {
        YamlMap const map(node, "purpose mapping", {"purpose", "codes"}, problems_);
        std::string const word = map.text("purpose");
        for (std::string const& code : map.required_texts("codes")) {
            if (!is_code(code))
                problems_.add(map.line("codes"),
                              "purpose mapping: '" + code + "' must be code^^system");
            if (!terms_.purposes.emplace(code, word).second)
                problems_.add(map.line("codes"), "purpose mapping: '" + code + "' stands twice");
        }
    }

    void minimum(YAML::Node const& node) {
        YamlMap const map(node, "minimum level", {"level", "roles", "purposes"}, problems_);
        AssuranceRule out;
        out.level = number(map, "level", "", kHighestLevel);
        auto const roles = map.any_or_texts("roles"), purposes = map.any_or_texts("purposes");
        if (roles) out.roles = {roles->begin(), roles->end()};
        if (purposes) out.purposes = {purposes->begin(), purposes->end()};
        for (std::string const& role : out.roles) {
            if (!agreement_.role(role))
                problems_.add(map.line("roles"), "minimum level: there is no role '" + role + "'");
        }
        terms_.minimums.push_back(std::move(out));
    }

    void member(YAML::Node const& node) {
        YamlMap const map(node, "authentication of a member", {"member", "assertion"}, problems_);
        std::string const code = map.text("member");
        if (!code.empty() && !agreement_.member(code))
            problems_.add(map.line(), "authentication: there is no member '" + code + "'");
        if (!terms_.members.emplace(code, use(map, "assertion", "")).second)
            problems_.add(map.line(), "authentication: member '" + code + "' stands twice");
    }

    std::filesystem::path const& folder_;
    Problems& problems_;
    Agreement& agreement_;
    UserTerms terms_;
    domain::AssertionTrust trust_;
    Vocabulary vocabulary_;
};

}  // namespace

void load_users(YAML::Node const& node, std::filesystem::path const& folder, Problems& problems,
                Agreement& agreement) {
    UserLoader(folder, problems, agreement).load(node);
}

}  // namespace musubi::policy
