#include "platform/net/mllp_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "platform/net/channel.h"
#include "platform/net/mllp_framer.h"

namespace musubi::net {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime in_ms(int ms) {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
}
std::int64_t ms_until(SteadyTime end) {
    auto const left = end - std::chrono::steady_clock::now();
    return std::max<std::int64_t>(
        0, std::chrono::duration_cast<std::chrono::milliseconds>(left).count());
}

/// A socket on its way to the peer; the connection may still be under way.
Result<int> begin_connect(std::string const& host, std::uint16_t port) {
    try {
        Poco::Net::SocketAddress const address(host, port);
        int const socket = ::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket < 0) return Error(Code::kInternal, "no socket");
        int const on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        (void)::connect(socket, address.addr(), address.length());  // the result is asked for later
        return socket;
    } catch (Poco::Exception const&) {
        return Error(Code::kPeerUnavailable, "cannot resolve " + host);
    }
}

}  // namespace

struct MllpClient::Impl {
    MllpClientConfig config;
    Channel channel;
    std::atomic<bool> never{false};

    Impl(MllpClientConfig c, int socket) : config(std::move(c)), channel(socket) {}

    Status shake_hands(TlsContext& tls, SteadyTime end) {
        if (!wait_for(channel, Io::kWantWrite, ms_until(end), never))
            return unavailable("no connection");
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(channel.socket(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) return unavailable("connection refused");
        TRY(channel.start_tls(tls, TlsSide::kClient, config.server_name));
        while (true) {
            Io const state = channel.handshake();
            if (state == Io::kDone) return {};
            if (state == Io::kClosed || state == Io::kFailed) {
                return Error(Code::kUnauthenticated, channel.problem().reason);
            }
            if (!wait_for(channel, state, ms_until(end), never))
                return unavailable("handshake not finished in time");
        }
    }

    Error unavailable(char const* what) const {
        return Error(Code::kPeerUnavailable,
                     config.host + " port " + std::to_string(config.port) + ": " + what);
    }

    Result<std::string> read_answer() {
        SteadyTime const end = in_ms(config.answer_timeout_ms);
        MllpFramer framer(config.max_answer_bytes);
        std::uint8_t scratch[16 * 1024];
        while (true) {
            switch (framer.state()) {
                case MllpFramer::State::kMessage: return std::string(framer.message());
                case MllpFramer::State::kBadFraming:
                    return Error(Code::kInvalidMessage, "the answer is not framed as MLLP");
                case MllpFramer::State::kTooLong:
                    return Error(Code::kTooLarge, "the answer is too long");
                case MllpFramer::State::kNothing:
                case MllpFramer::State::kPartial: break;
            }
            IoResult const got = channel.read(scratch);
            if (got.state == Io::kDone) {
                framer.append(as_text(ByteView(scratch, got.bytes)));
            } else if (got.state == Io::kClosed || got.state == Io::kFailed) {
                return unavailable("connection ended before the answer");
            } else if (!wait_for(channel, got.state, ms_until(end), never)) {
                return unavailable("no answer in time");
            }
        }
    }
};

MllpClient::MllpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MllpClient::~MllpClient() { impl_->channel.finish_sending(); }

Result<std::unique_ptr<MllpClient>> MllpClient::connect(TlsContext& tls,
                                                        MllpClientConfig const& config) {
    SteadyTime const end = in_ms(config.connect_timeout_ms);
    int const socket = TRY(begin_connect(config.host, config.port));
    auto impl = std::make_unique<Impl>(config, socket);
    TRY(impl->shake_hands(tls, end));
    return std::unique_ptr<MllpClient>(new MllpClient(std::move(impl)));
}

Result<std::string> MllpClient::exchange(std::string_view message) {
    if (!write_all(impl_->channel, mllp_frame(message), impl_->config.answer_timeout_ms,
                   impl_->never)) {
        return impl_->unavailable("the message could not be sent");
    }
    return impl_->read_answer();
}

}  // namespace musubi::net
