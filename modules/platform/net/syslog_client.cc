#include "platform/net/syslog_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/DatagramSocket.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <thread>

#include "platform/base/metrics.h"
#include "platform/net/dial.h"
#include "platform/net/syslog_framer.h"

namespace musubi::net {
namespace {

constexpr std::size_t kWriteBytes = 64 * 1024;  // several messages share TLS records and segments

class TlsLine final : public core::SyslogLine {
public:
    TlsLine(SyslogClientConfig config, std::unique_ptr<Channel> channel,
            std::atomic<bool> const& give_up)
        : config_(std::move(config)), channel_(std::move(channel)), give_up_(give_up) {}

    Status send(std::span<std::string const> messages) override {
        TRY(look_at_peer());
        std::string octets;
        for (std::string const& message : messages) {
            octets += syslog_frame(message);
            if (octets.size() < kWriteBytes) continue;
            TRY(write(octets));
            octets.clear();
        }
        return write(octets);
    }

    Result<Delivery> finish(std::chrono::milliseconds patience) override {
        channel_->finish_sending();
        auto const end = std::chrono::steady_clock::now() + patience;
        while (true) {
            // Session tickets and the peer's close_notify lie unread there: closing over them would
            // make the kernel send a reset, which may overtake what we wrote.
            Io const state = channel_->discard();
            if (state == Io::kFailed) return failed("reset at the end");
            // An end that crossed our last octets proves nothing: they must be acknowledged too.
            if (state == Io::kClosed && all_acknowledged()) return Delivery::kProven;
            auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(
                                  end - std::chrono::steady_clock::now())
                                  .count();
            if (left <= 0 || give_up_) break;
            if (state == Io::kClosed)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            else
                (void)wait_for(*channel_, Io::kWantRead, left, give_up_);
        }
        if (all_acknowledged()) return Delivery::kUnproven;
        return failed("did not take everything");
    }

private:
    Error failed(char const* what) const {
        return unavailable(config_.destination.host, config_.destination.port, what);
    }
    bool all_acknowledged() const {
        int error = 0, left = 0;
        socklen_t size = sizeof error;
        return ::getsockopt(channel_->socket(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
               error == 0 && ::ioctl(channel_->socket(), SIOCOUTQ, &left) == 0 && left == 0;
    }
    /// A receiver only speaks to end the connection; what follows would be lost.
    Status look_at_peer() {
        std::uint8_t scratch[1024];
        while (true) {
            IoResult const got = channel_->read(scratch);
            if (got.state == Io::kDone) continue;
            if (got.state == Io::kWantRead || got.state == Io::kWantWrite) return {};
            return failed("ended by the receiver");
        }
    }
    Status write(std::string_view octets) {
        if (!write_all(*channel_, octets, config_.stall_timeout_ms, give_up_))
            return failed("stalled or reset");
        return {};
    }

    SyslogClientConfig const config_;
    std::unique_ptr<Channel> channel_;
    std::atomic<bool> const& give_up_;
};

class Datagrams final : public core::SyslogLine {
public:
    Datagrams(SyslogClientConfig config, Poco::Net::DatagramSocket socket)
        : config_(std::move(config)), socket_(std::move(socket)) {}

    Status send(std::span<std::string const> messages) override {
        static Counter& cut = counter("musubi_syslog_datagrams_cut_total");
        for (std::string const& message : messages) {
            auto const size = std::min(message.size(), config_.datagram_bytes);
            if (size < message.size()) cut.add();
            try {
                socket_.sendBytes(message.data(), static_cast<int>(size));
            } catch (Poco::Exception const&) {
                // Also the port's refusal of an earlier datagram, where the system tells it.
                return unavailable(config_.destination.host, config_.destination.port,
                                   "datagram not sent");
            }
        }
        return {};
    }
    Result<Delivery> finish(std::chrono::milliseconds) override { return Delivery::kUnproven; }

private:
    SyslogClientConfig const config_;
    Poco::Net::DatagramSocket socket_;
};

}  // namespace

Result<std::unique_ptr<core::SyslogLine>> open_syslog_line(TlsContext& tls,
                                                           SyslogClientConfig const& config,
                                                           std::atomic<bool> const& give_up) {
    auto const& to = config.destination;
    auto channel =
        TRY(dial(tls, {to.host, to.port, to.server_name, config.connect_timeout_ms}, give_up));
    return std::unique_ptr<core::SyslogLine>(
        std::make_unique<TlsLine>(config, std::move(channel), give_up));
}

Result<std::unique_ptr<core::SyslogLine>> open_syslog_datagrams(SyslogClientConfig const& config) {
    try {
        Poco::Net::SocketAddress const address(config.destination.host, config.destination.port);
        Poco::Net::DatagramSocket socket(address.family());
        socket.connect(address);
        return std::unique_ptr<core::SyslogLine>(
            std::make_unique<Datagrams>(config, std::move(socket)));
    } catch (Poco::Exception const&) {
        return unavailable(config.destination.host, config.destination.port, "cannot be resolved");
    }
}

}  // namespace musubi::net
