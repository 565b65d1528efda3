#include "ct/watch.h"

#include <algorithm>
#include <vector>

namespace musubi::ct {
namespace {

constexpr std::size_t kNewest = 8;

Microseconds magnitude(Microseconds value) { return value < Microseconds(0) ? -value : value; }

}  // namespace

std::string_view to_string(State state) {
    switch (state) {
        case State::kUnknown: return "unknown";
        case State::kGood: return "good";
        case State::kWarning: return "warning";
        case State::kAlarm: return "alarm";
        case State::kLost: return "lost";
    }
    return "unknown";
}

void Watch::answered(std::string const& server, core::TimeAnswer const& answer, SteadyTime now) {
    auto& own = answers_[server];
    own.push_back(answer);
    if (own.size() > kNewest) own.pop_front();
    heard_ = now;
    ever_ = true;
}

void Watch::silent(std::string const& server) { answers_.erase(server); }

std::optional<Microseconds> Watch::step(std::chrono::system_clock::time_point wall,
                                        SteadyTime now) {
    auto const before = std::exchange(last_, std::pair(wall, now));
    if (!before) return std::nullopt;
    auto const jump = std::chrono::duration_cast<Microseconds>(wall - before->first) -
                      std::chrono::duration_cast<Microseconds>(now - before->second);
    if (magnitude(jump) < limits_.alarm) return std::nullopt;
    answers_.clear();
    return jump;
}

std::optional<Microseconds> Watch::offset_of(std::string const& server) const {
    auto const own = answers_.find(server);
    if (own == answers_.end() || own->second.empty()) return std::nullopt;
    return std::min_element(
               own->second.begin(), own->second.end(),
               [](auto const& a, auto const& b) { return a.round_trip < b.round_trip; })
        ->offset;
}

std::optional<Microseconds> Watch::offset() const {
    std::vector<Microseconds> all;
    for (auto const& [server, answers] : answers_) {
        if (auto const one = offset_of(server)) all.push_back(*one);
    }
    if (all.empty()) return std::nullopt;
    std::sort(all.begin(), all.end());
    auto const middle = all.size() / 2;
    return all.size() % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

State Watch::state(SteadyTime now) const {
    if (now - heard_ > limits_.lost_after) return State::kLost;
    auto const off = offset();
    // Silent for a while, but not long enough to be lost.
    if (!off) return ever_ ? State::kWarning : State::kUnknown;
    if (magnitude(*off) > limits_.alarm) return State::kAlarm;
    return magnitude(*off) > limits_.warn ? State::kWarning : State::kGood;
}

bool Watch::may_stamp(SteadyTime now) const {
    auto const off = offset();
    return off && now - heard_ <= limits_.lost_after && magnitude(*off) < limits_.refuse;
}

}  // namespace musubi::ct
