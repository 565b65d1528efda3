#include "platform/net/syslog_datagrams.h"

#include <Poco/Exception.h>
#include <Poco/Net/DatagramSocket.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

#include <atomic>
#include <map>
#include <thread>

#include "platform/base/log.h"
#include "platform/base/metrics.h"

namespace musubi::net {
namespace {

constexpr int kDatagramBytes = 65'536;
constexpr std::size_t kBatch = 256;
constexpr long kWaitUs = 100'000;
constexpr int kSocketBuffer = 4 << 20;

}  // namespace

struct SyslogDatagrams::Impl {
    Poco::Net::DatagramSocket socket;
    core::SyslogEndpoint* endpoint = nullptr;
    std::uint16_t port = 0;
    std::atomic<bool> stopping{false};
    std::thread thread;
    Counter& received = counter("musubi_syslog_datagrams_total", "outcome=\"kept\"");
    Counter& lost = counter("musubi_syslog_datagrams_total", "outcome=\"lost\"");

    using Batch = std::map<std::string, std::vector<std::string>>;  // by sender

    void run() {
        std::string buffer(kDatagramBytes, '\0');
        while (true) {
            bool const last = stopping;
            Batch batch;
            try {
                bool const some =
                    socket.poll(Poco::Timespan(last ? 0 : kWaitUs), Poco::Net::Socket::SELECT_READ);
                if (!some && last) return;
                if (!some) continue;
                for (std::size_t n = 0; n < kBatch; ++n) {
                    Poco::Net::SocketAddress sender;
                    int const size = socket.receiveFrom(buffer.data(), kDatagramBytes, sender);
                    batch[sender.host().toString()].emplace_back(buffer.data(),
                                                                 static_cast<std::size_t>(size));
                    if (!socket.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ)) break;
                }
            } catch (Poco::Exception const&) {
                log_warning("syslog.datagram_failed");
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
            for (auto const& [sender, messages] : batch) deliver(sender, messages);
        }
    }

    void deliver(std::string const& sender, std::vector<std::string> const& messages) {
        core::PeerConnection peer;
        peer.remote_address = sender;
        peer.local_port = port;
        std::vector<std::string_view> const views(messages.begin(), messages.end());
        bool kept = false;
        try {
            kept = endpoint->receive(peer, views).ok();
        } catch (std::exception const&) {
            log_error("syslog.endpoint_failed");
        }
        (kept ? received : lost).add(messages.size());
    }
};

SyslogDatagrams::SyslogDatagrams(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SyslogDatagrams::~SyslogDatagrams() { stop(); }

Result<std::unique_ptr<SyslogDatagrams>> SyslogDatagrams::start(std::string const& address,
                                                                std::uint16_t port,
                                                                core::SyslogEndpoint* endpoint) {
    auto impl = std::make_unique<Impl>();
    impl->endpoint = endpoint;
    try {
        impl->socket = Poco::Net::DatagramSocket(Poco::Net::SocketAddress(address, port));
        impl->socket.setReceiveBufferSize(kSocketBuffer);
        impl->port = impl->socket.address().port();
    } catch (Poco::Net::NetException const&) {
        return Error(Code::kConflict, "datagram port " + std::to_string(port) + " is taken");
    } catch (Poco::Exception const&) {
        return Error(Code::kInvalidContent, "no usable address for datagrams: " + address);
    }
    Impl* const state = impl.get();
    state->thread = std::thread([state] { state->run(); });
    return std::unique_ptr<SyslogDatagrams>(new SyslogDatagrams(std::move(impl)));
}

std::uint16_t SyslogDatagrams::port() const { return impl_->port; }

void SyslogDatagrams::stop() {
    impl_->stopping = true;
    if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace musubi::net
