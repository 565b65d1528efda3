#pragma once
// A member's receiver of notices: keeps what is posted and answers 200. Thread-safe.

#include <mutex>

#include "platform/net/http_server.h"
#include "support/node_client.h"

namespace musubi::test {

class NoticeReceiver final : public core::HttpEndpoint {
public:
    NoticeReceiver() {
        net::TlsConfig tls;
        tls.identities = {{test_pki() / "node-b.crt", test_pki() / "node-b.key"}};
        tls.ca_file = test_pki() / "ca.crt";
        auto context = net::TlsContext::server(tls);
        if (!context) throw std::runtime_error("receiver TLS: " + context.error().detail);
        net::HttpServerConfig config;
        config.listener.address = "127.0.0.1";
        auto server =
            net::HttpServer::start(config, *context, {{{"/notices", this}}, this}, nullptr);
        if (!server) throw std::runtime_error("receiver: " + server.error().detail);
        server_ = std::move(*server);
    }
    std::string url() const {
        return "https://localhost:" + std::to_string(server_->port()) + "/notices";
    }
    std::vector<std::string> heard() const {
        std::lock_guard const lock(mutex_);
        return heard_;
    }

    std::optional<core::HttpReply> admit(core::PeerConnection const&,
                                         core::HttpRequestHead const&) override {
        return std::nullopt;
    }
    core::HttpReply handle(core::PeerConnection const&, core::HttpRequestHead const&,
                           core::BodyStream& body) override {
        std::string text;
        Bytes buffer(4096);
        for (;;) {
            auto const n = body.read(buffer);
            if (!n || *n == 0) break;
            text.append(as_text(ByteView(buffer).first(*n)));
        }
        std::lock_guard const lock(mutex_);
        heard_.push_back(std::move(text));
        return {};
    }
    core::HttpReply refuse(int status, Error const&) override {
        core::HttpReply reply;
        reply.status = status;
        return reply;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> heard_;
    std::unique_ptr<net::HttpServer> server_;
};

}  // namespace musubi::test
