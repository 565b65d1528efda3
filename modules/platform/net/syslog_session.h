#pragma once
// Inside the room: one connection of a sender of audit messages.

#include "platform/net/gate_place.h"
#include "platform/net/syslog_framer.h"
#include "platform/net/syslog_server.h"

#include <optional>

namespace musubi::net {

struct SyslogService {
    SyslogServerConfig const config;
    core::SyslogEndpoint* const endpoint;
    Gate work;
    Counter& cut;  ///< messages beyond the limit
};

class SyslogSession final : public Session {
public:
    SyslogSession(SyslogService& service, Engine& engine);

    Verdict ready(Connection& connection) override;
    Verdict expired(Connection& connection) override;
    Verdict overloaded(Connection& connection) override;

private:
    enum class Stage : std::uint8_t { kAdmit, kRead, kStore, kPause };
    enum class End : std::uint8_t { kNo, kOrderly, kBroken };
    using Step = std::optional<Verdict>;

    Verdict run(Connection& connection);
    Step on_read(Connection& connection);
    Step on_store(Connection& connection);
    Step read_more(Connection& connection);
    Step await_bytes() const;
    void take_messages();
    Verdict finished() const;
    std::size_t held() const { return framer_.held_bytes() + batch_bytes_; }

    SyslogService& service_;
    Engine& engine_;
    Stage stage_ = Stage::kAdmit;
    SyslogFramer framer_;
    std::vector<std::string> batch_;
    std::size_t batch_bytes_ = 0;
    End end_ = End::kNo;  ///< what comes when the batch is kept
    bool served_before_ = false;
    std::int64_t since_ms_;       ///< last byte, or the beginning of keeping a batch
    std::int64_t resume_ms_ = 0;  ///< when to go on after a pause
    GatePlace work_;
};

}  // namespace musubi::net
