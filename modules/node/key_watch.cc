#include "node/key_watch.h"

#include "platform/base/log.h"

#include <sys/stat.h>

#include <ctime>

namespace musubi::node {
namespace {

constexpr std::chrono::seconds kPause{1};
/// A folder's time is no finer than the system's tick: shortly after a change there may be another
/// one that does not show.
constexpr std::int64_t kSettled = 3;

/// Names that were created, renamed or removed change it.
std::int64_t changed_at(std::filesystem::path const& folder, std::int64_t& second) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0) return -1;
    second = info.st_mtim.tv_sec;
    return info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace

void KeyWatch::start() {
    thread_ = std::thread([this] { run(); });
}

void KeyWatch::stop() {
    {
        std::lock_guard const lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void KeyWatch::run() {
    std::int64_t seen = 0;
    bool told = false;
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kPause, [&] { return ending_; })) {
        lock.unlock();
        std::int64_t second = 0;
        auto const now = changed_at(folder_, second);
        if (now != seen || ::time(nullptr) - second < kSettled) {
            auto const done = keys_.refresh();
            if (done) seen = now;
            if (!done && !told) log_warning("keys.not_read", {{"detail", done.error().detail}});
            told = !done;
        }
        lock.lock();
    }
}

}  // namespace musubi::node
