#include "node/syslog_peer_calls.h"

#include "platform/net/syslog_client.h"

namespace musubi::node {

Result<std::unique_ptr<core::SyslogLine>> SyslogPeerCalls::open(
    core::SyslogDestination const& destination, std::atomic<bool> const& give_up) {
    net::SyslogClientConfig config;
    config.destination = destination;
    if (!destination.tls) return net::open_syslog_datagrams(config);
    if (!check_names_) config.destination.server_name.clear();
    if (check_names_ && destination.server_name.empty())
        config.destination.server_name = destination.host;
    auto context = TRY(net::TlsContext::client(tls_));
    return net::open_syslog_line(*context, config, give_up);
}

}  // namespace musubi::node
