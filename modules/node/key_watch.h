#pragma once
// Keys that operators' commands make or destroy beside the running node: the keys folder is looked
// at every second, so that nothing is opened any more with a key that was destroyed. One thread;
// start() and stop() once each.

#include "platform/vault/key_ring.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace musubi::node {

class KeyWatch {
public:
    KeyWatch(std::filesystem::path folder, vault::KeyRing& keys)
        : folder_(std::move(folder)), keys_(keys) {}
    ~KeyWatch() { stop(); }
    void start();
    void stop();

private:
    void run();

    std::filesystem::path const folder_;
    vault::KeyRing& keys_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ending_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace musubi::node
