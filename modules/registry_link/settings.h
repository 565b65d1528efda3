#pragma once
// How this node reaches its region's registry, and in whose name.

#include "core/config.h"

#include <chrono>
#include <map>
#include <vector>

namespace musubi::registry_link {

/// The certificate with which the node speaks for a member; empty: the node's own.
struct Identity {
    std::string certificate_file;
    std::string key_file;
};

struct Settings {
    std::string url;  ///< of the registry's ITI-42 and ITI-18 endpoint
    std::map<std::string, Identity, std::less<>>
        identities;  ///< by member code; who is absent cannot publish here
    std::chrono::milliseconds register_timeout{};
    std::chrono::milliseconds ask_timeout{};
    /// After a lost answer the registry may be at work still: "not there" is asked again after each
    /// of these.
    std::vector<std::chrono::milliseconds> ask_again{std::chrono::milliseconds(300),
                                                     std::chrono::milliseconds(1000)};
    bool forward_assertion = true;  ///< the user's, as he sent it, goes on to the registry
    std::int64_t in_flight = 0;     ///< registrations at once; one more is told busy
};

/// kInvalidContent names the key. Relative certificate paths start at the configuration file's
/// folder.
Result<Settings> read_settings(core::Config const& config);

}  // namespace musubi::registry_link
