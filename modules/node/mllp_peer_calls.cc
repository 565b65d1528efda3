#include "node/mllp_peer_calls.h"

#include "platform/base/fault.h"

namespace musubi::node {
namespace {

/// A receiver may close an idle connection at any time (ITI TF-2 C.2.1), which would be learned
/// from a lost message: after this long a new one is opened.
constexpr std::chrono::seconds kLongestIdle{10};

}  // namespace

MllpPeerCalls::MllpPeerCalls(net::TlsConfig const& tls, bool check_names)
    : tls_(tls), check_names_(check_names) {}

void MllpPeerCalls::forget_connections() {
    std::lock_guard const lock(mutex_);
    ++generation_;
}

std::shared_ptr<MllpPeerCalls::Line> MllpPeerCalls::line_to(core::MllpPeerCall const& call) {
    std::lock_guard const lock(mutex_);
    auto& line = lines_[call.server_name + "@" + call.host + ":" + std::to_string(call.port)];
    if (!line || line->generation != generation_) {
        line = std::make_shared<Line>();
        line->generation = generation_;
    }
    return line;
}

Result<std::unique_ptr<net::MllpClient>> MllpPeerCalls::connect(
    core::MllpPeerCall const& call) const {
    auto context = TRY(net::TlsContext::client(tls_));
    net::MllpClientConfig config;
    config.host = call.host;
    config.port = call.port;
    if (check_names_) config.server_name = call.server_name;
    config.answer_timeout_ms = static_cast<int>(call.timeout.count());
    config.connect_timeout_ms = std::min(config.connect_timeout_ms, config.answer_timeout_ms);
    return net::MllpClient::connect(*context, config);
}

Result<std::string> MllpPeerCalls::exchange(core::MllpPeerCall const& call) {
    if (auto fault = FAULT("mllp_peer.before_exchange"); !fault)
        return Error(Code::kPeerUnavailable, core::kReasonNothingDone, fault.error().detail);
    auto const line = line_to(call);
    std::lock_guard const lock(line->busy);
    auto const now = std::chrono::steady_clock::now();
    if (now - line->used > kLongestIdle) line->client.reset();
    line->used = now;
    if (!line->client) {
        auto client = connect(call);
        if (!client) {
            Error error = std::move(client).error();
            error.reason = core::kReasonNothingDone;
            return error;
        }
        line->client = std::move(*client);
    }
    auto answer = line->client->exchange(call.message);
    // Whether the receiver has read the message cannot be told: repeating it is the caller's
    // decision.
    if (!answer) line->client.reset();
    return answer;
}

}  // namespace musubi::node
