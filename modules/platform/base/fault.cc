#include "platform/base/fault.h"

#include "platform/base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

namespace musubi {
namespace {

struct Plan {
    std::string action;
    int remaining = 1;
};

std::mutex mutex;
std::map<std::string, Plan, std::less<>> plans;
std::set<std::string, std::less<>> seen;
std::atomic<bool> active{false};
std::once_flag from_environment;

void parse(std::string_view text) {
    while (!text.empty()) {
        std::size_t const comma = text.find(',');
        std::string_view item = text.substr(0, comma);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
        std::size_t const equals = item.find('=');
        if (equals == std::string_view::npos) continue;
        Plan plan;
        std::string_view action = item.substr(equals + 1);
        if (std::size_t const at = action.find('@'); at != std::string_view::npos) {
            plan.remaining = std::atoi(std::string(action.substr(at + 1)).c_str());
            action = action.substr(0, at);
        }
        plan.action = action;
        plans[std::string(item.substr(0, equals))] = plan;
    }
}

void load_environment() {
    std::lock_guard const lock(mutex);
    if (char const* plan = std::getenv("MUSUBI_FAULT")) parse(plan);
    if (!plans.empty() || std::getenv("MUSUBI_FAULT_LIST")) active = true;
}

void note_first_pass(char const* name) {
    char const* file = std::getenv("MUSUBI_FAULT_LIST");
    if (!file || !seen.insert(name).second) return;
    int const fd = ::open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return;
    std::string const line = std::string(name) + "\n";
    [[maybe_unused]] ssize_t const n = ::write(fd, line.data(), line.size());
    ::close(fd);
}

}  // namespace

void arm_faults(std::string_view plan) {
    std::call_once(from_environment, load_environment);
    std::lock_guard const lock(mutex);
    plans.clear();
    parse(plan);
    active = !plans.empty();
}

Status fault_point(char const* name) {
    std::call_once(from_environment, load_environment);
    if (!active.load(std::memory_order_relaxed)) return {};
    std::string action;
    {
        std::lock_guard const lock(mutex);
        note_first_pass(name);
        auto const found = plans.find(name);
        if (found == plans.end() || found->second.remaining <= 0 || --found->second.remaining > 0)
            return {};
        action = found->second.action;
    }
    log_warning("fault.fired", {{"point", name}, {"action", action}});
    if (action == "kill") ::kill(::getpid(), SIGKILL);
    if (action == "throw") throw std::runtime_error("fault point");
    if (action.starts_with("sleep:")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(std::atoi(action.c_str() + 6)));
        return {};
    }
    return Error(Code::kStorageUnavailable, std::string("fault point ") + name);
}

}  // namespace musubi
