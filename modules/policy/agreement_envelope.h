#pragma once
// Internal to policy: which agreement this is, its place in the chain of versions, when it counts,
// and the region it is made for.

#include "policy/agreement.h"
#include "policy/yaml_map.h"

namespace musubi::policy {

void load_envelope(YamlMap const& top, Problems& problems, Agreement& agreement);
void load_region(YamlMap const& top, Problems& problems, Agreement& agreement);

/// The days of `from` and `to`, both included, as instants; `to` may be absent where `open_end`.
struct Term {
    std::string from, to;
    WallTime begins{}, ends{};
};
enum class EndOfTerm : std::uint8_t { kRequired, kOptional };
Term load_term(YamlMap const& map, std::string_view from, std::string_view to, EndOfTerm end,
               std::string const& where, Problems& problems);

}  // namespace musubi::policy
