#include "ct/monitor.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <charconv>

namespace musubi::ct {
namespace {

constexpr std::size_t kMaxUntold = 100;

std::string ms(Microseconds value) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(value).count()) +
           " ms";
}

bool is_out(State state) { return state == State::kAlarm || state == State::kLost; }

std::string label(Server const& server) { return "server=\"" + server.name + "\""; }

}  // namespace

Result<std::vector<Server>> read_servers(std::vector<std::string> const& entries) {
    std::vector<Server> out;
    for (auto const& entry : entries) {
        Server server;
        server.name = server.host = entry;
        auto const colon = entry.rfind(':');
        if (colon != std::string::npos) {
            server.host = entry.substr(0, colon);
            char const* const from = entry.data() + colon + 1;
            char const* const to = entry.data() + entry.size();
            auto const [end, error] = std::from_chars(from, to, server.port);
            if (error != std::errc() || end != to || server.port == 0)
                return Error(Code::kInvalidContent, "ct.servers: '" + entry + "': HOST[:PORT]");
        }
        // It becomes a label of a metric.
        if (server.host.empty() || entry.find_first_of("\"\\\n ") != std::string::npos)
            return Error(Code::kInvalidContent, "ct.servers: '" + entry + "': HOST[:PORT]");
        out.push_back(std::move(server));
    }
    return out;
}

Monitor::Monitor(core::TimeProbePort& probe, Clock const& clock, MonitorSettings settings,
                 std::function<Status(ClockEvent const&)> tell)
    : probe_(probe),
      clock_(clock),
      settings_(std::move(settings)),
      tell_(std::move(tell)),
      watch_(settings_.limits, clock.monotonic()) {}

Monitor::~Monitor() { stop(); }

void Monitor::start() {
    if (!settings_.servers.empty()) thread_ = std::thread([this] { run(); });
}

void Monitor::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Monitor::run() {
    auto next = clock_.monotonic();
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        look();
        if (clock_.monotonic() >= next) {
            round();
            next = clock_.monotonic() + settings_.interval;
            look();
        }
        lock.lock();
        wake_.wait_for(lock, std::min(settings_.look, settings_.interval),
                       [&] { return stopping_; });
    }
}

void Monitor::round() {
    for (auto const& server : settings_.servers) {
        auto const answer = probe_.ask(server.host, server.port, settings_.timeout);
        std::lock_guard const lock(mutex_);
        gauge("ct_server_reachable", label(server)).set(answer ? 1 : 0);
        if (answer) {
            watch_.answered(server.name, *answer, clock_.monotonic());
            gauge("ct_server_offset_microseconds", label(server)).set(answer->offset.count());
        } else {
            watch_.silent(server.name);
        }
        if (stopping_) return;
    }
}

void Monitor::look() {
    State state = State::kUnknown;
    std::optional<Microseconds> jump, offset;
    {
        std::lock_guard const lock(mutex_);
        jump = watch_.step(clock_.now(), clock_.monotonic());
        state = watch_.state(clock_.monotonic());
        offset = watch_.offset();
    }
    if (offset) gauge("ct_offset_microseconds").set(offset->count());
    gauge("ct_synchronised").set(state == State::kGood || state == State::kWarning ? 1 : 0);
    if (jump) {
        counter("ct_clock_steps_total").add();
        queue(true, "the clock jumped by " + ms(*jump));
    }
    if (is_out(state) != out_) {
        out_ = is_out(state);
        queue(out_, !out_                   ? "the clock is synchronised again"
                    : state == State::kLost ? "no time server answers"
                                            : "the clock is off by " + ms(*offset));
    }
    while (!untold_.empty()) {
        if (!tell_(untold_.front())) break;
        untold_.erase(untold_.begin());
    }
}

void Monitor::queue(bool alarm, std::string text) {
    log_warning("ct.changed", {{"what", text}});
    if (untold_.size() < kMaxUntold) untold_.push_back({alarm, std::move(text)});
}

Status Monitor::may_stamp() const {
    if (settings_.servers.empty())
        return Error(Code::kUnsupported, "no time server is configured (ct.servers)");
    std::lock_guard const lock(mutex_);
    if (watch_.may_stamp(clock_.monotonic())) return {};
    return Error(Code::kConflict, "the clock is not known to be right");
}

State Monitor::state() const {
    std::lock_guard const lock(mutex_);
    return watch_.state(clock_.monotonic());
}

std::string Monitor::describe() const {
    std::lock_guard const lock(mutex_);
    auto const state = watch_.state(clock_.monotonic());
    auto const offset = watch_.offset();
    if (state == State::kLost || !offset) return "no time server answers";
    return "the clock is off by " + ms(*offset);
}

}  // namespace musubi::ct
