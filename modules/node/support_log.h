#pragma once
// Log lines for others to read. Our log has no personal data; what leaves the house does not depend
// on that: only words that we know to be ours and numbers stay. Pure.

#include <string>
#include <string_view>

namespace musubi::node {

/// `key=value` stays when the key is one whose values are ours, or the value is a plain number;
/// otherwise the value becomes `-`. What is no such pair is left out.
std::string cleaned_log_line(std::string_view line);

}  // namespace musubi::node
