#include "core/module.h"
#include "core/read_only.h"
#include "repository/iti41.h"
#include "repository/iti43.h"
#include "repository/merge_watcher.h"
#include "repository/ports.h"
#include "repository/reconciler.h"
#include "repository/remote_registry.h"
#include "repository/settler.h"

namespace musubi::repository {
namespace {

class RepositoryModule final : public core::Module {
public:
    RepositoryModule(core::ModuleContext& context, std::unique_ptr<SignatureChecker> signatures)
        : reads_(core::is_read_only(context.ports)),
          segments_(
              {.folder = std::filesystem::path(context.config.text("blob.folder")) / "segments",
               .segment_bytes =
                   static_cast<std::uint64_t>(context.config.integer("repository.segment_size")),
               .clock = &context.clock}),
          blobs_(context.ports.require<blob::LocalBlobStore>()),
          deps_{context.pool,
                context.ports.require<vault::KeyRing>(),
                blobs_,
                segments_,
                context.ids,
                context.ports.require<core::PatientIdentityPort>(),
                context.ports.require<core::DocumentRegistryPort>(),
                context.config.text("repository.unique_id"),
                context.config.text("node.home_community_id"),
                &context.ports,
                signatures.get()},
          signatures_(std::move(signatures)),
          documents_(context.pipeline, deps_),
          watcher_(&deps_.keys),
          reconciler_(
              context.pool, blobs_, segments_, context.clock,
              std::chrono::milliseconds(context.config.integer("repository.grace_time")),
              std::chrono::milliseconds(context.config.integer("repository.reconcile_period"))),
          settler_(
              deps_, context.clock,
              {context.config.text("node.audit_source_id"),
               std::chrono::milliseconds(context.config.integer("repository.pending_grace")),
               std::chrono::milliseconds(context.config.integer("repository.settle_period"))}) {
        context.ports.join<core::PatientWatcherPort>(watcher_);
        context.ports.provide<core::DocumentRetrievePort>(documents_);
    }

    std::vector<core::Definition> transactions() override {
        return {deps_.registry.is_remote() ? core::define<RemoteIti41>(deps_)
                                           : core::define<Iti41>(deps_),
                core::define<Iti43>(deps_)};
    }
    Status start() override {
        if (reads_) return {};
        TRY(segments_.start_writing());
        reconciler_.start();
        if (deps_.registry.is_remote()) settler_.start();
        return {};
    }
    void stop(std::chrono::steady_clock::time_point) override {
        reconciler_.stop();
        settler_.stop();
    }

    Status reload() override { return signatures_->reload(); }

    core::HealthReport health() const override {
        for (Status const& probe : {blobs_.probe(), segments_.probe()}) {
            // What is not there cannot be read either.
            if (!probe && probe.error().code == Code::kNotFound)
                return {core::Health::kBad, "the folder of documents is missing"};
            if (!probe && !reads_) return {core::Health::kDegraded, "documents cannot be stored"};
        }
        if (!reads_ && !segments_.writable())
            return {core::Health::kDegraded, "small documents cannot be stored"};
        return {};
    }

private:
    bool const reads_;  ///< files are as they came, nothing is stored or swept away
    blob::SegmentStore segments_;
    blob::LocalBlobStore& blobs_;
    Deps deps_;
    std::unique_ptr<SignatureChecker> const signatures_;
    LocalDocuments documents_;
    MergeWatcher watcher_;
    Reconciler reconciler_;
    Settler settler_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    if (!is_oid(context.config.text("repository.unique_id"))) {
        return Error(Code::kInvalidContent, "repository.unique_id must be an OID");
    }
    auto signatures =
        TRY(SignatureChecker::create(TRY(signature_settings(context.config)), context.clock));
    return std::unique_ptr<core::Module>(
        std::make_unique<RepositoryModule>(context, std::move(signatures)));
}

std::vector<core::ConfigKey> keys() {
    using enum core::ConfigType;
    std::vector<core::ConfigKey> out = {
        {.key = "repository.unique_id",
         .type = kText,
         .default_value = "",
         .doc = "repositoryUniqueId: an OID",
         .required = true},
        {.key = "repository.segment_size",
         .type = kInteger,
         .default_value = "67108864",
         .doc = "octets of a segment file (small documents lie in those, under blob.folder); "
                "two are prepared",
         .min = 1'048'576,
         .max = 1'073'741'824},
        {.key = "repository.grace_time",
         .type = kDurationMs,
         .default_value = "1h",
         .doc = "how old content without a row must be before it is removed",
         .min = 1000,
         .max = 604'800'000},
        {.key = "repository.reconcile_period",
         .type = kDurationMs,
         .default_value = "15min",
         .doc = "how often files and rows are compared",
         .min = 1000,
         .max = 86'400'000},
        {.key = "repository.pending_grace",
         .type = kDurationMs,
         .default_value = "1h",
         .doc = "with a registry at another node: how long a document is kept whose "
                "registration is unknown and that"
                " the registry does not hold",
         .min = 1000,
         .max = 604'800'000},
        {.key = "repository.settle_period",
         .type = kDurationMs,
         .default_value = "1min",
         .doc = "how often the registry is asked for such documents",
         .min = 1000,
         .max = 86'400'000},
    };
    for (core::ConfigKey& key : signature_keys()) out.push_back(key);
    return out;
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{"repository",
                                                    "XDS.b document repository (ITI-41, ITI-43)",
                                                    {"DocumentRetrievePort"},
                                                    {"PatientIdentityPort", "DocumentRegistryPort"},
                                                    false,
                                                    keys(),
                                                    create};
    return kDescriptor;
}

}  // namespace musubi::repository
