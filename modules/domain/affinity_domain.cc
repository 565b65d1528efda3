#include "domain/affinity_domain.h"

#include "platform/base/text.h"
#include "platform/base/text_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <optional>

namespace musubi::domain {
namespace {

constexpr std::array<std::string_view, kCodeSetCount> kSetNames = {
    "classCode",
    "typeCode",
    "formatCode",
    "confidentialityCode",
    "healthcareFacilityTypeCode",
    "practiceSettingCode",
    "eventCodeList",
    "contentTypeCode",
    "folderCodeList",
    "associationDocumentation",
};

std::optional<CodeSet> code_set_of(std::string_view name) {
    auto const found = std::find(kSetNames.begin(), kSetNames.end(), name);
    if (found == kSetNames.end()) return std::nullopt;
    return static_cast<CodeSet>(found - kSetNames.begin());
}

std::string key_of(std::string_view code, std::string_view scheme) {
    return to_nfc(code) + "^^" + to_nfc(scheme);
}

/// `type/subtype`, lower case, without blanks around; parameters (lower-case names and values) only
/// when asked for.
std::string canonical_mime_type(std::string_view type, bool with_parameters) {
    std::string out;
    for (std::string_view part : split(type, ';')) {
        if (!out.empty() && !with_parameters) break;
        if (!out.empty()) out += ';';
        out += to_lower_ascii(trim(part));
    }
    return out;
}

}  // namespace

std::string_view to_string(CodeSet set) { return kSetNames[static_cast<std::size_t>(set)]; }

/// Reads pack files. yaml-cpp throws; everything is caught in load_file().
class AffinityDomainLoader {
public:
    explicit AffinityDomainLoader(AffinityDomain& domain) : domain_(domain) {}

    Status load_file(std::string const& file) {
        file_ = file;
        auto const text = read_text_file(file, 16 * 1024 * 1024);
        if (!text) return Error(Code::kInvalidContent, text.error().detail);
        try {
            return load_root(YAML::Load(*text));
        } catch (YAML::Exception const& e) {
            return at(e.mark, e.msg);
        }
    }

private:
    Error at(YAML::Mark mark, std::string const& what) const {
        return Error(Code::kInvalidContent,
                     file_ + ":" + std::to_string(mark.line + 1) + ": " + what);
    }
    Error at(YAML::Node const& node, std::string const& what) const {
        return at(node.Mark(), what);
    }

    Status load_root(YAML::Node const& root) {
        if (!root.IsMap()) return at(root, "expected a pack: keys pack, mime_types, codes");
        if (!root["pack"] || !root["pack"].IsScalar())
            return at(root, "'pack' (the name) is missing");
        for (auto const& entry : root) {
            std::string const key = entry.first.as<std::string>();
            if (key == "mime_types") {
                TRY(load_mime_types(entry.second));
            } else if (key == "codes") {
                TRY(load_codes(entry.second));
            } else if (key != "pack") {
                return at(entry.first, "unknown key '" + key + "'");
            }
        }
        return {};
    }

    Status load_mime_types(YAML::Node const& node) {
        if (!node.IsMap()) return at(node, "mime_types needs 'types' and may have 'enforce'");
        for (auto const& entry : node) {
            std::string const key = entry.first.as<std::string>();
            if (key == "enforce") {
                domain_.mime_types_enforced_ = TRY(flag(entry.second));
            } else if (key == "types" && entry.second.IsSequence()) {
                for (auto const& type : entry.second) {
                    domain_.mime_types_.insert(canonical_mime_type(TRY(text(type)), true));
                }
            } else {
                return at(entry.first, "mime_types: '" + key + "' is unknown or not a list");
            }
        }
        return {};
    }

    Status load_codes(YAML::Node const& node) {
        if (!node.IsMap()) return at(node, "codes: expected set names");
        std::set<CodeSet> seen;
        for (auto const& entry : node) {
            std::string const name = entry.first.as<std::string>();
            auto const set = code_set_of(name);
            if (!set) return at(entry.first, "unknown code set '" + name + "'");
            if (!seen.insert(*set).second)
                return at(entry.first, "code set '" + name + "' twice in one pack");
            TRY(load_set(*set, entry.second));
        }
        return {};
    }

    Status load_set(CodeSet set, YAML::Node const& node) {
        if (!node.IsMap()) return at(node, "a code set needs 'schemes' and may have 'enforce'");
        for (auto const& entry : node) {
            std::string const key = entry.first.as<std::string>();
            if (key == "enforce") {
                if (TRY(flag(entry.second))) {
                    domain_.enforced_.insert(set);
                } else {
                    domain_.enforced_.erase(set);
                }
            } else if (key == "schemes" && entry.second.IsMap()) {
                for (auto const& scheme : entry.second) {
                    TRY(load_scheme(set, TRY(text(scheme.first)), scheme.second));
                }
            } else {
                return at(entry.first, "'" + key + "' is unknown or has the wrong shape");
            }
        }
        return {};
    }

    Status load_scheme(CodeSet set, std::string const& scheme, YAML::Node const& rows) {
        if (!rows.IsSequence()) return at(rows, "expected one [code, display] a line");
        for (auto const& row : rows) {
            if (!row.IsSequence() || row.size() != 2) return at(row, "expected [code, display]");
            domain_.codes_[set].insert_or_assign(key_of(TRY(text(row[0])), scheme),
                                                 TRY(text(row[1])));
        }
        return {};
    }

    Result<bool> flag(YAML::Node const& node) const {
        bool value = false;
        if (!YAML::convert<bool>::decode(node, value)) return at(node, "expected true or false");
        return value;
    }

    Result<std::string> text(YAML::Node const& node) const {
        if (!node.IsScalar() || trim(node.Scalar()).empty())
            return at(node, "expected a text that is not empty");
        return std::string(trim(node.Scalar()));
    }

    AffinityDomain& domain_;
    std::string file_;
};

Result<AffinityDomain> AffinityDomain::load(std::vector<std::string> const& pack_files) {
    AffinityDomain domain;
    AffinityDomainLoader loader(domain);
    for (std::string const& file : pack_files) TRY(loader.load_file(file));
    return domain;
}

void AffinityDomain::add(std::vector<CodeRow> const& rows) {
    for (CodeRow const& row : rows) {
        if (row.set == "mimeType") {
            mime_types_.insert(canonical_mime_type(row.value.code, true));
        } else if (auto const set = code_set_of(row.set)) {
            codes_[*set].insert_or_assign(key_of(row.value.code, row.value.scheme),
                                          row.value.display);
        }
    }
}

bool AffinityDomain::knows(CodeSet set, CodedValue const& value) const {
    auto const found = codes_.find(set);
    return found != codes_.end() && found->second.contains(key_of(value.code, value.scheme));
}

bool AffinityDomain::knows_mime_type(std::string_view type) const {
    return mime_types_.contains(canonical_mime_type(type, true)) ||
           mime_types_.contains(canonical_mime_type(type, false));
}

std::string AffinityDomain::display_of(CodeSet set, std::string_view code,
                                       std::string_view scheme) const {
    auto const found = codes_.find(set);
    if (found == codes_.end()) return {};
    auto const entry = found->second.find(key_of(code, scheme));
    return entry == found->second.end() ? std::string() : entry->second;
}

}  // namespace musubi::domain
