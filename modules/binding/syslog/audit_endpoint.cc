#include "binding/syslog/audit_endpoint.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

namespace musubi::binding {

AuditEndpoint::AuditEndpoint(core::Pipeline& pipeline, core::PolicyPort& policy,
                             core::AuditRepositoryPort& repository, Clock const& clock,
                             IdSource& ids, AuditEndpointSettings settings)
    : pipeline_(pipeline),
      policy_(policy),
      repository_(repository),
      clock_(clock),
      ids_(ids),
      rate_(settings.messages_per_second) {}

Status AuditEndpoint::admit(core::PeerConnection const& peer) {
    auto const member = policy_.member_of(peer.certificate);
    if (member) return {};
    std::string const trace = ids_.uuid().to_string();
    LogTrace const log_trace(trace);
    static_cast<void>(pipeline_.record_refusal(nullptr, peer, "syslog", trace, member.error()));
    return member.error();
}

Result<std::chrono::milliseconds> AuditEndpoint::receive(
    core::PeerConnection const& peer, std::span<std::string_view const> messages) {
    bool const proven = !peer.certificate.fingerprint_sha256.empty();
    core::ReceivedAudit one;
    one.transport = proven ? "tls" : "udp";
    if (proven) {
        // Asked each time: a member that was put out of the agreement delivers nothing more.
        auto member = policy_.member_of(peer.certificate);
        if (!member) return std::move(member).error();
        one.member = std::move(member->code);
    }
    std::vector<core::ReceivedAudit> received(messages.size(), one);
    for (std::size_t i = 0; i < messages.size(); ++i) received[i].message = messages[i];
    if (auto kept = repository_.keep(received); !kept) {
        log_warning("syslog.not_kept",
                    {{"messages", std::to_string(messages.size())}, {"why", kept.error().detail}});
        return std::move(kept).error();
    }
    if (!proven) return std::chrono::milliseconds(0);
    auto const pause = rate_.take(one.member, messages.size(), clock_.monotonic());
    if (pause.count() > 0) counter("syslog_slowed_total", "member=\"" + one.member + "\"").add();
    return pause;
}

}  // namespace musubi::binding
