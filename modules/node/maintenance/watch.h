#pragma once
// Closes windows for maintenance whose time is over, while the node runs. One thread; start() and
// stop() once each.

#include "node/maintenance/window.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace musubi::node {

class MaintenanceWatch {
public:
    MaintenanceWatch(pg::Pool& pool, MaintenanceTrail trail, Clock const& clock)
        : pool_(pool), trail_(std::move(trail)), clock_(clock) {}
    ~MaintenanceWatch() { stop(); }
    void start();
    void stop();

private:
    void run();

    pg::Pool& pool_;
    MaintenanceTrail const trail_;
    Clock const& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ending_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace musubi::node
