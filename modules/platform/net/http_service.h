#pragma once
// Inside the room: what all sessions of one HTTP listener share.

#include "platform/net/engine.h"
#include "platform/net/gate_place.h"
#include "platform/net/http_parser.h"
#include "platform/net/http_server.h"

namespace musubi::net {

struct HttpService {
    HttpService(HttpServerConfig c, HttpRoutes r)
        : config(std::move(c)),
          routes(std::move(r)),
          work(config.listener.in_flight),
          uploads(config.streaming_uploads),
          streams(config.streamed_replies) {}

    HttpLimits limits() const {
        return {config.max_header_lines, config.max_header_line_bytes, config.max_body_bytes};
    }
    core::HttpEndpoint* route(std::string_view path) const;

    HttpServerConfig const config;
    HttpRoutes const routes;
    Gate work;
    Gate uploads;
    Gate streams;
};

}  // namespace musubi::net
