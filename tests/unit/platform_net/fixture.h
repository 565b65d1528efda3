#pragma once
// What the tests of this room have in common: a PKI, an endpoint that shows what reached it, a
// running server.

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "platform/base/metrics.h"
#include "platform/net/http_server.h"
#include "unit/platform_net/tls_peer.h"

namespace musubi::test {

/// Answers POST with what was posted, GET /big?N with N streamed bytes, and can be held at a gate.
class EchoEndpoint : public core::HttpEndpoint {
public:
    std::optional<core::HttpReply> admit(core::PeerConnection const& peer,
                                         core::HttpRequestHead const& head) override {
        (void)peer;
        if (head.path != "/forbidden") return std::nullopt;
        return text(403, "not a member");
    }
    core::HttpReply handle(core::PeerConnection const& peer, core::HttpRequestHead const& head,
                           core::BodyStream& body) override {
        {
            std::lock_guard const lock(mutex);
            last_peer = peer;
            last_head = head;
        }
        ++running;
        if (head.path == "/hold") wait_for_release();
        if (head.path == "/throw") throw std::runtime_error("endpoint");
        std::string all;
        std::uint8_t buffer[4096];
        std::uint64_t count = 0;
        while (true) {
            auto const n = body.read(buffer);
            if (!n) {
                --running;
                return text(n.error().code == Code::kTooLarge ? 413 : 400, "body failed");
            }
            if (*n == 0) break;
            count += *n;
            if (head.path == "/count") continue;
            all.append(as_text(ByteView(buffer, *n)));
        }
        --running;
        if (head.path == "/count") all = "count=" + std::to_string(count);
        return text(200, name + ":" + all);
    }
    core::HttpReply refuse(int status, Error const&) override {
        return text(status, "refused by " + name);
    }

    static core::HttpReply text(int status, std::string body) {
        core::HttpReply reply;
        reply.status = status;
        reply.content_type = "text/plain";
        reply.segments.push_back({std::move(body), nullptr});
        return reply;
    }
    void wait_for_release() {
        std::unique_lock lock(mutex);
        ++held;
        signal.notify_all();
        signal.wait(lock, [this] { return released; });
        --held;
    }
    void wait_until_held(int count) {
        std::unique_lock lock(mutex);
        signal.wait(lock, [&] { return held >= count; });
    }
    void release() {
        std::lock_guard const lock(mutex);
        released = true;
        signal.notify_all();
    }

    std::string name = "echo";
    std::mutex mutex;
    std::condition_variable signal;
    std::atomic<int> running{0};
    int held = 0;
    bool released = false;
    core::PeerConnection last_peer;
    core::HttpRequestHead last_head;
};

class RecordingWitness : public core::ConnectionWitness {
public:
    void handshake_refused(Refusal const& refusal) override {
        std::lock_guard const lock(mutex_);
        refusals_.push_back(refusal);
        signal_.notify_all();
    }
    /// Waits for the n-th one.
    Refusal refusal(std::size_t n = 0) {
        std::unique_lock lock(mutex_);
        if (!signal_.wait_for(lock, std::chrono::seconds(10), [&] { return refusals_.size() > n; }))
            return {};
        return refusals_[n];
    }

private:
    std::mutex mutex_;
    std::condition_variable signal_;
    std::vector<Refusal> refusals_;
};

inline TestPki& shared_pki() {
    static TestPki* const pki = [] {
        auto* made = new TestPki;
        made->issue({"node"});
        made->issue({"member"});
        made->issue({"revoked"});
        made->issue({"expired", -7200, -3600, "", false});
        made->issue({"early", 3600, 7200, "", false});
        made->issue({"serveronly", -3600, 3600, "serverAuth", false});
        made->write_crl("ca.crl", {"revoked"});
        std::atexit([] {
            std::filesystem::remove_all(std::filesystem::path(shared_pki().file("")).parent_path());
        });
        return made;
    }();
    return *pki;
}

inline net::TlsConfig server_tls(TestPki const& pki) {
    net::TlsConfig config;
    config.identities = {{pki.crt("node"), pki.key("node")}};
    config.ca_file = pki.crt("ca");
    config.crl_file = pki.file("ca.crl");
    return config;
}

inline TlsPeerOptions as(std::string const& name, TestPki const& pki = shared_pki()) {
    TlsPeerOptions options;
    options.crt = pki.crt(name);
    options.key = pki.key(name);
    options.ca = shared_pki().crt("ca");
    return options;
}

class HttpServerTest : public ::testing::Test {
protected:
    HttpServerTest() {
        config.listener.name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
        config.listener.address = "127.0.0.1";
        config.listener.workers = 4;
        config.listener.in_flight = 2;
        config.listener.max_connections = 1024;
        config.streaming_uploads = 1;
        config.streamed_replies = 1;
    }
    ~HttpServerTest() override { endpoint.release(); }

    void start() {
        auto made = net::TlsContext::server(server_tls(shared_pki()));
        ASSERT_TRUE(made) << made.error().detail;
        tls = *made;
        auto started = net::HttpServer::start(
            config, tls, {{{"/echo", &endpoint}, {"/tree/", &tree}, {"/leaf", &tree}}, &fallback},
            &witness);
        ASSERT_TRUE(started) << started.error().detail;
        server = std::move(*started);
    }
    std::uint64_t counted(std::string const& metric, std::string const& label) const {
        return counter(metric, "listener=\"" + config.listener.name + "\"" + label).value();
    }
    /// Waits for a number that another thread brings about; false after ten seconds.
    template <class Condition>
    static bool eventually(Condition condition) {
        for (int i = 0; i < 2000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }

    net::HttpServerConfig config;
    EchoEndpoint endpoint;
    EchoEndpoint& fallback = endpoint;
    EchoEndpoint tree;
    RecordingWitness witness;
    std::shared_ptr<net::TlsContext> tls;
    std::unique_ptr<net::HttpServer> server;
};

inline std::string post(std::string const& path, std::string const& body,
                        std::string const& more = {}) {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
inline std::string status_of(std::string const& reply) {
    return reply.substr(0, reply.find(' ', 9));
}
inline std::string body_of(std::string const& reply) {
    std::size_t const at = reply.find("\r\n\r\n");
    return at == std::string::npos ? std::string() : reply.substr(at + 4);
}

}  // namespace musubi::test
