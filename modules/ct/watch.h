#pragma once
// The judgement on our clock out of what time servers answered: pure, no thread, no clock of its
// own. One thread at a time.
//
// Of each server the answer with the shortest way counts among its newest eight (the longer the
// way, the less an offset says); over all servers the median, so that one that lies does not
// decide.

#include "core/time_port.h"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace musubi::ct {

using Microseconds = std::chrono::microseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

struct Limits {
    std::chrono::milliseconds warn{100};
    std::chrono::milliseconds alarm{500};
    std::chrono::milliseconds refuse{1'000};        ///< no new legal time stamps
    std::chrono::milliseconds lost_after{900'000};  ///< without an answer of any server
};

enum class State : std::uint8_t {
    kUnknown,  ///< nobody has answered yet
    kGood,
    kWarning,  ///< beyond `warn`
    kAlarm,    ///< beyond `alarm`
    kLost,     ///< nobody answers
};
std::string_view to_string(State state);

class Watch {
public:
    Watch(Limits limits, SteadyTime now) : limits_(limits), heard_(now) {}

    void answered(std::string const& server, core::TimeAnswer const& answer, SteadyTime now);
    void silent(std::string const& server);  ///< its older answers count no more

    /// Compares both clocks with the last call; the jump of the wall clock, if there was one. After
    /// it no older answer counts.
    std::optional<Microseconds> step(std::chrono::system_clock::time_point wall, SteadyTime now);

    State state(SteadyTime now) const;
    std::optional<Microseconds> offset() const;
    std::optional<Microseconds> offset_of(std::string const& server) const;
    bool may_stamp(SteadyTime now) const;

private:
    Limits const limits_;
    std::map<std::string, std::deque<core::TimeAnswer>> answers_;
    SteadyTime heard_;  ///< last answer, or the beginning
    bool ever_ = false;
    std::optional<std::pair<std::chrono::system_clock::time_point, SteadyTime>> last_;
};

}  // namespace musubi::ct
