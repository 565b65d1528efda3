#pragma once
// Until when the request that this thread works on may take. Handlers are synchronous and stay on
// one thread, so whoever waits (for a database connection, for a statement) can ask here instead
// of having the time handed down through every store.
//
//   RequestDeadline const until(inbound.deadline);
//   ... RequestDeadline::cap(now + acquire_timeout) ...
//
// Background threads have none. Each thread sees its own.

#include <chrono>
#include <optional>

namespace musubi {

class RequestDeadline {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// Holds while the object lives; then what held before. A default Time means none.
    explicit RequestDeadline(Time until);
    ~RequestDeadline();
    RequestDeadline(RequestDeadline const&) = delete;
    RequestDeadline& operator=(RequestDeadline const&) = delete;

    static std::optional<Time> current();
    static bool passed();
    /// The earlier of both.
    static Time cap(Time time);

private:
    Time previous_;
};

}  // namespace musubi
