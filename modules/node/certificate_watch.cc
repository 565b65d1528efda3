#include "node/certificate_watch.h"

#include "node/lifecycle_records.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "platform/net/certificates.h"

namespace musubi::node {
namespace {

constexpr std::chrono::hours kBetween{1};
using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

std::int64_t days_left(WallTime not_after, WallTime now) {
    return std::chrono::floor<Days>(not_after - now).count();
}

std::string words_about(core::NamedCertificate const& one, WallTime now) {
    auto const day = to_rfc3339(one.not_after).substr(0, 10);
    return "certificate of " + one.owner + " (" + one.use + ") " +
           (one.not_after <= now ? "ended on " : "ends on ") + day;
}

}  // namespace

int nearness(WallTime not_after, WallTime now) {
    if (not_after <= now) return 4;
    auto const left = not_after - now;
    if (left <= Days(7)) return 3;
    if (left <= Days(30)) return 2;
    return left <= Days(60) ? 1 : 0;
}

std::vector<core::NamedCertificate> own_certificates(core::Config const& config) {
    std::vector<core::NamedCertificate> out;
    auto const add = [&](char const* key, char const* use) {
        if (config.text(key).empty()) return;
        auto const found = net::read_certificates(config.text(key));
        if (!found) return;
        for (auto const& one : *found) out.push_back({"node", use, one.not_after});
    };
    add("tls.certificate", "own");
    add("tls.second_certificate", "own");
    add("tls.ca", "authority");
    return out;
}

CertificateWatch::CertificateWatch(core::Config const& config, core::PolicyPort const& policy,
                                   core::Pipeline& pipeline, Clock const& clock)
    : config_(config), policy_(policy), pipeline_(pipeline), clock_(clock) {}

CertificateWatch::~CertificateWatch() { stop(); }

void CertificateWatch::start() {
    look();
    thread_ = std::thread([this] {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, kBetween, [this] { return ending_; })) {
            lock.unlock();
            look();
            lock.lock();
        }
    });
}

void CertificateWatch::stop() {
    {
        std::lock_guard const lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void CertificateWatch::look() {
    auto all = own_certificates(config_);
    for (auto& one : policy_.named_certificates()) all.push_back(std::move(one));
    auto const now = clock_.now();
    std::map<std::string, std::int64_t> least;  // by labels
    core::NamedCertificate const* first = nullptr;
    bool own_over = false;
    for (auto const& one : all) {
        std::string const labels = "owner=\"" + one.owner + "\",use=\"" + one.use + "\"";
        auto const days = days_left(one.not_after, now);
        auto const place = least.try_emplace(labels, days).first;
        place->second = std::min(place->second, days);
        int const near = nearness(one.not_after, now);
        own_over = own_over || (near == 4 && one.use == "own");
        if (near == 0) continue;
        if (first == nullptr || one.not_after < first->not_after) first = &one;
        std::string const key = labels + to_rfc3339(one.not_after);
        {
            std::lock_guard const lock(mutex_);
            int& told = told_[key];
            if (told >= near) continue;
            told = near;
        }
        tell(one, near, now);
    }
    for (auto const& [labels, days] : least)
        gauge("musubi_certificate_days_left", labels).set(days);
    std::lock_guard const lock(mutex_);
    health_ = {};
    if (first == nullptr) return;
    health_.state = own_over ? core::Health::kBad : core::Health::kDegraded;
    health_.reason = words_about(*first, now);
}

void CertificateWatch::tell(core::NamedCertificate const& one, int near, WallTime now) {
    std::string const text = words_about(one, now);
    log_warning("certificate.ends", {{"owner", one.owner},
                                     {"use", one.use},
                                     {"days_left", std::to_string(days_left(one.not_after, now))}});
    auto event = change_event(config_.text("node.audit_source_id"), Changed::kSecurity, text);
    event.transaction = "certificate";
    event.outcome =
        near == 4 ? domain::AuditOutcome::kSeriousFailure : domain::AuditOutcome::kMinorFailure;
    event.outcome_description = text;
    if (auto recorded = pipeline_.record_event(std::move(event)); !recorded)
        log_error("audit.failed", {{"detail", recorded.error().detail}});
}

core::HealthReport CertificateWatch::health() const {
    std::lock_guard const lock(mutex_);
    return health_;
}

}  // namespace musubi::node
