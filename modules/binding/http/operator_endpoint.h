#pragma once
// The operator port: /health/live, /health/ready, /metrics. Plain HTTP on loopback only; no
// personal data ever.

#include "core/doors.h"
#include "core/module.h"

#include <functional>

namespace musubi::binding {

struct NamedHealth {
    std::string part;  ///< "database", module name ...
    core::HealthReport report;
};

class OperatorEndpoint final : public core::HttpEndpoint {
public:
    /// `health` is asked on each /health/ready.
    explicit OperatorEndpoint(std::function<std::vector<NamedHealth>()> health)
        : health_(std::move(health)) {}

    std::optional<core::HttpReply> admit(core::PeerConnection const& peer,
                                         core::HttpRequestHead const& head) override;
    core::HttpReply handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                           core::BodyStream& body) override;
    core::HttpReply refuse(int status, Error const& why) override;

private:
    core::HttpReply ready() const;
    std::function<std::vector<NamedHealth>()> health_;
};

/// A reply of one text segment.
core::HttpReply text_reply(int status, std::string content_type, std::string text);

}  // namespace musubi::binding
