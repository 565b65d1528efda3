#include "platform/net/mllp_client.h"

#include <chrono>

#include "platform/net/dial.h"
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

}  // namespace

struct MllpClient::Impl {
    MllpClientConfig config;
    std::unique_ptr<Channel> connection;
    Channel& channel;
    std::atomic<bool> never{false};

    Impl(MllpClientConfig c, std::unique_ptr<Channel> dialled)
        : config(std::move(c)), connection(std::move(dialled)), channel(*connection) {}

    Error unavailable(char const* what) const {
        return net::unavailable(config.host, config.port, what);
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
    std::atomic<bool> const never{false};
    DialTarget const target{config.host, config.port, config.server_name,
                            config.connect_timeout_ms};
    auto impl = std::make_unique<Impl>(config, TRY(dial(tls, target, never)));
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
