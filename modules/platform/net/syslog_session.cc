#include "platform/net/syslog_session.h"

#include <exception>

#include "platform/base/log.h"

namespace musubi::net {
namespace {

constexpr int kStepsPerTurn = 64;
constexpr int kRetryMs = 500;

/// The socket's end becomes a reset: the sender must not believe that all was read.
Verdict reset(Connection& connection) {
    connection.channel.abandon();
    return {Next::kClose, 0, 0, false};
}

}  // namespace

SyslogSession::SyslogSession(SyslogService& service, Engine& engine)
    : service_(service),
      engine_(engine),
      framer_(service.config.max_message_bytes),
      since_ms_(Engine::now_ms()),
      work_(service.work, engine) {}

Verdict SyslogSession::ready(Connection& connection) {
    try {
        return run(connection);
    } catch (std::exception const&) {
        log_error("syslog.session_failed", {{"listener", engine_.config().name}});
    }
    return reset(connection);
}

Verdict SyslogSession::run(Connection& connection) {
    for (int i = 0; i < kStepsPerTurn; ++i) {
        Step step;
        switch (stage_) {
            case Stage::kAdmit:
                if (!service_.endpoint->admit(connection.peer)) {
                    engine_.metrics().refused("member").add();
                    return reset(connection);
                }
                stage_ = Stage::kRead;
                break;
            case Stage::kRead: step = on_read(connection); break;
            case Stage::kStore: step = on_store(connection); break;
            case Stage::kPause:
                if (Engine::now_ms() < resume_ms_) return {Next::kWait, resume_ms_, held(), false};
                stage_ = batch_.empty() ? Stage::kRead : Stage::kStore;
                break;
        }
        if (step) return *step;
    }
    return {Next::kAgain, 0, held(), false};
}

/// Reads until the peer has nothing more for now or the batch is full; then the batch is kept.
SyslogSession::Step SyslogSession::on_read(Connection& connection) {
    while (end_ == End::kNo && batch_bytes_ < service_.config.batch_bytes) {
        std::uint8_t scratch[32 * 1024];
        IoResult const got = connection.channel.read(scratch);
        if (got.state == Io::kWantRead || got.state == Io::kWantWrite) break;
        if (got.state == Io::kDone) {
            since_ms_ = Engine::now_ms();
            framer_.append(as_text(ByteView(scratch, got.bytes)));
            take_messages();
        } else {
            end_ = got.state == Io::kClosed && framer_.between() ? End::kOrderly : End::kBroken;
        }
    }
    if (!batch_.empty()) {
        since_ms_ = Engine::now_ms();
        stage_ = Stage::kStore;
        return std::nullopt;
    }
    if (end_ == End::kOrderly) return finished();
    if (end_ == End::kBroken) return reset(connection);
    if (framer_.between() && engine_.draining()) return finished();
    return await_bytes();
}

void SyslogSession::take_messages() {
    while (true) {
        switch (framer_.next()) {
            case SyslogFramer::State::kNothing:
            case SyslogFramer::State::kPartial: return;
            case SyslogFramer::State::kBadFraming:
                engine_.metrics().refused("framing").add();
                end_ = End::kBroken;
                return;
            case SyslogFramer::State::kMessage:
                if (framer_.cut()) service_.cut.add();
                engine_.metrics().requests.add();
                batch_.emplace_back(framer_.message());
                batch_bytes_ += batch_.back().size();
        }
    }
}

SyslogSession::Step SyslogSession::await_bytes() const {
    ListenerConfig const& config = engine_.config();
    bool const between = framer_.between();
    int const patience = !between         ? service_.config.message_progress_timeout_ms
                         : served_before_ ? config.idle_timeout_ms
                                          : config.first_byte_timeout_ms;
    return Verdict{Next::kRead, since_ms_ + patience, framer_.held_bytes(), between};
}

SyslogSession::Step SyslogSession::on_store(Connection& connection) {
    if (!work_.enter(connection.id))
        return Verdict{Next::kWait, since_ms_ + service_.config.store_patience_ms, held(), false};
    std::vector<std::string_view> const views(batch_.begin(), batch_.end());
    engine_.metrics().in_flight.add(1);
    auto const kept = service_.endpoint->receive(connection.peer, views);
    engine_.metrics().in_flight.add(-1);
    work_.leave();
    std::int64_t const now = Engine::now_ms();
    if (!kept) {
        if (now - since_ms_ > service_.config.store_patience_ms) {
            engine_.metrics().timeout("store").add();
            return reset(connection);
        }
        resume_ms_ = now + kRetryMs;
        stage_ = Stage::kPause;
        return std::nullopt;
    }
    batch_.clear();
    batch_bytes_ = 0;
    served_before_ = true;
    since_ms_ = resume_ms_ = now + kept->count();
    stage_ = kept->count() > 0 && end_ == End::kNo ? Stage::kPause : Stage::kRead;
    return std::nullopt;
}

/// Close_notify and FIN, then the rest of the peer's goodbye.
Verdict SyslogSession::finished() const { return {Next::kLinger, 0, 0, false}; }

Verdict SyslogSession::expired(Connection& connection) {
    if (stage_ == Stage::kPause) return {Next::kAgain, 0, held(), false};
    if (stage_ == Stage::kRead || stage_ == Stage::kAdmit) {
        bool const between = framer_.between();
        engine_.metrics()
            .timeout(!between         ? "message"
                     : served_before_ ? "idle"
                                      : "first_byte")
            .add();
        return between ? finished() : reset(connection);
    }
    work_.leave();
    engine_.metrics().busy.add();
    return reset(connection);
}

Verdict SyslogSession::overloaded(Connection& connection) {
    work_.leave();
    return reset(connection);
}

}  // namespace musubi::net
