#pragma once
// Inside the room: the numbers of one listener, looked up once.

#include "platform/base/metrics.h"
#include "platform/net/listener_config.h"

#include <string>

namespace musubi::net {

struct ListenerMetrics {
    explicit ListenerMetrics(std::string const& listener);

    Gauge& connections;
    Gauge& in_flight;
    Gauge& parked_bytes;
    Counter& accepted;
    Counter& handshakes;
    Counter& resumed;
    Counter& requests;
    Counter& busy;

    /// musubi_net_refused_total{listener,reason}: connections closed or answered without service.
    Counter& refused(char const* reason) const;
    /// musubi_net_timeout_total{listener,phase}
    Counter& timeout(char const* phase) const;
    /// musubi_net_limit_hit_total{listener,limit}: requests that passed a limit.
    Counter& limit_hit(char const* limit) const;
    void show_limit(char const* limit, std::int64_t value) const;
    void show_limits(ListenerConfig const& config) const;

private:
    std::string label_;
};

}  // namespace musubi::net
