#include "atna/module.h"

#include "atna/audit.h"
#include "atna/indexer.h"
#include "atna/pace.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

namespace musubi::atna {
namespace {

constexpr int kNiceness = 10;

constexpr char const* kFolder = "atna.journal_folder";
constexpr char const* kSegment = "atna.segment_bytes";
constexpr char const* kInterval = "atna.seal_interval";
constexpr char const* kBacklog = "atna.backlog_alarm_bytes";
constexpr char const* kRegional = "atna.regional_authorities";

class AtnaModule final : public core::Module {
public:
    static Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
        auto& keys = context.ports.require<vault::KeyRing>();
        JournalSettings settings;
        settings.folder = context.config.text(kFolder);
        settings.segment_bytes = static_cast<std::uint64_t>(context.config.integer(kSegment));
        auto journal = TRY(Journal::open(settings));
        auto module =
            std::unique_ptr<AtnaModule>(new AtnaModule(context, keys, std::move(journal)));
        context.ports.provide<core::AuditPort>(module->audit_);
        return std::unique_ptr<core::Module>(std::move(module));
    }
    ~AtnaModule() override { join(); }

    Status start() override {
        thread_ = std::thread([this] { run(); });
        return {};
    }
    /// The last records stay in the journal if the database does not take them: the next start
    /// seals them.
    void stop(std::chrono::steady_clock::time_point) override { join(); }

    core::HealthReport health() const override {
        if (!journal_->writable())
            return {core::Health::kBad, "the audit journal cannot be written"};
        if (chain_broken_.load()) {
            return {core::Health::kDegraded,
                    "the audit table does not fit its anchor: run 'musubi audit verify'"};
        }
        if (sealing_failed_.load()) {
            return {core::Health::kDegraded, "audit records cannot be moved into the database"};
        }
        if (backlog_.load() > backlog_alarm_)
            return {core::Health::kDegraded, "the audit journal has grown large"};
        return {};
    }

private:
    AtnaModule(core::ModuleContext& context, vault::KeyRing& keys, std::unique_ptr<Journal> journal)
        : interval_(context.config.integer(kInterval)),
          backlog_alarm_(context.config.integer(kBacklog)),
          journal_(std::move(journal)),
          sealer_(keys, context.config.list(kRegional)),
          audit_(context.pool, sealer_, context.ids, *journal_),
          indexer_(context.pool, keys, sealer_, context.config.text(kFolder), journal_.get()) {}

    void join() {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

    /// Batch by batch with rests between them; when the node stops, all that is left without
    /// resting.
    void run() {
        // Behind everybody who answers requests. On Linux the priority is the thread's own.
        if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness) != 0)
            log_info("atna.sealer_not_nice");
        std::unique_lock lock(mutex_);
        auto pause = interval_;
        for (bool last = false; !last;) {
            wake_.wait_for(lock, pause, [&] { return stopping_; });
            last = stopping_;
            lock.unlock();
            pause = seal(last);
            lock.lock();
        }
    }

    /// Returns when to come again.
    std::chrono::milliseconds seal(bool all) {
        auto const began = std::chrono::steady_clock::now();
        auto const more = seal_once(all);
        static auto& backlog = gauge("atna_journal_backlog_bytes");
        std::int64_t bytes = 0;
        for (auto const& segment : journal_->segments())
            bytes += static_cast<std::int64_t>(segment.size);
        backlog_ = bytes;
        backlog.set(bytes);
        if (!more) return interval_;
        return std::min(interval_, rest_after(std::chrono::steady_clock::now() - began,
                                              indexer_.unsealed_octets(), backlog_alarm_));
    }

    bool seal_once(bool all) {
        static auto& failures = counter("atna_seal_failures_total");
        try {
            auto const outcome = all ? indexer_.run() : indexer_.run_batch();
            chain_broken_ = !outcome && outcome.error().code == Code::kConflict;
            if (!outcome) {
                failures.add();
                // Once for each outage, not for each round.
                if (!sealing_failed_.exchange(true))
                    log_warning("atna.seal_failed", {{"why", outcome.error().detail}});
            } else if (sealing_failed_.exchange(false)) {
                log_info("atna.seal_resumed", {{"records", std::to_string(outcome->sealed)}});
            }
            return outcome && outcome->more;
        } catch (std::exception const&) {
            failures.add();
            sealing_failed_ = true;
            return false;
        }
    }

    std::chrono::milliseconds const interval_;
    std::int64_t const backlog_alarm_;
    std::unique_ptr<Journal> journal_;
    EntrySealer sealer_;
    JournalAudit audit_;
    Indexer indexer_;
    std::atomic<bool> sealing_failed_{false};
    std::atomic<bool> chain_broken_{false};
    std::atomic<std::int64_t> backlog_{0};

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;  // guarded by mutex_
    std::thread thread_;
};

std::vector<core::ConfigKey> keys() {
    using core::ConfigType;
    std::vector<core::ConfigKey> out(5);
    out[0].key = kFolder;
    out[0].type = ConfigType::kPath;
    out[0].required = true;
    out[0].doc =
        "Folder of the audit journal. On a disk of its own if possible: when it is full, nothing "
        "is disclosed.";
    out[1].key = kSegment;
    out[1].type = ConfigType::kInteger;
    out[1].default_value = "67108864";
    out[1].min = 4096;
    out[1].max = std::int64_t{1} << 32;
    out[1].doc = "A new journal file is begun when one has grown to this many octets.";
    out[2].key = kInterval;
    out[2].type = ConfigType::kDurationMs;
    out[2].default_value = "500ms";
    out[2].min = 10;
    out[2].max = 60'000;
    out[2].doc = "How often waiting records are moved into the hash-chained table.";
    out[3].key = kBacklog;
    out[3].type = ConfigType::kInteger;
    out[3].default_value = "536870912";
    out[3].min = 4096;
    out[3].doc = "The node reports itself degraded when the journal holds more octets than this.";
    out[4].key = kRegional;
    out[4].type = ConfigType::kTextList;
    out[4].default_value = "";
    out[4].doc =
        "OIDs of the region's own patient-id authorities. Their ids stand in the audit columns in "
        "the clear; "
        "every other patient id only as a keyed token.";
    return out;
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const one = [] {
        core::ModuleDescriptor d;
        d.name = "atna";
        d.summary = "Audit trail: journal, hash chain, search";
        d.provides = {"AuditPort"};
        d.mandatory = true;
        d.config_keys = keys();
        d.create = AtnaModule::create;
        return d;
    }();
    return one;
}

}  // namespace musubi::atna
