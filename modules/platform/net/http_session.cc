#include "platform/net/http_session.h"

#include <exception>

#include "platform/base/log.h"

namespace musubi::net {
namespace {

/// Pipelined requests that are served before others get a turn.
constexpr int kStepsPerTurn = 64;

Code code_for(int status) {
    switch (status) {
        case 413:
        case 414:
        case 431: return Code::kTooLarge;
        case 501:
        case 505: return Code::kUnsupported;
        case 503: return Code::kBusy;
        case 500: return Code::kInternal;
        default: return Code::kInvalidMessage;
    }
}

core::HttpReply plain_reply(int status) {
    core::HttpReply reply;
    reply.status = status;
    reply.content_type = "text/plain; charset=utf-8";
    reply.segments.push_back({std::string(http_reason(status)) + "\n", nullptr});
    return reply;
}

}  // namespace

HttpSession::HttpSession(HttpService& service, Engine& engine)
    : service_(service),
      engine_(engine),
      endpoint_(service.routes.fallback),
      since_ms_(Engine::now_ms()),
      upload_(service.uploads, engine),
      work_(service.work, engine),
      stream_(service.streams, engine) {}

HttpSession::~HttpSession() {
    if (bell_) bell_->mute();
}

Verdict HttpSession::ready(Connection& connection) {
    try {
        return run(connection);
    } catch (std::exception const&) {
        log_error("http.session_failed", {{"listener", engine_.config().name}});
    }
    return {Next::kClose, 0, 0, false};
}

Verdict HttpSession::run(Connection& connection) {
    for (int i = 0; i < kStepsPerTurn; ++i) {
        Step step;
        switch (stage_) {
            case Stage::kHead: step = on_head(connection); break;
            case Stage::kBody: step = on_body(connection); break;
            case Stage::kWork: step = on_work(connection); break;
            case Stage::kAwait: step = on_await(connection); break;
            case Stage::kReply: step = on_reply(connection); break;
            case Stage::kStream: step = on_stream(connection); break;
        }
        if (step) return *step;
    }
    return {Next::kAgain, 0, input_.size(), false};
}

/// Reads once. `got` tells whether there is something new; else the step says how to wait or end.
HttpSession::Step HttpSession::receive(Connection& connection, bool* got) {
    std::uint8_t scratch[16 * 1024];
    IoResult const result = connection.channel.read(scratch);
    *got = false;
    switch (result.state) {
        case Io::kDone:
            *got = true;
            input_.append(as_text(ByteView(scratch, result.bytes)));
            return std::nullopt;
        case Io::kWantRead:
        case Io::kWantWrite: return stage_ == Stage::kHead ? await_head() : await_body();
        case Io::kFailed: return Verdict{Next::kClose, 0, 0, false};
        case Io::kClosed: break;
    }
    if (stage_ == Stage::kHead && !parser_) return Verdict{Next::kClose, 0, 0, false};
    return refuse(400, Error(Code::kInvalidMessage, "the peer ended the request early"));
}

HttpSession::Step HttpSession::await_head() {
    ListenerConfig const& config = engine_.config();
    if (parser_)
        return Verdict{Next::kRead, since_ms_ + service_.config.header_timeout_ms, input_.size(),
                       false};
    // Nothing of a request yet: give the buffer back while waiting.
    input_ = std::string();
    int const patience = served_before_ ? config.idle_timeout_ms : config.first_byte_timeout_ms;
    return Verdict{Next::kRead, since_ms_ + patience, 0, true};
}

HttpSession::Step HttpSession::await_body() {
    return Verdict{Next::kRead, last_read_ms_ + service_.config.body_progress_timeout_ms,
                   input_.size() + parser_->body().size(), false};
}

HttpSession::Step HttpSession::await_gate() {
    return Verdict{Next::kWait, since_ms_ + engine_.config().busy_wait_ms,
                   input_.size() + parser_->body().size(), false};
}

HttpSession::Step HttpSession::on_head(Connection& connection) {
    if (!input_.empty()) {
        if (!parser_) {
            parser_ = std::make_unique<HttpParser>(service_.limits());
            since_ms_ = Engine::now_ms();
        }
        std::size_t const used = parser_->feed(input_);
        input_.erase(0, used);
        if (parser_->problem().status != 0) return refuse_problem();
        if (parser_->head_complete()) return begin_request(connection);
    }
    bool got = false;
    return receive(connection, &got);
}

HttpSession::Step HttpSession::begin_request(Connection& connection) {
    engine_.metrics().requests.add();
    core::HttpRequestHead const& head = parser_->head();
    endpoint_ = service_.route(head.path);
    if (!parser_->keep_alive()) close_ = true;
    std::optional<core::HttpReply> refusal;
    try {
        refusal = endpoint_->admit(connection.peer, head);
    } catch (std::exception const&) {
        log_error("http.admit_failed", {{"path", head.path.substr(0, 64)}});
        return refuse(500, Error(Code::kInternal, "admit threw"));
    }
    if (refusal) {
        if (!parser_->complete()) close_ = true;
        return reply_with(std::move(*refusal));
    }
    streamed_ = head.content_length.value_or(0) > service_.config.buffered_body_bytes;
    last_read_ms_ = since_ms_ = Engine::now_ms();
    pace_.emplace(service_.config.min_body_bytes_per_s);
    stage_ = streamed_ || parser_->complete() ? Stage::kWork : Stage::kBody;
    if (stage_ == Stage::kBody && !invite_body(connection))
        return Verdict{Next::kClose, 0, 0, false};
    return std::nullopt;
}

/// RFC 9110 10.1.1: the client holds its body back until it hears from us.
bool HttpSession::invite_body(Connection& connection) {
    if (invited_ || !parser_->expects_continue() || parser_->complete() || !input_.empty())
        return true;
    invited_ = true;
    constexpr int kPatienceMs = 1'000;
    return write_all(connection.channel, "HTTP/1.1 100 Continue\r\n\r\n", kPatienceMs,
                     engine_.aborted());
}

HttpSession::Step HttpSession::on_body(Connection& connection) {
    std::size_t const used = parser_->feed(input_);
    input_.erase(0, used);
    if (parser_->problem().status != 0) return refuse_problem();
    if (parser_->complete() || parser_->body().size() > service_.config.buffered_body_bytes) {
        // A chunked body says only now that it is a large one.
        streamed_ = !parser_->complete();
        since_ms_ = Engine::now_ms();
        stage_ = Stage::kWork;
        return std::nullopt;
    }
    std::int64_t const now = Engine::now_ms();
    std::size_t const before = input_.size();
    bool got = false;
    Step step = receive(connection, &got);
    if (got) {
        pace_->waited(now - last_read_ms_);
        pace_->received(input_.size() - before);
        last_read_ms_ = now;
        if (pace_->too_slow()) {
            engine_.metrics().timeout("body").add();
            return refuse(408, Error(Code::kInvalidMessage, "the body came too slowly"));
        }
    }
    return step;
}

HttpSession::Step HttpSession::on_work(Connection& connection) {
    if (streamed_ && !upload_.enter(connection.id)) return await_gate();
    if (!work_.enter(connection.id)) return await_gate();
    engine_.metrics().in_flight.add(1);
    core::HttpReply reply = streamed_ ? call_streamed(connection) : call_buffered(connection);
    engine_.metrics().in_flight.add(-1);
    work_.leave();
    upload_.leave();
    if (!parser_->complete()) close_ = true;
    if (reply.awaited) return await_reply(connection, std::move(reply.awaited));
    return reply_with(std::move(reply));
}

core::HttpReply HttpSession::guarded(std::function<core::HttpReply()> const& call) {
    try {
        core::HttpReply reply = call();
        if (reply.awaited) return reply;
        Status const read = bring_into_memory(reply, service_.config.buffered_body_bytes);
        if (read) return reply;
        log_error("http.content_unreadable");
        if (reply.sent) reply.sent(false);
        return phrase(500, read.error());
    } catch (std::exception const&) {
        log_error("http.endpoint_failed", {{"path", parser_->head().path.substr(0, 64)}});
    }
    return phrase(500, Error(Code::kInternal, "endpoint threw"));
}

core::HttpReply HttpSession::call_buffered(Connection& connection) {
    BufferedBody body(parser_->body());
    return guarded([&] { return endpoint_->handle(connection.peer, parser_->head(), body); });
}

core::HttpReply HttpSession::call_streamed(Connection& connection) {
    StreamedBody body(service_, engine_, connection.channel, *parser_, input_);
    return guarded([&] {
        if (!invite_body(connection)) close_ = true;
        return endpoint_->handle(connection.peer, parser_->head(), body);
    });
}

core::HttpReply HttpSession::phrase(int status, Error const& why) {
    core::HttpReply reply;
    try {
        reply = endpoint_->refuse(status, why);
    } catch (std::exception const&) {
        log_error("http.refuse_failed");
        reply = plain_reply(status);
    }
    if (status == 503) {
        bool named = false;
        for (auto const& header : reply.headers) named = named || header.name == "Retry-After";
        if (!named) reply.headers.push_back({"Retry-After", "2"});
    }
    return reply;
}

HttpSession::Step HttpSession::refuse_problem() {
    HttpProblem const& problem = parser_->problem();
    if (problem.limit != nullptr) engine_.metrics().limit_hit(problem.limit).add();
    engine_.metrics().refused("http").add();
    // As far as it was read, it tells whose words to use.
    std::string const& path = parser_->head().path;
    if (!path.empty()) endpoint_ = service_.route(path);
    return refuse(problem.status, Error(code_for(problem.status), problem.detail));
}

HttpSession::Step HttpSession::refuse(int status, Error const& why) {
    // Where the next request would begin is not known any more.
    close_ = true;
    return reply_with(phrase(status, why));
}

HttpSession::Step HttpSession::reply_with(core::HttpReply reply) {
    if (engine_.draining()) close_ = true;
    bool const parsed = parser_ && parser_->head_complete();
    ReplyFraming framing;
    framing.close = close_;
    framing.http_1_0 = parsed && parser_->http_1_0();
    framing.head_only = parsed && parser_->head().method == "HEAD";
    if (parser_) parser_->body() = std::string();
    writer_ = std::make_unique<ReplyWriter>(std::move(reply), framing);
    stage_ = Stage::kReply;
    return std::nullopt;
}

HttpSession::Step HttpSession::on_reply(Connection& connection) {
    std::int64_t const until = Engine::now_ms() + engine_.config().write_progress_timeout_ms;
    switch (writer_->step(connection.channel)) {
        case ReplyWriter::State::kDone: return after_reply(connection);
        case ReplyWriter::State::kWantRead:
            return Verdict{Next::kRead, until, writer_->pending_bytes(), false};
        case ReplyWriter::State::kWantWrite:
            return Verdict{Next::kWrite, until, writer_->pending_bytes(), false};
        case ReplyWriter::State::kNeedsThread:
            stage_ = Stage::kStream;
            since_ms_ = Engine::now_ms();
            return std::nullopt;
        case ReplyWriter::State::kFailed: break;
    }
    return Verdict{Next::kClose, 0, 0, false};
}

HttpSession::Step HttpSession::on_stream(Connection& connection) {
    int const stall_ms = engine_.config().write_progress_timeout_ms;
    if (!stream_.enter(connection.id)) {
        return Verdict{Next::kWait, since_ms_ + stall_ms, writer_->pending_bytes(), false};
    }
    auto const state = writer_->stream(connection.channel, stall_ms, engine_.aborted());
    stream_.leave();
    if (state == ReplyWriter::State::kDone) return after_reply(connection);
    engine_.metrics().refused("reader").add();
    return Verdict{Next::kClose, 0, 0, false};
}

HttpSession::Step HttpSession::after_reply(Connection& connection) {
    bool const close = writer_->close();
    writer_.reset();
    if (close) return Verdict{Next::kLinger, 0, 0, false};
    next_request();
    // A read would only say that there is nothing yet: spare the system call.
    if (input_.empty() && !connection.channel.pending()) return await_head();
    return std::nullopt;
}

void HttpSession::next_request() {
    parser_.reset();
    endpoint_ = service_.routes.fallback;
    stage_ = Stage::kHead;
    served_before_ = true;
    streamed_ = invited_ = close_ = false;
    pace_.reset();
    since_ms_ = Engine::now_ms();
}

Verdict HttpSession::expired(Connection& connection) {
    switch (stage_) {
        case Stage::kHead:
            engine_.metrics()
                .timeout(parser_          ? "header"
                         : served_before_ ? "idle"
                                          : "first_byte")
                .add();
            if (!parser_) return {Next::kClose, 0, 0, false};
            refuse(408, Error(Code::kInvalidMessage, "the head came too slowly"));
            break;
        case Stage::kBody:
            engine_.metrics().timeout("body").add();
            refuse(408, Error(Code::kInvalidMessage, "the body came too slowly"));
            break;
        case Stage::kWork:
            // A place may have come in the same moment: it goes to the next one.
            upload_.leave();
            work_.leave();
            engine_.metrics().busy.add();
            refuse(503, Error(Code::kBusy, "no free slot"));
            break;
        case Stage::kAwait:
            // Whoever works on it has deadlines of its own; this is the end of our patience.
            work_.leave();
            awaited_.reset();
            engine_.metrics().timeout("awaited").add();
            refuse(503, Error(Code::kBusy, "the reply was awaited for too long"));
            break;
        case Stage::kReply:
        case Stage::kStream:
            engine_.metrics().timeout("write").add();
            return {Next::kClose, 0, 0, false};
    }
    return ready(connection);
}

Verdict HttpSession::overloaded(Connection& connection) {
    if (stage_ == Stage::kReply || stage_ == Stage::kStream) return {Next::kClose, 0, 0, false};
    awaited_.reset();
    upload_.leave();
    work_.leave();
    input_ = std::string();
    refuse(503, Error(Code::kBusy, "too much is waiting here already"));
    return ready(connection);
}

}  // namespace musubi::net
