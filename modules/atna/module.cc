#include "atna/module.h"

#include "atna/audit.h"
#include "atna/exporter.h"
#include "atna/findings_keeper.h"
#include "atna/indexer.h"
#include "atna/iti81.h"
#include "atna/pace.h"
#include "atna/receiver.h"
#include "atna/roots_keeper.h"
#include "atna/stand_in_module.h"
#include "core/read_only.h"
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
constexpr char const* kExport = "atna.export";
constexpr char const* kConfirm = "atna.export_confirm_after";
constexpr char const* kExportAlarm = "atna.export_alarm_after";

class AtnaModule final : public core::Module {
public:
    static Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
        auto& keys = context.ports.require<vault::KeyRing>();
        if (core::is_read_only(context.ports)) {
            return make_stand_in_module(
                context, {context.config.text(kFolder),
                          static_cast<std::uint64_t>(context.config.integer(kSegment)),
                          context.config.integer(kBacklog), context.config.list(kRegional)});
        }
        JournalSettings settings;
        settings.folder = context.config.text(kFolder);
        auto evidence = evidence_settings(context.config);
        if (evidence.stamps.tls_authorities.empty())
            evidence.stamps.tls_authorities = context.config.text("tls.ca");
        TRY(check_evidence(evidence, context.clock.now()));
        settings.segment_bytes = static_cast<std::uint64_t>(context.config.integer(kSegment));
        auto journal = TRY(Journal::open(settings));
        auto module = std::unique_ptr<AtnaModule>(
            new AtnaModule(context, keys, std::move(journal), std::move(evidence)));
        TRY(module->make_exporters(context));
        context.ports.provide<core::AuditPort>(module->audit_);
        context.ports.provide<core::AuditRepositoryPort>(module->receiver_);
        return std::unique_ptr<core::Module>(std::move(module));
    }
    ~AtnaModule() override { join(); }

    std::vector<core::Definition> transactions() override { return {core::define<Iti81>(iti81_)}; }

    Status start() override {
        thread_ = std::thread([this] { run(); });
        for (auto& exporter : exporters_) exporter->start();
        roots_.start();
        findings_.start();
        return {};
    }
    /// The last records stay in the journal if the database does not take them: the next start
    /// seals them. What is sealed by then is still sent, if the receiver takes it.
    void stop(std::chrono::steady_clock::time_point) override {
        roots_.stop();
        findings_.stop();
        join();
        for (auto& exporter : exporters_) exporter->stop();
    }

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
        for (auto const& exporter : exporters_) {
            if (exporter->behind()) {
                return {core::Health::kDegraded,
                        "audit records do not reach the repository " + exporter->name()};
            }
        }
        if (auto roots = roots_.health(); roots.state != core::Health::kGood) return roots;
        return findings_.health();
    }

private:
    AtnaModule(core::ModuleContext& context, vault::KeyRing& keys, std::unique_ptr<Journal> journal,
               EvidenceSettings evidence)
        : interval_(context.config.integer(kInterval)),
          backlog_alarm_(context.config.integer(kBacklog)),
          journal_(std::move(journal)),
          sealer_(keys, context.config.list(kRegional)),
          audit_(context.pool, sealer_, context.ids, *journal_),
          receiver_(sealer_, *journal_, context.ids, context.clock),
          iti81_{context.pool, keys, sealer_},
          indexer_(context.pool, keys, sealer_, context.config.text(kFolder), journal_.get()),
          roots_(context.pool, keys, context.config.text(kFolder), std::move(evidence),
                 context.ports, context.clock),
          findings_(context.pool, sealer_, review_settings(context.config), context.clock,
                    &context.ports) {
        if (auto* names = findings_.user_names())
            context.ports.provide<core::UserNamesPort>(*names);
    }

    Status make_exporters(core::ModuleContext& context) {
        auto const destinations = TRY(read_destinations(context.config.list(kExport)));
        if (destinations.empty()) return {};
        auto* const peers = context.ports.find<core::SyslogPeerPort>();
        if (!peers) return Error(Code::kInvalidContent, "atna.export: no way out in this program");
        ExporterSettings settings;
        settings.host_name = host_name();
        settings.confirm_after = std::chrono::milliseconds(context.config.integer(kConfirm));
        settings.alarm_after = std::chrono::milliseconds(context.config.integer(kExportAlarm));
        for (auto const& destination : destinations) {
            exporters_.push_back(
                std::make_unique<Exporter>(context.pool, sealer_, *peers, destination, settings));
        }
        roots_.tell_through(audit_);
        return {};
    }

    static std::string host_name() {
        std::array<char, 256> name{};
        return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
    }

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
        auto const outcome = seal_once(all);
        auto const syncs = journal_->syncs();
        bool const quiet = std::exchange(seen_syncs_, syncs) == syncs && !outcome.changes;
        static auto& backlog = gauge("atna_journal_backlog_bytes");
        std::int64_t bytes = 0;
        for (auto const& segment : journal_->segments())
            bytes += static_cast<std::int64_t>(segment.size);
        backlog_ = bytes;
        backlog.set(bytes);
        if (!outcome.more) return interval_;
        return std::min(interval_, rest_after(std::chrono::steady_clock::now() - began, quiet,
                                              indexer_.unsealed_octets(), backlog_alarm_));
    }

    Indexer::Outcome seal_once(bool all) {
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
            return outcome ? *outcome : Indexer::Outcome();
        } catch (std::exception const&) {
            failures.add();
            sealing_failed_ = true;
            return {};
        }
    }

    std::chrono::milliseconds const interval_;
    std::int64_t const backlog_alarm_;
    std::unique_ptr<Journal> journal_;
    EntrySealer sealer_;
    JournalAudit audit_;
    Receiver receiver_;
    Iti81::Deps iti81_;
    std::vector<std::unique_ptr<Exporter>> exporters_;
    Indexer indexer_;
    RootKeeper roots_;
    FindingsKeeper findings_;
    std::atomic<bool> sealing_failed_{false};
    std::atomic<bool> chain_broken_{false};
    std::atomic<std::int64_t> backlog_{0};
    std::uint64_t seen_syncs_ = 0;  // of thread_

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;  // guarded by mutex_
    std::thread thread_;
};

std::vector<core::ConfigKey> keys() {
    using core::ConfigType;
    std::vector<core::ConfigKey> out(8);
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
    out[5].key = kExport;
    out[5].type = ConfigType::kTextList;
    out[5].default_value = "";
    out[5].doc =
        "Repositories that receive the trail (ITI-20), each "
        "name;tls=HOST:PORT;server_name=NAME or name;udp=HOST:PORT, and if wanted what=own, "
        "received or all (a forwarder of what others sent), bom=yes. A new one gets the whole "
        "trail.";
    out[6].key = kConfirm;
    out[6].type = ConfigType::kDurationMs;
    out[6].default_value = "30s";
    out[6].min = 50;
    out[6].max = 3'600'000;
    out[6].doc =
        "How long sent records may wait for the proof of their arrival, an orderly end of the "
        "connection; until then they would be sent again.";
    out[7].key = kExportAlarm;
    out[7].type = ConfigType::kDurationMs;
    out[7].default_value = "15min";
    out[7].min = 1'000;
    out[7].max = 604'800'000;
    out[7].doc =
        "The node reports itself degraded when a repository has taken nothing for this long.";
    for (auto const& keys : {evidence_keys(), review_keys()})
        out.insert(out.end(), keys.begin(), keys.end());
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
