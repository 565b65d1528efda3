#include "node/audit_doors.h"

#include "node/node_config.h"
#include "platform/base/log.h"

namespace musubi::node {
namespace {

void tell(char const* door, std::uint16_t port) {
    log_info("listening", {{"door", door}, {"port", std::to_string(port)}});
}

}  // namespace

AuditDoors::AuditDoors(Composition& composition)
    : endpoint_(composition.pipeline(), composition.ports().require<core::PolicyPort>(),
                composition.ports().require<core::AuditRepositoryPort>(), system_clock(),
                system_ids(), {composition.config().integer("listen.syslog_rate")}) {}

Result<std::unique_ptr<AuditDoors>> AuditDoors::open(Composition& composition,
                                                     std::shared_ptr<net::TlsContext> tls,
                                                     core::ConnectionWitness* witness) {
    core::Config const& config = composition.config();
    std::unique_ptr<AuditDoors> doors(new AuditDoors(composition));
    if (!config.text("listen.syslog").empty()) {
        Address const address = TRY(parse_address(config.text("listen.syslog")));
        net::SyslogServerConfig server;
        server.listener.address = address.host;
        server.listener.port = address.port;
        doors->tls_ =
            TRY(net::SyslogServer::start(server, std::move(tls), &doors->endpoint_, witness));
        tell("syslog", doors->tls_->port());
    }
    if (!config.text("listen.syslog_udp").empty()) {
        Address const address = TRY(parse_address(config.text("listen.syslog_udp")));
        doors->datagrams_ =
            TRY(net::SyslogDatagrams::start(address.host, address.port, &doors->endpoint_));
        tell("syslog_udp", doors->datagrams_->port());
    }
    return doors;
}

bool AuditDoors::stop(int deadline_ms) {
    bool const clean = !tls_ || tls_->stop(deadline_ms);
    if (datagrams_) datagrams_->stop();
    return clean;
}

}  // namespace musubi::node
