#pragma once
// The agreement as a tree of values, each with its line: what the canonical form is written from,
// what sections without a structure of their own are checked against, and what texts for people are
// made of. Plain values, immutable once made.
//
// Plain words of YAML become what YAML 1.2 calls them: true and false, null, whole numbers (within
// 2^53, as RFC 8785 needs them); everything else, and everything in quotes, is text. Numbers with a
// fraction or an exponent are a problem: quotes make a text of them.

#include "policy/yaml_map.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::policy {

struct Tree {
    enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kText, kList, kMap };
    Kind kind = Kind::kNull;
    bool boolean = false;
    std::int64_t number = 0;
    std::string text;  ///< of a text
    std::vector<Tree> items;
    struct Entry;
    std::vector<Entry> entries;  ///< of a map, as in the file
    int line = 0;

    /// The value of `key` of a map; null when there is none.
    Tree const* find(std::string_view key) const;
    /// The same down a path: "operation.downtime".
    Tree const* at(std::string_view path) const;
    /// Text, number or boolean under `key` as it is shown to people; empty when there is none.
    std::string shown(std::string_view key) const;
    std::string shown() const;
    /// The entries of the list under `path`; none when there is no such list.
    std::vector<Tree> const& list(std::string_view path) const;
};

struct Tree::Entry {
    std::string first;  ///< the key
    Tree second;
};

/// Limits: depth 32, 100,000 values (aliases count each time they are used).
Tree tree_of(YAML::Node const& root, Problems& problems);

}  // namespace musubi::policy
