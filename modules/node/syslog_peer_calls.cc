#include "node/syslog_peer_calls.h"

#include "platform/net/syslog_client.h"

namespace musubi::node {

Result<std::unique_ptr<core::SyslogLine>> SyslogPeerCalls::open(
    core::SyslogDestination const& destination, std::atomic<bool> const& give_up) {
    net::SyslogClientConfig config;
    config.destination = destination;
    if (!destination.tls) return net::open_syslog_datagrams(config);
    net::TlsConfig tls;
    tls.profile = TRY(net::tls_profile_from(config_.text("tls.profile")));
    tls.identities = {{config_.text("tls.certificate"), config_.text("tls.key")}};
    tls.ca_file = config_.text("tls.ca");
    tls.crl_file = config_.text("tls.crl");
    auto context = TRY(net::TlsContext::client(std::move(tls)));
    return net::open_syslog_line(*context, config, give_up);
}

}  // namespace musubi::node
