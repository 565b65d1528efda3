#pragma once
// The configuration keys of the node itself; modules bring their own.

#include "core/config.h"

#include <vector>

namespace musubi::node {

std::vector<core::ConfigKey> node_config_keys();
/// Those, and the keys of every linked module.
std::vector<core::ConfigKey> all_config_keys();
/// Reads the file. The keys of a module that it disables are known, but none of them is required.
Result<core::Config> load_config(std::string const& file);

struct Address {
    std::string host;
    std::uint16_t port = 0;
};
/// "127.0.0.1:8443"
Result<Address> parse_address(std::string_view text);

}  // namespace musubi::node
