#include <utility>

#include "platform/net/http_session.h"

namespace musubi::net {

/// Others work on the reply: until the bell rings nothing of ours is held but the connection.
HttpSession::Step HttpSession::await_reply(Connection& connection,
                                           std::shared_ptr<core::AwaitedReply> awaited) {
    parser_->body() = std::string();
    awaited_ = std::move(awaited);
    if (bell_) bell_->mute();
    bell_ = std::make_shared<Bell>(engine_, connection.id);
    stage_ = Stage::kAwait;
    since_ms_ = Engine::now_ms();
    awaited_->when_ready([bell = bell_] { bell->ring(); });
    return std::nullopt;
}

HttpSession::Step HttpSession::on_await(Connection& connection) {
    if (!bell_->rung()) {
        return Verdict{Next::kWait, since_ms_ + service_.config.awaited_reply_ms, input_.size(),
                       false};
    }
    if (!work_.enter(connection.id)) {
        return Verdict{Next::kWait, Engine::now_ms() + engine_.config().busy_wait_ms, input_.size(),
                       false};
    }
    engine_.metrics().in_flight.add(1);
    auto const awaited = std::exchange(awaited_, nullptr);
    core::HttpReply reply = guarded([&] { return awaited->take(); });
    engine_.metrics().in_flight.add(-1);
    work_.leave();
    if (reply.awaited) return await_reply(connection, std::move(reply.awaited));
    return reply_with(std::move(reply));
}

}  // namespace musubi::net
