#pragma once
// The doors through which other systems deliver their audit messages (ITI-20), and their lives.

#include "binding/syslog/audit_endpoint.h"
#include "node/composition.h"
#include "platform/net/syslog_datagrams.h"
#include "platform/net/syslog_server.h"

namespace musubi::node {

class AuditDoors {
public:
    /// Opens what the configuration names; perhaps none.
    static Result<std::unique_ptr<AuditDoors>> open(Composition& composition,
                                                    std::shared_ptr<net::TlsContext> tls,
                                                    core::ConnectionWitness* witness);
    bool stop(int deadline_ms);  ///< true when nothing had to be cut

private:
    explicit AuditDoors(Composition& composition);
    binding::AuditEndpoint endpoint_;
    std::unique_ptr<net::SyslogServer> tls_;
    std::unique_ptr<net::SyslogDatagrams> datagrams_;
};

}  // namespace musubi::node
