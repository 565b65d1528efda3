#pragma once
// Inside the room: one HTTP connection from request to request. Each stage either goes on to the
// next one or returns the verdict under which the connection waits.

#include "platform/net/http_body.h"
#include "platform/net/reply_writer.h"

#include <mutex>
#include <optional>

namespace musubi::net {

/// Rings for one connection, from any thread, until that is gone.
class Bell {
public:
    Bell(Engine& engine, std::uint64_t connection) : engine_(&engine), connection_(connection) {}
    void ring() {
        std::lock_guard const lock(mutex_);
        rung_ = true;
        if (engine_) engine_->post(connection_);
    }
    bool rung() {
        std::lock_guard const lock(mutex_);
        return rung_;
    }
    void mute() {
        std::lock_guard const lock(mutex_);
        engine_ = nullptr;
    }

private:
    std::mutex mutex_;
    Engine* engine_;
    std::uint64_t const connection_;
    bool rung_ = false;
};

class HttpSession final : public Session {
public:
    HttpSession(HttpService& service, Engine& engine);
    ~HttpSession() override;

    Verdict ready(Connection& connection) override;
    Verdict expired(Connection& connection) override;
    Verdict overloaded(Connection& connection) override;

private:
    enum class Stage : std::uint8_t { kHead, kBody, kWork, kAwait, kReply, kStream };
    using Step = std::optional<Verdict>;

    Verdict run(Connection& connection);
    Step on_head(Connection& connection);
    Step on_body(Connection& connection);
    Step on_work(Connection& connection);
    Step await_reply(Connection& connection, std::shared_ptr<core::AwaitedReply> awaited);
    Step on_await(Connection& connection);
    Step on_reply(Connection& connection);
    Step on_stream(Connection& connection);

    Step begin_request(Connection& connection);
    Step receive(Connection& connection, bool* got);
    Step await_head();
    Step await_body();
    Step await_gate();
    bool invite_body(Connection& connection);
    core::HttpReply call_buffered(Connection& connection);
    core::HttpReply call_streamed(Connection& connection);
    core::HttpReply guarded(std::function<core::HttpReply()> const& call);
    Step reply_with(core::HttpReply reply);
    Step refuse(int status, Error const& why);
    Step refuse_problem();
    core::HttpReply phrase(int status, Error const& why);
    Step after_reply(Connection& connection);
    void next_request();

    HttpService& service_;
    Engine& engine_;
    Stage stage_ = Stage::kHead;
    std::unique_ptr<HttpParser> parser_;  ///< made with the first byte of a request
    std::string input_;                   ///< read, not yet taken by the parser
    core::HttpEndpoint* endpoint_;
    bool served_before_ = false;
    bool streamed_ = false;
    bool invited_ = false;
    bool close_ = false;
    std::int64_t since_ms_ = 0;  ///< beginning of the head, or of the wait for a slot
    std::optional<Pace> pace_;
    std::int64_t last_read_ms_ = 0;
    GatePlace upload_;
    GatePlace work_;
    GatePlace stream_;
    std::shared_ptr<core::AwaitedReply> awaited_;
    std::shared_ptr<Bell> bell_;  ///< by which it wakes us, as long as we are there
    std::unique_ptr<ReplyWriter> writer_;
};

}  // namespace musubi::net
