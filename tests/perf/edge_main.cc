// musubi_edge: the node's HTTPS door with nothing behind it. Reads each body and answers a fixed
// number of octets; for comparison with a plain web server. Runs until its standard input ends.
//
//   musubi_edge --port N --cert F --key F --ca F --crl F [--answer 45000]

#include "platform/net/http_server.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>

namespace musubi::perf {
namespace {

class Echo final : public core::HttpEndpoint {
public:
    explicit Echo(std::size_t size) : answer_(size, 'x') {}
    std::optional<core::HttpReply> admit(core::PeerConnection const&,
                                         core::HttpRequestHead const&) override {
        return std::nullopt;
    }
    core::HttpReply handle(core::PeerConnection const&, core::HttpRequestHead const&,
                           core::BodyStream& body) override {
        std::uint8_t piece[16 * 1024];
        for (;;) {
            auto const size = body.read(piece);
            if (!size) return refuse(400, size.error());
            if (*size == 0) break;
        }
        core::HttpReply reply;
        reply.content_type = "application/octet-stream";
        reply.segments.push_back({answer_, nullptr});
        return reply;
    }
    core::HttpReply refuse(int status, Error const&) override {
        core::HttpReply reply;
        reply.status = status;
        return reply;
    }

private:
    std::string const answer_;
};

Status serve(std::map<std::string, std::string> const& options) {
    auto const text = [&](char const* name) {
        auto const found = options.find(name);
        return found == options.end() ? std::string() : found->second;
    };
    net::TlsConfig tls;
    tls.identities = {{text("--cert"), text("--key")}};
    tls.ca_file = text("--ca");
    tls.crl_file = text("--crl");
    std::string const size = text("--answer");
    Echo echo(size.empty() ? 45'000 : static_cast<std::size_t>(std::atoll(size.c_str())));
    net::HttpServerConfig config;
    config.listener.address = "127.0.0.1";
    config.listener.port = static_cast<std::uint16_t>(std::atoi(text("--port").c_str()));
    auto const server = TRY(
        net::HttpServer::start(config, TRY(net::TlsContext::server(tls)), {{}, &echo}, nullptr));
    std::printf("ready\n");
    std::fflush(stdout);
    char ignored = 0;
    while (::read(STDIN_FILENO, &ignored, 1) > 0) {
    }
    return {};
}

}  // namespace
}  // namespace musubi::perf

int main(int count, char** values) {
    std::map<std::string, std::string> options;
    for (int i = 1; i + 1 < count; i += 2) options[values[i]] = values[i + 1];
    auto const done = musubi::perf::serve(options);
    if (done) return 0;
    std::fprintf(stderr, "musubi_edge: %s\n", done.error().detail.c_str());
    return 1;
}
