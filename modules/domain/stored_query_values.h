#pragma once
// The notation of stored-query parameter values (ITI TF-2 3.18.4.1.2.3.5): 'text', ('a','b'), 123,
// code^^scheme. Internal to domain. Pure functions, thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::domain {

struct QueryItem {
    std::string text;  ///< without its quotes, '' undone, trimmed
    bool quoted = false;
};

struct QueryValue {
    std::vector<QueryItem> items;
    bool parenthesised = false;
};

/// One rim:Value. Nothing when the notation is broken (a list that does not end, text beside a
/// quoted item).
std::optional<QueryValue> read_query_value(std::string_view text);

/// `code^^scheme` or `code^^^scheme` or `code^^^&scheme&ISO` as "code^^scheme" in normal form C;
/// nothing otherwise.
std::optional<std::string> read_query_code(std::string_view text);

}  // namespace musubi::domain
