#include "binding/http/operator_endpoint.h"

#include "platform/base/metrics.h"

namespace musubi::binding {

core::HttpReply text_reply(int status, std::string content_type, std::string text) {
    core::HttpReply reply;
    reply.status = status;
    reply.content_type = std::move(content_type);
    reply.segments.push_back({std::move(text), nullptr});
    return reply;
}

std::optional<core::HttpReply> OperatorEndpoint::admit(core::PeerConnection const&,
                                                       core::HttpRequestHead const& head) {
    if (head.method == "GET" || head.method == "HEAD") return std::nullopt;
    auto reply = text_reply(405, "text/plain; charset=UTF-8", "only GET\n");
    reply.headers.push_back({"Allow", "GET, HEAD"});
    return reply;
}

core::HttpReply OperatorEndpoint::handle(core::PeerConnection const&,
                                         core::HttpRequestHead const& head, core::BodyStream&) {
    if (head.path == "/health/live") return text_reply(200, "text/plain; charset=UTF-8", "live\n");
    if (head.path == "/health/ready") return ready();
    if (head.path == "/metrics")
        return text_reply(200, "text/plain; version=0.0.4; charset=utf-8", render_metrics());
    return text_reply(404, "text/plain; charset=UTF-8",
                      "paths: /health/live /health/ready /metrics\n");
}

core::HttpReply OperatorEndpoint::ready() const {
    std::string text;
    int status = 200;
    for (auto const& [part, report] : health_()) {
        if (report.state == core::Health::kBad) status = 503;
        char const* const word = report.state == core::Health::kGood       ? "good"
                                 : report.state == core::Health::kDegraded ? "degraded"
                                                                           : "bad";
        text +=
            part + ": " + word + (report.reason.empty() ? "" : " (" + report.reason + ")") + "\n";
    }
    return text_reply(status, "text/plain; charset=UTF-8",
                      (status == 200 ? "ready\n" : "not ready\n") + text);
}

core::HttpReply OperatorEndpoint::refuse(int status, Error const& why) {
    return text_reply(status, "text/plain; charset=UTF-8", std::string(to_string(why.code)) + "\n");
}

}  // namespace musubi::binding
