#include "core/module.h"
#include "core/pipeline.h"
#include "core/read_only.h"
#include "xcpd/deferred.h"
#include "xcpd/iti56.h"

namespace musubi::xcpd {
namespace {

constexpr std::string_view kOidPrefix = "urn:oid:";

core::DisclosureGuard& shared_guard(core::ModuleContext& context,
                                    std::unique_ptr<core::DisclosureGuard>& own) {
    if (auto* guard = context.ports.find<core::DisclosureGuard>()) return *guard;
    own = std::make_unique<core::DisclosureGuard>(
        context.clock, [&pipeline = context.pipeline](domain::AuditEvent event) {
            return pipeline.record_event(std::move(event));
        });
    context.ports.provide(*own);
    return *own;
}

class XcpdModule final : public core::Module {
public:
    XcpdModule(core::ModuleContext& context, Settings settings, DeliverySettings const& delivery,
               int most_waiting)
        : reads_(core::is_read_only(context.ports)),
          deps_{core::PatientFinder(context.ports.require<core::AuthorityPort>(),
                                    context.ports.require<core::DemographicsPort>(),
                                    context.ports.require<core::PolicyPort>(),
                                    shared_guard(context, guard_)),
                context.clock, context.ids, settings, &context.ports},
          answers_(context, deps_, delivery),
          deferred_{context.clock, context.ids,  context.ports.require<vault::KeyRing>(),
                    settings,      most_waiting, [this] { answers_.wake(); }},
          locations_{context.ports.require<core::AuthorityPort>(),
                     context.ports.require<core::CrossReferencePort>(), settings} {}

    std::vector<core::Definition> transactions() override {
        return {core::define<Iti55>(deps_), core::define<Iti55Deferred>(deferred_),
                core::define<Iti56>(locations_)};
    }
    Status start() override {
        if (!reads_) answers_.start();
        return {};
    }
    void stop(std::chrono::steady_clock::time_point) override { answers_.stop(); }

private:
    bool const reads_;                              ///< nothing is claimed from the outbox
    std::unique_ptr<core::DisclosureGuard> guard_;  ///< null: another door brought it
    Deps deps_;
    DeferredAnswers answers_;
    DeferredDeps deferred_;
    LocationDeps locations_;
};

std::chrono::milliseconds duration(core::Config const& config, std::string_view key) {
    return std::chrono::milliseconds(config.integer(key));
}

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    Settings settings;
    core::Config const& config = context.config;
    settings.max_persons = static_cast<int>(config.integer("xcpd.max_persons"));
    settings.region = config.text("node.region");
    settings.regional_authority = config.text("mpi.regional_authority");
    settings.correlation_kept =
        std::chrono::duration_cast<std::chrono::seconds>(duration(config, "xcpd.correlation_kept"));
    std::string const& home = config.text("node.home_community_id");
    if (home.starts_with(kOidPrefix)) settings.home = home.substr(kOidPrefix.size());
    if (!is_oid(settings.home))
        return Error(Code::kInvalidContent, "node.home_community_id must be urn:oid: and an OID");
    DeliverySettings delivery;
    delivery.timeout = duration(config, "xcpd.deferred_timeout");
    delivery.first_pause = duration(config, "xcpd.deferred_first_pause");
    delivery.longest_pause = duration(config, "xcpd.deferred_longest_pause");
    delivery.patience = duration(config, "xcpd.deferred_patience");
    delivery.tries = static_cast<int>(config.integer("xcpd.deferred_tries"));
    return std::unique_ptr<core::Module>(
        std::make_unique<XcpdModule>(context, std::move(settings), delivery,
                                     static_cast<int>(config.integer("xcpd.max_deferred"))));
}

std::vector<core::ConfigKey> config_keys() {
    using enum core::ConfigType;
    return {
        {.key = "xcpd.max_persons",
         .type = kInteger,
         .default_value = "10",
         .doc = "persons listed in one answer, when nothing is left to tell them apart by; the "
                "agreement's own number counts where it is lower",
         .min = 1,
         .max = 100},
        {.key = "xcpd.correlation_kept",
         .type = kDurationMs,
         .default_value = "168h",
         .doc = "how long another community may keep by which id a patient is known here "
                "(CorrelationTimeToLive in the answer to ITI-55); each of its questions is decided "
                "anew all the same. 0: it is not told that it may",
         .min = 0,
         .max = 31'536'000'000},
        {.key = "xcpd.max_deferred",
         .type = kInteger,
         .default_value = "1000",
         .doc = "deferred questions (ITI-55) that may wait for one address; one more is refused",
         .min = 0,
         .max = 1'000'000},
        {.key = "xcpd.deferred_timeout",
         .type = kDurationMs,
         .default_value = "30s",
         .doc = "how long finding a deferred answer, and its receiver, may each take",
         .min = 100,
         .max = 300'000},
        {.key = "xcpd.deferred_first_pause",
         .type = kDurationMs,
         .default_value = "5s",
         .doc = "before a deferred answer is sent again; doubled after each further failure",
         .min = 10,
         .max = 3'600'000},
        {.key = "xcpd.deferred_longest_pause",
         .type = kDurationMs,
         .default_value = "15min",
         .doc = "the longest such pause",
         .min = 10,
         .max = 86'400'000},
        {.key = "xcpd.deferred_patience",
         .type = kDurationMs,
         .default_value = "72h",
         .doc = "how long a deferred answer that does not get through is tried",
         .min = 1000,
         .max = 2'592'000'000},
        {.key = "xcpd.deferred_tries",
         .type = kInteger,
         .default_value = "5",
         .doc = "attempts after which a deferred answer that its receiver refuses is given up",
         .min = 1,
         .max = 1000},
    };
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "xcpd", "discovery of patients by other communities: ITI-55, also deferred, ITI-56",
        {},     {"DemographicsPort", "AuthorityPort", "CrossReferencePort", "PolicyPort"},
        false,  config_keys(),
        create};
    return kDescriptor;
}

}  // namespace musubi::xcpd
