#include "platform/net/mllp_session.h"

#include <exception>

#include "platform/base/log.h"

namespace musubi::net {
namespace {

constexpr int kStepsPerTurn = 64;

}  // namespace

MllpSession::MllpSession(MllpService& service, Engine& engine)
    : service_(service),
      engine_(engine),
      framer_(service.config.max_message_bytes),
      since_ms_(Engine::now_ms()),
      work_(service.work, engine, GatePlace::Heir::kThisWorker) {}

Verdict MllpSession::ready(Connection& connection) {
    try {
        return run(connection);
    } catch (std::exception const&) {
        log_error("mllp.session_failed", {{"listener", engine_.config().name}});
    }
    return {Next::kClose, 0, 0, false};
}

Verdict MllpSession::run(Connection& connection) {
    for (int i = 0; i < kStepsPerTurn; ++i) {
        Step step;
        switch (stage_) {
            case Stage::kRead: step = on_read(connection); break;
            case Stage::kWork: step = on_work(connection); break;
            case Stage::kReply: step = on_reply(connection); break;
        }
        if (step) return *step;
    }
    return {Next::kAgain, 0, framer_.held_bytes(), false};
}

MllpSession::Step MllpSession::on_read(Connection& connection) {
    switch (framer_.state()) {
        case MllpFramer::State::kMessage:
            engine_.metrics().requests.add();
            since_ms_ = Engine::now_ms();
            stage_ = Stage::kWork;
            return std::nullopt;
        case MllpFramer::State::kBadFraming:
            engine_.metrics().refused("framing").add();
            return refuse(connection, Code::kInvalidMessage, "bytes outside an MLLP block");
        case MllpFramer::State::kTooLong:
            engine_.metrics().limit_hit("message").add();
            return refuse(connection, Code::kTooLarge, "message is longer than allowed");
        case MllpFramer::State::kPartial:
            if (!partial_) pace_.emplace(service_.config.min_bytes_per_s);
            partial_ = true;
            break;
        case MllpFramer::State::kNothing: partial_ = false; break;
    }
    if (!partial_ && engine_.draining()) return Verdict{Next::kLinger, 0, 0, false};
    return receive(connection);
}

MllpSession::Step MllpSession::receive(Connection& connection) {
    std::uint8_t scratch[16 * 1024];
    IoResult const result = connection.channel.read(scratch);
    switch (result.state) {
        case Io::kDone: break;
        case Io::kWantRead:
        case Io::kWantWrite: return await_bytes();
        case Io::kClosed:
            if (partial_)
                return refuse(connection, Code::kInvalidMessage, "the message ended early");
            return Verdict{Next::kClose, 0, 0, false};
        case Io::kFailed: return Verdict{Next::kClose, 0, 0, false};
    }
    std::int64_t const now = Engine::now_ms();
    if (partial_) {
        pace_->waited(now - since_ms_);
        pace_->received(result.bytes);
        if (pace_->too_slow()) {
            engine_.metrics().timeout("message").add();
            return refuse(connection, Code::kInvalidMessage, "the message came too slowly");
        }
    }
    since_ms_ = now;
    framer_.append(as_text(ByteView(scratch, result.bytes)));
    return std::nullopt;
}

MllpSession::Step MllpSession::await_bytes() {
    ListenerConfig const& config = engine_.config();
    if (partial_) {
        return Verdict{Next::kRead, since_ms_ + service_.config.message_progress_timeout_ms,
                       framer_.held_bytes(), false};
    }
    framer_.shrink();
    int const patience = served_before_ ? config.idle_timeout_ms : config.first_byte_timeout_ms;
    return Verdict{Next::kRead, since_ms_ + patience, 0, true};
}

MllpSession::Step MllpSession::on_work(Connection& connection) {
    if (!work_.enter(connection.id)) {
        return Verdict{Next::kWait, since_ms_ + engine_.config().busy_wait_ms, framer_.held_bytes(),
                       false};
    }
    // Another message of this connection, while one of another connection was handed to this
    // worker.
    engine_.share_handed();
    engine_.metrics().in_flight.add(1);
    std::string reply;
    try {
        reply = service_.endpoint->handle(connection.peer, framer_.message());
    } catch (std::exception const&) {
        log_error("mllp.endpoint_failed");
        reply = turned_away(connection, Code::kInternal, "endpoint threw");
    }
    engine_.metrics().in_flight.add(-1);
    work_.leave();
    framer_.pop();
    partial_ = false;
    answer(reply);
    return std::nullopt;
}

std::string MllpSession::turned_away(Connection& connection, Code code, char const* detail) {
    std::string_view const message =
        stage_ == Stage::kWork ? framer_.message() : std::string_view();
    return service_.endpoint->refuse(connection.peer, message, Error(code, detail));
}

void MllpSession::answer(std::string const& message) {
    output_ = mllp_frame(message);
    output_at_ = 0;
    stage_ = Stage::kReply;
}

MllpSession::Step MllpSession::on_reply(Connection& connection) {
    while (output_at_ < output_.size()) {
        IoResult const wrote =
            connection.channel.write(std::string_view(output_).substr(output_at_));
        if (wrote.state == Io::kDone) {
            output_at_ += wrote.bytes;
        } else if (wrote.state == Io::kWantRead || wrote.state == Io::kWantWrite) {
            return Verdict{wrote.state == Io::kWantRead ? Next::kRead : Next::kWrite,
                           Engine::now_ms() + engine_.config().write_progress_timeout_ms,
                           output_.size() - output_at_ + framer_.held_bytes(), false};
        } else {
            return Verdict{Next::kClose, 0, 0, false};
        }
    }
    output_ = std::string();
    if (close_) return Verdict{Next::kLinger, 0, 0, false};
    served_before_ = true;
    since_ms_ = Engine::now_ms();
    stage_ = Stage::kRead;
    return std::nullopt;
}

MllpSession::Step MllpSession::refuse(Connection& connection, Code code, char const* detail) {
    // Where the next message would begin is not known any more.
    close_ = true;
    answer(turned_away(connection, code, detail));
    return std::nullopt;
}

Verdict MllpSession::expired(Connection& connection) {
    switch (stage_) {
        case Stage::kRead:
            engine_.metrics()
                .timeout(partial_         ? "message"
                         : served_before_ ? "idle"
                                          : "first_byte")
                .add();
            if (!partial_) return {Next::kClose, 0, 0, false};
            refuse(connection, Code::kInvalidMessage, "the message came too slowly");
            break;
        case Stage::kWork:
            work_.leave();
            engine_.metrics().busy.add();
            answer(turned_away(connection, Code::kBusy, "no free slot"));
            framer_.pop();
            partial_ = false;
            break;
        case Stage::kReply:
            engine_.metrics().timeout("write").add();
            return {Next::kClose, 0, 0, false};
    }
    // The rest is for a worker: another message may lie behind this one.
    return {Next::kAgain, 0, framer_.held_bytes(), false};
}

Verdict MllpSession::overloaded(Connection& connection) {
    if (stage_ == Stage::kReply) return {Next::kClose, 0, 0, false};
    work_.leave();
    refuse(connection, Code::kBusy, "too much is waiting here already");
    framer_.shrink();
    return ready(connection);
}

}  // namespace musubi::net
