#include "policy/agreement_disaster.h"

#include "platform/base/bytes.h"
#include "policy/agreement_members.h"

#include <algorithm>
#include <charconv>

namespace musubi::policy {
namespace {

std::set<std::string> words(YamlMap const& map, std::string_view key) {
    auto const list = map.required_texts(key);
    return {list.begin(), list.end()};
}

void certificate(YamlMap const& one, std::filesystem::path const& folder, Problems& problems,
                 Officer& out) {
    if (one.has("file") + one.has("fingerprint") != 1) {
        problems.add(one.line(), "certificate: exactly one of file, fingerprint");
    } else if (one.has("file")) {
        // A file that cannot be read is told once, where the canonical form is made.
        auto fingerprint = certificate_fingerprint((folder / one.text("file")).string());
        if (fingerprint) out.fingerprints.insert(std::move(*fingerprint));
    } else {
        auto const bytes = from_hex(one.text("fingerprint"));
        if (!bytes || bytes->size() != 32) {
            problems.add(one.line(),
                         "certificate: 'fingerprint' must be 64 hexadecimal digits (SHA-256)");
        } else {
            out.fingerprints.insert(to_hex(*bytes));
        }
    }
}

/// What an emergency account may call: nothing that changes anything, and nobody else's questions.
bool is_reading(std::string const& transaction) {
    for (auto const* group : {"identify", "query", "retrieve"}) {
        for (auto const known : transactions_of_group(group)) {
            if (known == transaction) return true;
        }
    }
    return false;
}

class Checker {
public:
    Checker(Agreement const& agreement, Problems& problems)
        : agreement_(agreement), problems_(problems) {}

    void run() {
        EmergencyTerms const& terms = agreement_.emergency;
        std::set<std::string> codes, fingerprints;
        for (auto const& one : terms.officers) {
            once(codes, one.code, one.line, "officer");
            if (one.fingerprints.empty())
                problems_.add(one.line, "officer: 'certificates' names none");
            for (auto const& value : one.fingerprints)
                once(fingerprints, value, one.line, "officer's certificate");
        }
        codes.clear();
        for (auto const& one : terms.accounts) {
            once(codes, one.code, one.line, "sealed account");
            account(one);
        }
        if (!terms.disaster.clause.empty()) disaster(terms.disaster);
    }

private:
    void once(std::set<std::string>& seen, std::string const& value, int line,
              std::string const& what) {
        if (!value.empty() && !seen.insert(value).second)
            problems_.add(line, what + " '" + value + "' stands twice");
    }
    void officers(std::set<std::string> const& codes, int line, std::string const& where) {
        for (auto const& code : codes) {
            if (!agreement_.emergency.officer(code))
                problems_.add(line, where + ": there is no officer '" + code + "'");
        }
    }
    void role(std::string const& code, int line, std::string const& where) {
        auto const* role = agreement_.role(code);
        if (!role) {
            problems_.add(line, where + ": there is no role '" + code + "'");
        } else if (role->exempt) {
            problems_.add(line, where + ": role '" + code + "' is exempt, it needs none");
        }
    }
    void account(SealedAccountTerms const& one) {
        officers(one.keepers, one.line, "sealed account");
        role(one.role, one.line, "sealed account");
        auto const* member = agreement_.member(one.member);
        if (!member) {
            problems_.add(one.line, "sealed account: there is no member '" + one.member + "'");
        } else if (!member->roles.contains(one.role)) {
            problems_.add(one.line, "sealed account: the member may not act as '" + one.role + "'");
        }
        for (auto const& id : one.transactions) {
            if (!is_reading(id))
                problems_.add(one.line, "sealed account: " + id +
                                            " is none of identify, query, retrieve: an emergency "
                                            "account reads");
        }
    }
    void disaster(DisasterTerms const& one) {
        officers(one.officers, 1, "disaster");
        for (auto const& code : one.roles) role(code, 1, "disaster");
        for (auto const& code : one.members) {
            if (!agreement_.member(code))
                problems_.add(1, "disaster: there is no member '" + code + "'");
        }
        int const officers = static_cast<int>(one.officers.size());
        if (one.quorum > officers || one.quorum_to_end > officers)
            problems_.add(1, "disaster: the quorum is larger than the number of officers");
    }

    Agreement const& agreement_;
    Problems& problems_;
};

}  // namespace

int load_number(YamlMap const& map, std::string_view key, int highest, Problems& problems) {
    std::string const text = map.text(key);
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > highest)
        problems.add(map.line(key), "emergency: '" + std::string(key) + "' must be 1 to " +
                                        std::to_string(highest));
    return value;
}

domain::Confidentiality load_highest(YamlMap const& map, Problems& problems) {
    auto const highest = domain::confidentiality_from(map.text("confidentiality_max"));
    if (!highest)
        problems.add(map.line("confidentiality_max"),
                     "emergency: 'confidentiality_max' is none of U, L, M, N, R, V");
    return highest.value_or(domain::Confidentiality::kU);
}

void load_officers(YAML::Node const& list, std::filesystem::path const& folder, Problems& problems,
                   EmergencyTerms& out) {
    if (!list.IsSequence()) return problems.add(line_of(list), "emergency: 'officers' is no list");
    for (auto const& node : list) {
        YamlMap const map(node, "officer", {"code", "name", "certificates"}, problems);
        Officer one;
        one.line = map.line();
        one.code = map.text("code");
        // The code becomes the name of a file.
        if (one.code.find('/') != std::string::npos || one.code.starts_with('.'))
            problems.add(map.line("code"), "officer: 'code' must be a plain word");
        one.name = map.text_or("name", one.code);
        auto const certificates = map.find("certificates");
        if (certificates.IsDefined() && certificates.IsSequence()) {
            for (auto const& item : certificates)
                certificate(YamlMap(item, "certificate", {"file", "fingerprint"}, problems), folder,
                            problems, one);
        }
        out.officers.push_back(std::move(one));
    }
}

void load_accounts(YAML::Node const& list, Problems& problems, EmergencyTerms& out) {
    if (!list.IsSequence())
        return problems.add(line_of(list), "emergency: 'sealed_accounts' is no list");
    for (auto const& node : list) {
        YamlMap const map(node, "sealed account",
                          {"code", "clause", "member", "role", "keepers", "transactions", "reasons",
                           "confidentiality_max", "maximum_minutes", "review_days"},
                          problems);
        SealedAccountTerms one;
        one.line = map.line();
        one.code = map.text("code");
        one.clause = map.text("clause");
        one.member = map.text("member");
        one.role = map.text("role");
        one.keepers = words(map, "keepers");
        load_transactions(map, "transactions", "sealed account", problems, one.transactions);
        one.reasons = words(map, "reasons");
        one.highest = load_highest(map, problems);
        one.minutes = load_number(map, "maximum_minutes", 7 * 24 * 60, problems);
        one.review_days = load_number(map, "review_days", 366, problems);
        out.accounts.push_back(std::move(one));
    }
}

void load_disaster(YAML::Node const& node, Problems& problems, DisasterTerms& out) {
    YamlMap const map(
        node, "disaster",
        {"clause", "kinds", "officers", "quorum", "quorum_to_end", "roles", "members", "purposes",
         "confidentiality_max", "opens", "modes", "maximum_hours", "review_days"},
        problems);
    out.clause = map.text("clause");
    out.kinds = words(map, "kinds");
    out.officers = words(map, "officers");
    out.quorum = load_number(map, "quorum", 1000, problems);
    if (map.has("quorum_to_end"))
        out.quorum_to_end = load_number(map, "quorum_to_end", 1000, problems);
    out.roles = words(map, "roles");
    auto const members = map.any_or_texts("members");
    if (!members) problems.add(map.line(), "disaster: 'members' is missing: any, or a list");
    if (members) out.members = {members->begin(), members->end()};
    out.purposes = words(map, "purposes");
    out.highest = load_highest(map, problems);
    bool documents = false;
    for (auto const& word : words(map, "opens")) {
        documents = documents || word == "documents";
        out.opens_identifiers = out.opens_identifiers || word == "identifiers";
        if (word != "documents" && word != "identifiers")
            problems.add(map.line("opens"), "disaster: 'opens' holds documents, identifiers");
    }
    if (!documents) problems.add(map.line("opens"), "disaster: 'opens' must name documents");
    for (auto const& word : map.texts("modes")) {
        out.modes.insert(word);
        if (word != kGatewaysOff)
            problems.add(map.line("modes"), "disaster: 'modes' holds gateways-off, or nothing");
    }
    out.hours = load_number(map, "maximum_hours", 31 * 24, problems);
    out.review_days = load_number(map, "review_days", 366, problems);
}

void check_accounts_and_disaster(Agreement const& agreement, Problems& problems) {
    Checker(agreement, problems).run();
}

}  // namespace musubi::policy
