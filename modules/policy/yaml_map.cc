#include "policy/yaml_map.h"

#include <algorithm>

namespace musubi::policy {

void Problems::add(int line, std::string const& what) {
    Issue issue;
    issue.context = file_ + ":" + std::to_string(line) + ": " + what;
    issues_.push_back(std::move(issue));
}

Error Problems::error() && {
    std::string detail;
    for (auto const& issue : issues_) detail += (detail.empty() ? "" : "\n") + issue.context;
    Error error(Code::kInvalidContent, std::move(issues_));
    error.detail = std::move(detail);
    return error;
}

int line_of(YAML::Node const& node) {
    return node.IsDefined() ? std::max(0, node.Mark().line) + 1 : 1;
}

YamlMap::YamlMap(YAML::Node const& node, std::string where,
                 std::initializer_list<std::string_view> known, Problems& problems)
    : node_(node), where_(std::move(where)), problems_(problems), line_(line_of(node)) {
    if (!node_.IsMap()) {
        problems_.add(line_, where_ + ": keys with values expected");
        node_.reset(YAML::Node(YAML::NodeType::Map));
        return;
    }
    std::set<std::string> seen;
    for (auto const& pair : node_) {
        std::string const key = pair.first.IsScalar() ? pair.first.Scalar() : std::string("?");
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            problems_.add(line_of(pair.first), where_ + ": unknown key '" + key + "'");
        } else if (!seen.insert(key).second) {
            problems_.add(line_of(pair.first), where_ + ": key '" + key + "' stands twice");
        }
    }
}

YAML::Node YamlMap::find(std::string_view key) const {
    for (auto const& pair : node_) {
        if (pair.first.IsScalar() && pair.first.Scalar() == key) return pair.second;
    }
    return YAML::Node(YAML::NodeType::Undefined);
}

int YamlMap::line(std::string_view key) const {
    auto const value = find(key);
    return value.IsDefined() ? line_of(value) : line_;
}

void YamlMap::problem(std::string_view key, std::string const& what) const {
    problems_.add(line(key), where_ + ": '" + std::string(key) + "' " + what);
}

std::string YamlMap::text(std::string_view key) const {
    auto const value = find(key);
    if (!value.IsDefined()) {
        problem(key, "is missing");
        return {};
    }
    if (!value.IsScalar() || value.Scalar().empty()) {
        problem(key, "must be a text");
        return {};
    }
    return value.Scalar();
}

std::string YamlMap::text_or(std::string_view key, std::string fallback) const {
    return has(key) ? text(key) : fallback;
}

bool YamlMap::boolean_or(std::string_view key, bool fallback) const {
    if (!has(key)) return fallback;
    auto const word = text(key);
    if (word == "true") return true;
    if (word != "false") problem(key, "must be true or false");
    return false;
}

std::vector<std::string> YamlMap::texts(std::string_view key) const {
    std::vector<std::string> out;
    auto const value = find(key);
    if (!value.IsDefined()) return out;
    if (!value.IsSequence()) {
        problem(key, "must be a list");
        return out;
    }
    for (auto const& item : value) {
        if (!item.IsScalar() || item.Scalar().empty()) {
            problems_.add(line_of(item),
                          where_ + ": '" + std::string(key) + "' must hold texts only");
        } else if (std::find(out.begin(), out.end(), item.Scalar()) != out.end()) {
            problems_.add(line_of(item), where_ + ": '" + item.Scalar() + "' stands twice in '" +
                                             std::string(key) + "'");
        } else {
            out.push_back(item.Scalar());
        }
    }
    return out;
}

std::vector<std::string> YamlMap::required_texts(std::string_view key) const {
    auto out = texts(key);
    if (out.empty()) problem(key, has(key) ? "must not be empty" : "is missing");
    return out;
}

std::optional<std::vector<std::string>> YamlMap::any_or_texts(std::string_view key) const {
    auto const value = find(key);
    if (!value.IsDefined()) return std::nullopt;
    if (value.IsScalar() && value.Scalar() == "any") return std::vector<std::string>{};
    if (!value.IsSequence() || value.size() == 0) {
        problem(key, "must be 'any' or a list with at least one entry");
        // A condition that nothing fulfils: the file is refused anyway, but never widen by mistake.
        return std::vector<std::string>{"?"};
    }
    return texts(key);
}

}  // namespace musubi::policy
