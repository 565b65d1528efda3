// Tables about the agreement, for those who run the region.

#include "policy/agreement_texts.h"

#include "policy/tree.h"

namespace musubi::policy {
namespace {

using Row = std::vector<std::string>;

/// A bar inside a cell would end it.
std::string cell(std::string text) {
    for (char& c : text) {
        if (c == '|' || c == '\n') c = '/';
    }
    return text;
}

std::string table(std::string const& heading, Row const& head, std::vector<Row> const& rows) {
    std::string out = "## " + heading + "\n\n|";
    for (auto const& one : head) out += " " + one + " |";
    out += "\n|";
    for (std::size_t i = 0; i < head.size(); ++i) out += "---|";
    for (auto const& row : rows) {
        out += "\n|";
        for (auto const& one : row) out += " " + cell(one) + " |";
    }
    return out + "\n\n";
}

template <class List>
std::string joined(List const& list, std::string const& if_empty) {
    std::string out;
    for (auto const& one : list) out += (out.empty() ? "" : ", ") + one;
    return out.empty() ? if_empty : out;
}

std::string members_table(Agreement const& agreement) {
    std::vector<Row> rows;
    for (auto const& one : agreement.members) {
        auto const desk = one.officers.find("patient_desk");
        rows.push_back({one.member.code, one.member.name, one.kind,
                        std::string(to_string(one.status)), joined(one.roles, "-"),
                        joined(one.transactions, "-"), one.must_sign ? "yes" : "no",
                        desk == one.officers.end() ? "-" : desk->second.name});
    }
    return table("Members",
                 {"code", "name", "kind", "status", "roles", "may call", "signs", "patient desk"},
                 rows);
}

std::string effect_of(AccessRule const& rule) {
    std::string out = rule.deny ? "deny" : rule.needs_consent ? "permit with consent" : "permit";
    return rule.shadow ? out + " (shadow)" : out;
}

std::string matrix_table(Agreement const& agreement) {
    std::vector<Row> rows;
    for (auto const& rule : agreement.rules) {
        auto kinds = rule.type_codes;
        kinds.insert(kinds.end(), rule.class_codes.begin(), rule.class_codes.end());
        std::string actions;
        for (auto const action : rule.actions)
            actions += (actions.empty() ? "" : ", ") + std::string(to_string(action));
        rows.push_back({rule.id, rule.role, rule.own ? "own" : joined(rule.owners, "any"),
                        joined(kinds, "any"), joined(rule.confidentiality_codes, "any"),
                        joined(rule.purposes, "any"), actions, effect_of(rule)});
    }
    return table("Access matrix",
                 {"clause", "role", "documents of", "types and classes", "confidentiality",
                  "purpose", "may", "effect"},
                 rows);
}

std::string demarcation_table(Agreement const& agreement) {
    std::vector<Row> rows;
    for (auto const& point : agreement.tree->list("demarcation")) {
        auto const* contact = point.find("contact");
        rows.push_back({point.shown("id"), point.shown("from") + " to " + point.shown("to"),
                        point.shown("responsible"), point.shown("outage"),
                        contact ? contact->shown("name") + " " + contact->shown("phone") +
                                      contact->shown("mail")
                                : "-"});
    }
    return table("Responsibility points",
                 {"id", "segment", "responsible", "procedure for outages", "contact"}, rows);
}

}  // namespace

std::string overview(Agreement const& agreement) {
    return "# " + agreement.title + "\n\n" + agreement.region.name + ", version " +
           std::to_string(agreement.version) + ", " + agreement.hash + "\nin force from " +
           agreement.region.valid_from + " to " + agreement.region.valid_to + "\n\n" +
           members_table(agreement) + matrix_table(agreement) + demarcation_table(agreement);
}

std::string data_flows(Agreement const& agreement) {
    std::vector<Row> rows;
    for (auto const& one : agreement.connections) {
        std::string starts = "-", ends = "-";
        for (auto const& point : agreement.tree->list("demarcation")) {
            auto const* encryption = point.find("encryption");
            if (point.shown("id") != one.demarcation || !encryption) continue;
            starts = encryption->shown("starts");
            ends = encryption->shown("ends");
        }
        auto const* member = agreement.member(one.peer);
        rows.push_back({one.peer, member ? member->member.name : "", joined(one.in, "-"),
                        joined(one.out, "-"), one.network.empty() ? "-" : one.network, one.profile,
                        starts, ends, one.demarcation.empty() ? "-" : one.demarcation});
    }
    return table("Data flows",
                 {"peer", "name", "calls here", "is called", "network", "TLS profile",
                  "encryption starts", "ends", "responsibility"},
                 rows);
}

}  // namespace musubi::policy
