#pragma once
// Internal to policy: the sections of the agreement that the node keeps, shows and checks, but that
// need no structure of their own (guideline-derived: organisation, responsibility, operation,
// technical security, audit, location). Which keys may stand where, of what kind, and whether the
// node enforces what they say.

#include "policy/tree.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::policy {

struct SectionField {
    enum class Kind : std::uint8_t {
        kText,
        kTexts,  ///< list of texts
        kNumber,
        kBoolean,
        kDate,      ///< YYYY-MM-DD
        kDuration,  ///< ISO 8601: P1Y, P30D, PT4H
        kHash,      ///< sha256:64 hexadecimal digits
        kOid,
        kMap,
        kList,  ///< of maps
    };
    std::string_view name;
    Kind kind = Kind::kText;
    bool required = false;
    /// Words for people that no part of the node acts on. A map of this sort must say
    /// `enforced: false` itself, so that nobody who reads the file takes text for a control.
    bool words_only = false;
    std::span<SectionField const> fields = {};  ///< of a map, or of each entry of a list
};

/// All top-level sections of this sort.
std::span<SectionField const> section_table();

/// Every unknown key, missing key, wrong kind and missing mark under `tree`.
void check_fields(Tree const& tree, std::string const& where, std::span<SectionField const> fields,
                  Problems& problems);

/// The same for all sections of the table that the agreement has.
void check_sections(Tree const& agreement, Problems& problems);

/// What the file says and the node does not enforce: dotted path and line, each once.
struct NotEnforced {
    std::string path;
    int line = 0;
};
std::vector<NotEnforced> not_enforced(Tree const& agreement);

/// ISO 8601 duration of whole years, months, weeks, days, hours, minutes, seconds.
bool is_duration(std::string_view text);

}  // namespace musubi::policy
