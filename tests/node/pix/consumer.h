#pragma once
// A PIX Consumer that does what its test says, for notifications in both generations of HL7.
// Thread-safe.

#include <condition_variable>
#include <mutex>

#include "platform/net/http_server.h"
#include "platform/net/mllp_server.h"
#include "support/node_client.h"
#include "support/pix_messages.h"
#include "support/tcp_proxy.h"

namespace musubi::test {

/// ITI-10 over MLLP.
class V2Consumer final : public core::MllpEndpoint {
public:
    enum class Mode : std::uint8_t { kAccept, kRefuse, kHang };

    V2Consumer() {
        net::TlsConfig tls;
        tls.identities = {{test_pki() / "node-b.crt", test_pki() / "node-b.key"}};
        tls.ca_file = test_pki() / "ca.crt";
        auto context = net::TlsContext::server(tls);
        if (!context) throw std::runtime_error("consumer TLS: " + context.error().detail);
        net::MllpServerConfig config;
        config.listener.address = "127.0.0.1";
        auto server = net::MllpServer::start(config, *context, this, nullptr);
        if (!server) throw std::runtime_error("consumer: " + server.error().detail);
        server_ = std::move(*server);
        proxy_.set_target(server_->port());
    }
    ~V2Consumer() override { set_mode(Mode::kAccept); }
    /// Nobody answers at its address, and again somebody does.
    void go_away() { proxy_.set_mode(TcpProxy::Mode::kRefuse); }
    void come_back() { proxy_.set_mode(TcpProxy::Mode::kPass); }
    void set_mode(Mode mode) {
        std::lock_guard const lock(mutex_);
        mode_ = mode;
        changed_.notify_all();
    }
    std::string setting(std::string const& more = "") const {
        return "pix.consumers=[\"kita;member=toolkit;v2=127.0.0.1:" +
               std::to_string(proxy_.port()) +
               ";server_name=localhost;application=APP;facility=FAC" + more + "\"]";
    }

    std::string handle(core::PeerConnection const&, std::string_view message) override {
        std::unique_lock lock(mutex_);
        heard_.emplace_back(message);
        if (mode_ == Mode::kHang) {
            changed_.wait_for(lock, std::chrono::seconds(5), [&] { return mode_ != Mode::kHang; });
        }
        std::string const control = field(heard_.back(), "MSH", 9);
        std::string const code = mode_ == Mode::kRefuse ? "AE" : "AA";
        if (code == "AA") accepted_.emplace_back(message);
        return "MSH|^~\\&|APP|FAC|MUSUBI|MUSUBI|20260101||ACK^A31^ACK|C1|P|2.5\rMSA|" + code + "|" +
               control + "\r";
    }
    std::string refuse(core::PeerConnection const&, std::string_view, Error const&) override {
        return "";
    }

    std::size_t heard() const {
        std::lock_guard const lock(mutex_);
        return heard_.size();
    }
    /// PID-3 of what was acknowledged, in order; the same message again counts once.
    std::vector<std::string> sets() const {
        std::lock_guard const lock(mutex_);
        std::vector<std::string> sets, controls;
        for (std::string const& message : accepted_) {
            std::string const control = field(message, "MSH", 9);
            if (std::find(controls.begin(), controls.end(), control) != controls.end()) continue;
            controls.push_back(control);
            sets.push_back(field(message, "PID", 3));
        }
        return sets;
    }
    std::string last() const {
        std::lock_guard const lock(mutex_);
        return heard_.empty() ? "" : heard_.back();
    }
    /// The field behind the `index`-th bar of a segment.
    static std::string field(std::string const& message, std::string const& segment, int index) {
        std::string const line = segment_of(message, segment);
        std::size_t at = 0;
        for (int i = 0; i < index; ++i) at = line.find('|', at) + 1;
        return line.substr(at, line.find('|', at) - at);
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Mode mode_ = Mode::kAccept;
    std::vector<std::string> heard_, accepted_;
    std::unique_ptr<net::MllpServer> server_;
    TcpProxy proxy_;  ///< in front, so that the address stays ours while nobody answers
};

/// ITI-46 over SOAP.
class V3Consumer final : public core::HttpEndpoint {
public:
    V3Consumer() {
        net::TlsConfig tls;
        tls.identities = {{test_pki() / "node-b.crt", test_pki() / "node-b.key"}};
        tls.ca_file = test_pki() / "ca.crt";
        auto context = net::TlsContext::server(tls);
        if (!context) throw std::runtime_error("consumer TLS: " + context.error().detail);
        net::HttpServerConfig config;
        config.listener.address = "127.0.0.1";
        auto server = net::HttpServer::start(config, *context, {{{"/pix", this}}, this}, nullptr);
        if (!server) throw std::runtime_error("consumer: " + server.error().detail);
        server_ = std::move(*server);
    }
    std::string setting() const {
        return "pix.consumers=[\"kita;member=toolkit;v3=https://localhost:" +
               std::to_string(server_->port()) + "/pix;device=2.999.9.9\"]";
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
        std::size_t const at = text.find("<id root=\"") + 10;
        std::string const id = text.substr(at, text.find('"', at) - at);
        {
            std::lock_guard const lock(mutex_);
            heard_.push_back(text);
        }
        std::string const payload =
            "<MCCI_IN000002UV01 xmlns=\"urn:hl7-org:v3\" ITSVersion=\"XML_1.0\"><id root=\"" +
            system_ids().uuid().to_string() +
            "\"/><acknowledgement><typeCode code=\"CA\"/><targetMessage><id root=\"" + id +
            "\"/></targetMessage></acknowledgement></MCCI_IN000002UV01>";
        core::HttpReply reply;
        reply.content_type = kSoapType;
        reply.segments.push_back({envelope("urn:hl7-org:v3:MCCI_IN000002UV01", payload), nullptr});
        return reply;
    }
    core::HttpReply refuse(int status, Error const&) override {
        core::HttpReply reply;
        reply.status = status;
        return reply;
    }
    std::vector<std::string> heard() const {
        std::lock_guard const lock(mutex_);
        return heard_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> heard_;
    std::unique_ptr<net::HttpServer> server_;
};

inline std::vector<std::string> fast_notifications(std::string consumers) {
    return {std::move(consumers), "pix.notify_timeout=1s", "pix.notify_first_pause=100ms",
            "pix.notify_longest_pause=200ms", "pix.notify_tries=2"};
}

}  // namespace musubi::test
