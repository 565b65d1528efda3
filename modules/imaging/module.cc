#include "core/module.h"
#include "imaging/inspector.h"
#include "imaging/ports.h"
#include "imaging/rad69.h"
#include "imaging/watchers.h"
#include "imaging/web.h"

#include "platform/blob/local_blob_store.h"
#include "platform/blob/passing_spool.h"

namespace musubi::imaging {
namespace {

Result<InspectorSettings> inspector_settings(core::Config const& config) {
    InspectorSettings out;
    std::string const& mismatch = config.text("imaging.manifest_mismatch");
    if (mismatch != "refuse" && mismatch != "warn")
        return Error(Code::kInvalidContent,
                     "imaging.manifest_mismatch: '" + mismatch + "' must be refuse or warn");
    if (mismatch == "warn") out.mismatch = Mismatch::kWarned;
    out.utc_offset_minutes = static_cast<int>(config.integer("imaging.utc_offset"));
    out.modality_scheme = config.text("imaging.modality_scheme");
    return out;
}

FetcherSettings fetcher_settings(core::Config const& config) {
    FetcherSettings out;
    out.threads = static_cast<int>(config.integer("imaging.fetch_threads"));
    out.most_of_request = static_cast<std::uint64_t>(config.integer("imaging.max_answer"));
    out.most_of_all = static_cast<std::uint64_t>(config.integer("imaging.max_staged"));
    return out;
}

Result<core::DimseReception> reception_settings(core::Config const& config) {
    core::DimseReception out;
    out.address = config.text("imaging.store_address");
    out.port = static_cast<std::uint16_t>(config.integer("imaging.store_port"));
    out.tls = config.boolean("imaging.store_tls");
    out.ca_file = config.text("imaging.store_ca");
    out.most_associations = static_cast<int>(config.integer("imaging.store_associations"));
    if (!out.tls && !out.address.starts_with("127."))
        return Error(Code::kInvalidContent,
                     "imaging.store_tls: only an address of this machine may do without");
    return out;
}

class ImagingModule final : public core::Module {
public:
    ImagingModule(core::ModuleContext& context, InspectorSettings inspector,
                  core::DimseReception reception)
        : file_(context.config.text("imaging.sources")),
          inspector_(context.ports.require<domain::AffinityDomain>(),
                     context.ports.require<vault::KeyRing>(), std::move(inspector)),
          manifests_(context.ports.require<vault::KeyRing>(), context.ids),
          patients_(context.ports.require<vault::KeyRing>()),
          spool_(context.ports.require<blob::LocalBlobStore>().staging_folder()),
          dimse_(context.ports.find<core::DimsePort>()),
          reception_(std::move(reception)),
          fetcher_(context.ports.require<core::FetchPort>(), dimse_, spool_,
                   fetcher_settings(context.config)),
          deps_{.pool = context.pool,
                .keys = context.ports.require<vault::KeyRing>(),
                .fetcher = fetcher_,
                .clock = context.clock,
                .ids = context.ids,
                .home = context.config.text("node.home_community_id"),
                .settings = {static_cast<std::size_t>(context.config.integer("imaging.max_images")),
                             std::chrono::milliseconds(
                                 context.config.integer("imaging.retrieve_deadline"))},
                .mutex = {},
                .directory = std::make_shared<SourceDirectory>()},
          images_(context.pipeline, deps_) {
        context.ports.join<core::DocumentInspectorPort>(inspector_);
        context.ports.join<core::DocumentWatcherPort>(manifests_);
        context.ports.join<core::PatientWatcherPort>(patients_);
        context.ports.provide<core::ImageRetrievePort>(images_);
    }

    std::vector<core::Definition> transactions() override {
        return {core::define<Rad69>(deps_), core::define<Rad107>(deps_),
                core::define<Rad55>(deps_)};
    }
    Status start() override {
        fetcher_.start();
        fetcher_.make_room(deps_.sources()->connections());
        started_ = true;
        return receive(*deps_.sources());
    }
    void stop(std::chrono::steady_clock::time_point) override {
        fetcher_.stop();
        if (dimse_) (void)dimse_->receive({}, {});
    }
    /// A directory with mistakes is refused, and the old one stays.
    Status reload() override {
        auto next = TRY(load_sources(file_));
        TRY(check_senders(*next));
        // An operator's command listens to nobody.
        if (started_) {
            TRY(receive(*next));
            fetcher_.make_room(next->connections());
        }
        deps_.use(std::move(next));
        return {};
    }

private:
    Status check_senders(SourceDirectory const& directory) const {
        for (core::DimseArchive const& one : directory.senders()) {
            if (reception_.port == 0)
                return Error(Code::kInvalidContent,
                             "source " + one.name + ": method 'move' needs imaging.store_port");
            if (reception_.tls && one.certificate_sha256.empty())
                return Error(Code::kInvalidContent,
                             "source " + one.name + ": imaging.store_tls needs 'sends_as'");
        }
        return {};
    }
    Status receive(SourceDirectory const& directory) {
        auto const senders = directory.senders();
        if (!dimse_ || (senders.empty() && !receiving_)) return {};
        TRY(dimse_->receive(reception_, senders));
        receiving_ = !senders.empty();
        return {};
    }

    std::string const file_;
    Inspector inspector_;
    ManifestWatcher manifests_;
    PatientWatcher patients_;
    blob::PassingSpool spool_;
    core::DimsePort* const dimse_;
    core::DimseReception const reception_;
    Fetcher fetcher_;
    Deps deps_;
    LocalImages images_;
    bool started_ = false, receiving_ = false;  ///< of start() and reload(), never at a time
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    auto inspector = TRY(inspector_settings(context.config));
    auto reception = TRY(reception_settings(context.config));
    auto module =
        std::make_unique<ImagingModule>(context, std::move(inspector), std::move(reception));
    TRY(module->reload());
    return std::unique_ptr<core::Module>(std::move(module));
}

std::vector<core::ConfigKey> config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "imaging.sources",
         .type = kPath,
         .default_value = "",
         .doc = "the directory of archives (YAML, modules/imaging/sources.h): where the members' "
                "images are. Read again on reload; one with mistakes is refused",
         .needs_restart = false},
        {.key = "imaging.manifest_mismatch",
         .type = kText,
         .default_value = "refuse",
         .doc = "a manifest that is none, or names another document, patient or study than its "
                "DocumentEntry: refuse, or warn (it is kept, and opens no image)"},
        {.key = "imaging.utc_offset",
         .type = kInteger,
         .default_value = "540",
         .doc = "minutes east of UTC of hospitals whose manifests do not say",
         .min = -720,
         .max = 840},
        {.key = "imaging.modality_scheme",
         .type = kText,
         .default_value = "1.2.840.10008.2.16.4",
         .doc = "coding scheme of the modalities that are filled into eventCodeList"},
        {.key = "imaging.max_images",
         .type = kInteger,
         .default_value = "1000",
         .doc = "images in one request",
         .min = 1,
         .max = 10'000},
        {.key = "imaging.max_answer",
         .type = kInteger,
         .default_value = "2147483648",
         .doc = "octets of images in one answer; they lie sealed in the blob store's staging "
                "folder until they were sent",
         .min = 1'048'576,
         .max = 68'719'476'736},
        {.key = "imaging.max_staged",
         .type = kInteger,
         .default_value = "8589934592",
         .doc = "octets of images that all answers together may hold so; more: try again later",
         .min = 1'048'576,
         .max = 1'099'511'627'776},
        {.key = "imaging.store_port",
         .type = kInteger,
         .default_value = "0",
         .doc = "DICOM port where archives with method 'move' bring what they are asked for; 0: "
                "none. Open only while there are such archives",
         .min = 0,
         .max = 65'535},
        {.key = "imaging.store_address",
         .type = kText,
         .default_value = "127.0.0.1",
         .doc = "IPv4 address of that port"},
        {.key = "imaging.store_tls",
         .type = kBoolean,
         .default_value = "true",
         .doc = "mutual TLS at that port; without it only on this machine (a tunnel's end)"},
        {.key = "imaging.store_ca",
         .type = kPath,
         .default_value = "",
         .doc = "authorities of the certificates that archives show there (PEM); empty: the "
                "node's. Which archive it is, the source's 'sends_as' tells"},
        {.key = "imaging.store_associations",
         .type = kInteger,
         .default_value = "16",
         .doc = "associations at that port at a time",
         .min = 1,
         .max = 256},
        {.key = "imaging.fetch_threads",
         .type = kInteger,
         .default_value = "8",
         .doc =
             "threads that fetch images, at least; each archive has as many as its 'connections'",
         .min = 1,
         .max = 64},
        {.key = "imaging.retrieve_deadline",
         .type = kDurationMs,
         .default_value = "2min",
         .doc = "how long a request waits for its images; what is not there then fails",
         .min = 100,
         .max = 170'000},
    };
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "imaging",
        "images by manifests: RAD-68 among ITI-41, RAD-69, RAD-107, RAD-55",
        {"ImageRetrievePort"},
        {},
        false,
        config_keys(),
        create};
    return kDescriptor;
}

}  // namespace musubi::imaging
