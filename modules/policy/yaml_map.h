#pragma once
// Internal to policy: reads one mapping of the agreement file and remembers every problem with its
// line, so that the reader of the report can correct all of them in one go. One object per mapping,
// one thread.

#include "platform/base/error.h"

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::policy {

class Problems {
public:
    explicit Problems(std::string file) : file_(std::move(file)) {}
    void add(int line, std::string const& what);
    bool none() const { return issues_.empty(); }
    Error error() &&;

private:
    std::string file_;
    std::vector<Issue> issues_;
};

int line_of(YAML::Node const& node);

class YamlMap {
public:
    /// `known` are all keys that may stand here; any other is a problem, and so is a key that
    /// stands twice.
    YamlMap(YAML::Node const& node, std::string where,
            std::initializer_list<std::string_view> known, Problems& problems);

    bool has(std::string_view key) const { return static_cast<bool>(find(key)); }
    int line() const { return line_; }
    int line(std::string_view key) const;
    std::string text(std::string_view key) const;  ///< required, not empty
    std::string text_or(std::string_view key, std::string fallback) const;
    bool boolean_or(std::string_view key, bool fallback) const;
    std::vector<std::string> texts(std::string_view key) const;           ///< absent: empty
    std::vector<std::string> required_texts(std::string_view key) const;  ///< at least one
    /// `any`, or a list with at least one entry; nothing when the key is absent. `any` gives an
    /// empty list.
    std::optional<std::vector<std::string>> any_or_texts(std::string_view key) const;
    YAML::Node find(std::string_view key) const;

private:
    void problem(std::string_view key, std::string const& what) const;

    YAML::Node node_;
    std::string where_;
    Problems& problems_;
    int line_ = 0;
};

}  // namespace musubi::policy
