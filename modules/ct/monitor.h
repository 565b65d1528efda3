#pragma once
// Asks the time servers round by round, judges, and tells: metrics, health, and on record when
// synchronisation is lost, comes back, or the clock jumps (ITI TF-1 7, security alerts of ITI-20).
//
// One thread; the rest from any. Ownership: probe, clock and teller outlive it. start() and stop()
// once each.

#include "ct/watch.h"
#include "platform/base/clock.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace musubi::ct {

struct Server {
    std::string host;
    std::uint16_t port = 123;
    std::string name;  ///< as configured
};
/// "ntp.example" or "ntp.example:123"
Result<std::vector<Server>> read_servers(std::vector<std::string> const& entries);

/// What goes on record, in our words.
struct ClockEvent {
    bool alarm = true;  ///< else: good again
    std::string text;
};

struct MonitorSettings {
    std::vector<Server> servers;
    Limits limits;
    std::chrono::milliseconds interval{16'000};
    std::chrono::milliseconds timeout{1'000};  ///< of one question
    std::chrono::milliseconds look{1'000};     ///< how often both clocks are compared
};

class Monitor final : public core::TrustedTimePort {
public:
    /// `tell` must not throw. What it could not record is told again at the next look.
    Monitor(core::TimeProbePort& probe, Clock const& clock, MonitorSettings settings,
            std::function<Status(ClockEvent const&)> tell);
    ~Monitor() override;

    void start();
    void stop();
    Status may_stamp() const override;

    State state() const;
    std::string describe() const;  ///< for the health report

    void round();  ///< asks every server once; for tests
    void look();   ///< compares the clocks, tells what changed; for tests

private:
    void run();
    void queue(bool alarm, std::string text);

    core::TimeProbePort& probe_;
    Clock const& clock_;
    MonitorSettings const settings_;
    std::function<Status(ClockEvent const&)> tell_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    Watch watch_;                     // guarded by mutex_
    bool out_ = false;                // the thread's own: told as alarm or lost
    std::vector<ClockEvent> untold_;  // the thread's own
    bool stopping_ = false;           // guarded by mutex_
    std::thread thread_;
};

}  // namespace musubi::ct
