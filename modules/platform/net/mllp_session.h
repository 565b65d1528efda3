#pragma once
// Inside the room: one MLLP connection.

#include "core/doors.h"
#include "platform/net/gate_place.h"
#include "platform/net/mllp_framer.h"
#include "platform/net/mllp_server.h"
#include "platform/net/pace.h"

#include <optional>

namespace musubi::net {

struct MllpService {
    MllpServerConfig const config;
    core::MllpEndpoint* const endpoint;
    Gate work;
};

class MllpSession final : public Session {
public:
    MllpSession(MllpService& service, Engine& engine);

    Verdict ready(Connection& connection) override;
    Verdict expired(Connection& connection) override;
    Verdict overloaded(Connection& connection) override;

private:
    enum class Stage : std::uint8_t { kRead, kWork, kReply };
    using Step = std::optional<Verdict>;

    Verdict run(Connection& connection);
    Step on_read(Connection& connection);
    Step on_work(Connection& connection);
    Step on_reply(Connection& connection);
    Step receive(Connection& connection);
    Step await_bytes();
    Step refuse(Connection& connection, Code code, char const* detail);
    /// An acknowledgement of the message that was read whole; in kRead there is none.
    std::string turned_away(Connection& connection, Code code, char const* detail);
    void answer(std::string const& message);

    MllpService& service_;
    Engine& engine_;
    Stage stage_ = Stage::kRead;
    MllpFramer framer_;
    bool partial_ = false;
    bool served_before_ = false;
    bool close_ = false;
    std::optional<Pace> pace_;
    std::int64_t since_ms_;  ///< last byte, or the beginning of the wait for a slot
    std::string output_;
    std::size_t output_at_ = 0;
    GatePlace work_;
};

}  // namespace musubi::net
