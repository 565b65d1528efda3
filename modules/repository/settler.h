#pragma once
// Settles pending submissions in the background: what the registry holds is confirmed; what it does
// not hold when the grace time is over is dropped; while it does not answer everything stays. Runs
// only where the registry is remote.

#include "platform/base/clock.h"
#include "repository/deps.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::repository {

struct SettlerSettings {
    std::string endpoint;  ///< who asks, for the audit record
    /// From when on "not there" means never: longer than a registry may take over a submission that
    /// it has received.
    std::chrono::milliseconds grace{};
    std::chrono::milliseconds period{};
};

class Settler {
public:
    Settler(Deps& deps, Clock const& clock, SettlerSettings settings);
    ~Settler();

    void start();
    void stop();

    struct Outcome {
        int confirmed = 0, dropped = 0, open = 0;
    };
    /// One pass now, over submissions that are older than the period: younger ones may be under
    /// way. Ends at the first that the registry does not answer for.
    Result<Outcome> run_once();

private:
    void work();

    Deps& deps_;
    Clock const& clock_;
    SettlerSettings const settings_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace musubi::repository
