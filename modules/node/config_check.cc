#include "node/config_check.h"

#include "node/node_config.h"
#include "platform/base/ids.h"
#include "platform/base/text.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
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

class Problems {
public:
    explicit Problems(core::Config const& config) : config_(config) {}
    void add(std::string_view key, std::string const& what) {
        text_ += (text_.empty() ? "" : "\n") + place_of(config_.file(), key) + ": " +
                 std::string(key) + ": " + what;
    }
    Status told() const {
        if (text_.empty()) return {};
        return Error(Code::kInvalidContent, text_);
    }

private:
    core::Config const& config_;
    std::string text_;
};

}  // namespace

Status check_values(core::Config const& config) {
    Problems problems(config);
    for (OidKey const& one : kOidKeys) {
        std::string const& value = config.text(one.key);
        bool const right = value.starts_with(one.prefix) &&
                           is_oid(std::string_view(value).substr(one.prefix.size()));
        if (value.empty() || right) continue;  // where one is required that was told already
        problems.add(one.key, "expected " + std::string(one.prefix) +
                                  (one.prefix.empty() ? "an OID" : "OID") + ", found '" + value +
                                  "'");
    }
    for (auto const& [key, optional] :
         {std::pair("listen.https", false), std::pair("listen.operator", false),
          std::pair("listen.mllp", true), std::pair("listen.syslog", true),
          std::pair("listen.syslog_udp", true)}) {
        std::string const& value = config.text(key);
        if ((optional && value.empty()) || parse_address(value)) continue;
        problems.add(key, "expected ADDRESS:PORT, found '" + value + "'");
    }
    return problems.told();
}

Status check_tls_files(core::Config const& config) {
    Problems problems(config);
    for (char const* key : {"tls.certificate", "tls.key", "tls.ca", "tls.crl"}) {
        std::string const& path = config.text(key);
        if (path.empty() || ::access(path.c_str(), R_OK) == 0) continue;
        problems.add(key, path + ": " + std::strerror(errno));
    }
    return problems.told();
}

}  // namespace musubi::node
