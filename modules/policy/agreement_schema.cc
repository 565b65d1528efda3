#include "policy/agreement_schema.h"

#include "platform/base/ids.h"
#include "policy/agreement_file.h"

#include <algorithm>

namespace musubi::policy {
namespace {

using Kind = SectionField::Kind;

bool is_hash(std::string_view text) {
    constexpr std::string_view kPrefix = "sha256:";
    if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + 64) return false;
    return text.substr(kPrefix.size()).find_first_not_of("0123456789abcdef") ==
           std::string_view::npos;
}

/// What is wrong with a value that is neither map nor list of maps; empty when nothing is.
std::string fault_of(Tree const& value, Kind kind) {
    bool const text = value.kind == Tree::Kind::kText && !value.text.empty();
    switch (kind) {
        case Kind::kText: return text || value.kind == Tree::Kind::kNumber ? "" : "must be a text";
        case Kind::kTexts:
            if (value.kind != Tree::Kind::kList || value.items.empty())
                return "must be a list with at least one entry";
            for (auto const& item : value.items) {
                if (item.shown().empty()) return "must hold texts only";
            }
            return "";
        case Kind::kNumber:
            return value.kind == Tree::Kind::kNumber && value.number >= 0
                       ? ""
                       : "must be a whole number, 0 or more";
        case Kind::kBoolean:
            return value.kind == Tree::Kind::kBoolean ? "" : "must be true or false";
        case Kind::kDate:
            return text && japanese_day(value.text) ? "" : "must be a day, YYYY-MM-DD";
        case Kind::kDuration:
            return text && is_duration(value.text) ? "" : "must be a duration like P1Y or PT4H";
        case Kind::kHash:
            return text && is_hash(value.text) ? "" : "must be sha256: and 64 hexadecimal digits";
        case Kind::kOid: return text && is_oid(value.text) ? "" : "is no OID";
        case Kind::kMap: return value.kind == Tree::Kind::kMap ? "" : "must hold keys with values";
        case Kind::kList: return value.kind == Tree::Kind::kList ? "" : "must be a list";
    }
    return "";
}

void check_value(Tree const& value, std::string const& where, SectionField const& field,
                 Problems& problems) {
    std::string const path = where + "." + std::string(field.name);
    if (auto const fault = fault_of(value, field.kind); !fault.empty()) {
        problems.add(value.line, where + ": '" + std::string(field.name) + "' " + fault);
        return;
    }
    if (field.kind == Kind::kMap) {
        auto const* mark = value.find("enforced");
        if (field.words_only && (!mark || mark->kind != Tree::Kind::kBoolean || mark->boolean)) {
            problems.add(mark ? mark->line : value.line,
                         path + ": the node does not enforce this; say 'enforced: false'");
        } else if (!field.words_only && mark) {
            problems.add(mark->line, path + ": unknown key 'enforced'");
        }
        check_fields(value, path, field.fields, problems);
    } else if (field.kind == Kind::kList) {
        for (auto const& item : value.items) {
            if (item.kind != Tree::Kind::kMap)
                problems.add(item.line, path + ": keys with values expected");
            else
                check_fields(item, path, field.fields, problems);
        }
    }
}

void collect(Tree const& tree, std::string const& where, std::span<SectionField const> fields,
             std::vector<NotEnforced>& out) {
    for (auto const& field : fields) {
        auto const* value = tree.find(field.name);
        if (!value) continue;
        std::string const path = (where.empty() ? "" : where + ".") + std::string(field.name);
        if (field.words_only) {
            bool const told = std::any_of(out.begin(), out.end(),
                                          [&](NotEnforced const& one) { return one.path == path; });
            if (!told) out.push_back({path, value->line});
        } else if (field.kind == Kind::kMap) {
            collect(*value, path, field.fields, out);
        } else if (field.kind == Kind::kList) {
            for (auto const& item : value->items) collect(item, path + "[]", field.fields, out);
        }
    }
}

}  // namespace

bool is_duration(std::string_view text) {
    if (!text.starts_with('P')) return false;
    std::string_view units = "YMWD";
    bool any = false, digits = false;
    for (std::size_t i = 1; i < text.size(); ++i) {
        char const c = text[i];
        if (c >= '0' && c <= '9') {
            digits = true;
        } else if (c == 'T' && !digits && units.find('S') == std::string_view::npos) {
            units = "HMS";
            any = false;
        } else {
            auto const at = units.find(c);
            if (!digits || at == std::string_view::npos) return false;
            units.remove_prefix(at + 1);
            if (units.empty()) units = "-";
            digits = false;
            any = true;
        }
    }
    return any && !digits;
}

void check_fields(Tree const& tree, std::string const& where, std::span<SectionField const> fields,
                  Problems& problems) {
    for (auto const& [key, value] : tree.entries) {
        auto const field = std::find_if(fields.begin(), fields.end(),
                                        [&](SectionField const& one) { return one.name == key; });
        if (field != fields.end())
            check_value(value, where, *field, problems);
        else if (key != "enforced")
            problems.add(value.line, where + ": unknown key '" + key + "'");
    }
    for (auto const& field : fields) {
        if (field.required && !tree.find(field.name)) {
            problems.add(tree.line, where + ": '" + std::string(field.name) + "' is missing");
        }
    }
}

void check_sections(Tree const& agreement, Problems& problems) {
    auto const table = section_table();
    Tree sections;
    sections.kind = Tree::Kind::kMap;
    for (auto const& entry : agreement.entries) {
        bool const ours = std::any_of(table.begin(), table.end(), [&](SectionField const& field) {
            return field.name == entry.first;
        });
        if (ours) sections.entries.push_back(entry);
    }
    check_fields(sections, "agreement", table, problems);
}

std::vector<NotEnforced> not_enforced(Tree const& agreement) {
    std::vector<NotEnforced> out;
    collect(agreement, "", section_table(), out);
    return out;
}

}  // namespace musubi::policy
