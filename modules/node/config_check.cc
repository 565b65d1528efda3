#include "node/config_check.h"

#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <fstream>

namespace musubi::node {
namespace {

/// Keys whose values peers compare octet by octet: a slip in one shows only when they refuse.
struct OidKey {
    std::string_view key;
    std::string_view prefix;
};
constexpr OidKey kOidKeys[] = {{"node.home_community_id", "urn:oid:"},
                               {"registry.home_community_id", "urn:oid:"},
                               {"repository.unique_id", ""},
                               {"mpi.regional_authority", ""}};

/// `FILE:LINE` of a key in a file of sections; without the line where it is written otherwise.
std::string place_of(std::string const& file, std::string_view key) {
    std::size_t const dot = key.find('.');
    std::string const section = std::string(key.substr(0, dot)) + ":";
    std::string const name = std::string(key.substr(dot + 1)) + ":";
    std::ifstream in(file);
    bool inside = false;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        if (!line.empty() && line.front() != ' ' && line.front() != '#')
            inside = line.starts_with(section);
        if (inside && trim(line).starts_with(name)) return file + ":" + std::to_string(number);
    }
    return file;
}

}  // namespace

Status check_oids(core::Config const& config) {
    std::string problems;
    for (OidKey const& one : kOidKeys) {
        std::string_view value = config.text(one.key);
        if (value.empty()) continue;  // where it is required that was told
        bool const right = value.starts_with(one.prefix) && is_oid(value.substr(one.prefix.size()));
        if (right) continue;
        problems += (problems.empty() ? "" : "\n") + place_of(config.file(), one.key) + ": " +
                    std::string(one.key) + ": expected " + std::string(one.prefix) +
                    (one.prefix.empty() ? "an OID" : "OID") + ", found '" + std::string(value) +
                    "'";
    }
    if (problems.empty()) return {};
    return Error(Code::kInvalidContent, problems);
}

}  // namespace musubi::node
