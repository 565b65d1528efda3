#pragma once
// The door of the audit record repository (ITI-20): members of the region deliver over mutual TLS
// (RFC 5425), and where an operator opened it anybody of the same protected network by datagrams
// (RFC 5426). What comes is kept as it comes; who is no member is closed and recorded. Thread-safe.

#include "binding/syslog/member_rate.h"
#include "core/audit_exchange.h"
#include "core/pipeline.h"
#include "core/ports.h"
#include "platform/base/ids.h"

namespace musubi::binding {

struct AuditEndpointSettings {
    std::int64_t messages_per_second = 0;  ///< of each member, on average; 0: no limit
};

class AuditEndpoint final : public core::SyslogEndpoint {
public:
    AuditEndpoint(core::Pipeline& pipeline, core::PolicyPort& policy,
                  core::AuditRepositoryPort& repository, Clock const& clock, IdSource& ids,
                  AuditEndpointSettings settings);

    Status admit(core::PeerConnection const& peer) override;
    Result<std::chrono::milliseconds> receive(core::PeerConnection const& peer,
                                              std::span<std::string_view const> messages) override;

private:
    core::Pipeline& pipeline_;
    core::PolicyPort& policy_;
    core::AuditRepositoryPort& repository_;
    Clock const& clock_;
    IdSource& ids_;
    MemberRate rate_;
};

}  // namespace musubi::binding
