#include "platform/net/listener_metrics.h"

namespace musubi::net {
namespace {

std::string listener_label(std::string const& listener) { return "listener=\"" + listener + "\""; }

}  // namespace

ListenerMetrics::ListenerMetrics(std::string const& listener)
    : connections(gauge("musubi_net_connections", listener_label(listener))),
      in_flight(gauge("musubi_net_in_flight", listener_label(listener))),
      parked_bytes(gauge("musubi_net_parked_bytes", listener_label(listener))),
      accepted(counter("musubi_net_accepted_total", listener_label(listener))),
      handshakes(counter("musubi_net_handshakes_total", listener_label(listener))),
      resumed(counter("musubi_net_resumed_total", listener_label(listener))),
      requests(counter("musubi_net_requests_total", listener_label(listener))),
      busy(counter("musubi_net_busy_total", listener_label(listener))),
      label_(listener_label(listener)) {}

Counter& ListenerMetrics::refused(char const* reason) const {
    return counter("musubi_net_refused_total", label_ + ",reason=\"" + reason + "\"");
}
Counter& ListenerMetrics::timeout(char const* phase) const {
    return counter("musubi_net_timeout_total", label_ + ",phase=\"" + phase + "\"");
}
Counter& ListenerMetrics::limit_hit(char const* limit) const {
    return counter("musubi_net_limit_hit_total", label_ + ",limit=\"" + limit + "\"");
}
void ListenerMetrics::show_limit(char const* limit, std::int64_t value) const {
    gauge("musubi_net_limit", label_ + ",limit=\"" + limit + "\"").set(value);
}

void ListenerMetrics::show_limits(ListenerConfig const& config) const {
    show_limit("workers", config.workers);
    show_limit("in_flight", config.in_flight);
    show_limit("connections", config.max_connections);
    show_limit("unauthenticated_per_address", config.max_unauthenticated_per_address);
    show_limit("per_member", config.max_per_member);
    show_limit("parked_bytes", config.max_parked_bytes);
    show_limit("handshake_timeout_ms", config.handshake_timeout_ms);
    show_limit("first_byte_timeout_ms", config.first_byte_timeout_ms);
    show_limit("idle_timeout_ms", config.idle_timeout_ms);
    show_limit("busy_wait_ms", config.busy_wait_ms);
    show_limit("write_progress_timeout_ms", config.write_progress_timeout_ms);
}

}  // namespace musubi::net
