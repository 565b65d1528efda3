#include "platform/base/deadline.h"

#include <algorithm>

namespace musubi {
namespace {

thread_local RequestDeadline::Time deadline_of_thread{};

}  // namespace

RequestDeadline::RequestDeadline(Time until) : previous_(deadline_of_thread) {
    deadline_of_thread = until;
}

RequestDeadline::~RequestDeadline() { deadline_of_thread = previous_; }

std::optional<RequestDeadline::Time> RequestDeadline::current() {
    if (deadline_of_thread == Time{}) return std::nullopt;
    return deadline_of_thread;
}

bool RequestDeadline::passed() {
    auto const until = current();
    return until && std::chrono::steady_clock::now() >= *until;
}

RequestDeadline::Time RequestDeadline::cap(Time time) {
    auto const until = current();
    return until ? std::min(time, *until) : time;
}

}  // namespace musubi
