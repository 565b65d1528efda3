#include "atna/roots_keeper.h"

#include "core/time_port.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>

namespace musubi::atna {
namespace {

constexpr std::chrono::milliseconds kLongestPoll{30'000};
constexpr std::chrono::milliseconds kFirstWait{2'000};
constexpr std::chrono::milliseconds kFirstPause{5'000};
constexpr std::chrono::milliseconds kLongestPause{900'000};

}  // namespace

RootKeeper::RootKeeper(pg::Pool& pool, vault::KeyRing const& keys,
                       std::filesystem::path journal_folder, EvidenceSettings settings,
                       core::Ports const& ports, Clock const& clock)
    : pool_(pool),
      settings_(std::move(settings)),
      ports_(ports),
      clock_(clock),
      maker_(pool, keys, std::move(journal_folder), settings_.roots),
      stamp_pause_(kFirstPause) {}

RootKeeper::~RootKeeper() { stop(); }

void RootKeeper::start() {
    if (settings_.enabled())
        thread_ = std::thread([this] { run(); });
    else
        log_info("atna.no_evidence_key");
}

void RootKeeper::stop() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void RootKeeper::run() {
    auto const poll = std::min(settings_.interval, kLongestPoll);
    std::unique_lock lock(mutex_);
    // Let everybody start, and the clock be compared, first.
    wake_.wait_for(lock, std::min(poll, kFirstWait), [&] { return stopping_; });
    while (!stopping_) {
        lock.unlock();
        try {
            turn();
        } catch (std::exception const&) {
            log_warning("atna.roots_turn_failed");
        }
        lock.lock();
        wake_.wait_for(lock, poll, [&] { return stopping_; });
    }
}

void RootKeeper::turn() {
    sign();
    if (!settings_.stamps.urls.empty()) stamp();
}

/// Keeps the newest word about a trouble, and logs it when it changes.
void RootKeeper::note(std::string& where, std::string what) {
    std::lock_guard const lock(mutex_);
    if (where == what) return;
    if (what.empty())
        log_info("atna.evidence_resumed");
    else
        log_warning("atna.evidence_trouble", {{"why", what}});
    where = std::move(what);
}

bool RootKeeper::due() {
    if (!last_root_) {
        auto const newest = maker_.newest_time();
        // An unreadable one is told by make().
        last_root_ = newest && *newest ? **newest : WallTime{};
    }
    return clock_.now() >= *last_root_ + settings_.interval;
}

std::optional<RootCircumstances> RootKeeper::circumstances() {
    RootCircumstances out;
    out.now = clock_.now();
    if (auto const* time = ports_.find<core::TrustedTimePort>()) {
        auto const trusted = time->may_stamp();
        if (!trusted && trusted.error().code != Code::kUnsupported) return std::nullopt;
        out.clock_watched = trusted.ok();
    }
    if (auto const* agreement = ports_.find<core::AgreementInForcePort>())
        out.agreement = agreement->agreement_hash();
    return out;
}

void RootKeeper::sign() {
    static auto& made = counter("atna_roots_total");
    static auto& failures = counter("atna_root_failures_total");
    if (!published_) published_ = maker_.publish_after(0).ok();
    if (!due()) return;
    auto const now = circumstances();
    if (!now) {
        note(sign_trouble_, "audit roots wait until the clock is known to be right");
        return;
    }
    // A chain that has grown far since gets several, one after the other.
    for (bool more = true; more;) {
        auto const root = maker_.make(*now);
        if (!root) {
            failures.add();
            published_ = false;
            note(sign_trouble_, "audit roots cannot be signed: " + root.error().detail);
            return;
        }
        more = root->has_value() &&
               (*root)->root.last - (*root)->root.first + 1 == settings_.roots.max_records;
        if (*root) {
            made.add();
            last_root_ = (*root)->root.time;
        }
    }
    note(sign_trouble_, "");
}

void RootKeeper::stamp() {
    static auto& stamped = counter("atna_root_stamps_total");
    static auto& failures = counter("atna_root_stamp_failures_total");
    auto* const port = ports_.find<core::TimeStampPort>();
    if (!port || clock_.monotonic() < stamp_again_) return;
    auto const done = stamp_roots(pool_, *port, settings_.stamps, settings_.roots.folder);
    if (done) {
        stamped.add(static_cast<std::uint64_t>(*done));
        stamp_pause_ = kFirstPause;
        note(stamp_trouble_, "");
    } else {
        failures.add();
        stamp_again_ = clock_.monotonic() + stamp_pause_;
        stamp_pause_ = std::min(stamp_pause_ * 2, kLongestPause);
        note(stamp_trouble_, "audit roots get no time stamp: " + done.error().detail);
    }
    auto const oldest = oldest_unstamped(pool_);
    bool const late =
        oldest && *oldest && clock_.now() - **oldest > WallTime::duration(settings_.stamp_alarm);
    std::lock_guard const lock(mutex_);
    stamp_late_ = late;
}

core::HealthReport RootKeeper::health() const {
    std::lock_guard const lock(mutex_);
    if (!sign_trouble_.empty()) return {core::Health::kDegraded, sign_trouble_};
    if (stamp_late_) {
        return {core::Health::kDegraded,
                stamp_trouble_.empty() ? "audit roots wait for their time stamp" : stamp_trouble_};
    }
    return {};
}

}  // namespace musubi::atna
