#pragma once
// Programs of others that tests speak with: fetched by ./dev test into var/tools/peers, or
// installed on the machine. Thread-safe.

#include <string>
#include <vector>

namespace musubi::test {

/// Path of "rsyslogd", "chronyd" or "softhsm2-util"; empty when it is not there.
std::string peer_program(std::string const& name);
/// What must stand in its environment so that it finds its libraries.
std::vector<std::string> peer_environment();
/// Folder with rsyslog's modules; empty when the named one is not there.
std::string rsyslog_modules(std::string const& needed);

}  // namespace musubi::test
