#include "xca/breaker.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

namespace musubi::xca {
namespace {

void show(std::string const& name, bool resting) {
    gauge("musubi_xca_community_resting", "community=\"" + name + "\"").set(resting ? 1 : 0);
}

}  // namespace

bool Breaker::lets_through(std::string const& name, Time now) {
    std::lock_guard const lock(mutex_);
    State& state = states_[name];
    if (state.failures < settings_.failures) return true;
    if (now < state.until) return false;
    // A probe whose end nobody tells (its request was let go of) must not keep others out for ever.
    state.until = now + settings_.pause;
    return true;
}

void Breaker::went(std::string const& name, bool well, Time now) {
    std::lock_guard const lock(mutex_);
    State& state = states_[name];
    if (well) {
        if (state.failures >= settings_.failures)
            log_info("xca.community_back", {{"community", name}});
        state.failures = 0;
        show(name, false);
        return;
    }
    if (++state.failures < settings_.failures) return;
    if (state.failures == settings_.failures)
        log_warning("xca.community_resting", {{"community", name}});
    state.until = now + settings_.pause;
    show(name, true);
}

std::vector<std::string> Breaker::resting(Time now) const {
    std::lock_guard const lock(mutex_);
    std::vector<std::string> out;
    for (auto const& [name, state] : states_) {
        if (state.failures >= settings_.failures && now < state.until) out.push_back(name);
    }
    return out;
}

}  // namespace musubi::xca
