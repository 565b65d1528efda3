#include "core/module.h"
#include "registry/iti18.h"
#include "registry/iti42.h"
#include "registry/iti51.h"
#include "registry/ports.h"

namespace musubi::registry {
namespace {

class RegistryModule final : public core::Module {
public:
    RegistryModule(core::ModuleContext& context, Settings settings)
        : deps_{context.pool,
                context.ports.require<vault::KeyRing>(),
                context.clock,
                context.ids,
                context.ports.require<domain::AffinityDomain>(),
                std::move(settings),
                {},
                &context.ports},
          registry_(context.pipeline, deps_),
          queries_(context.pipeline, deps_),
          watcher_(context.ids, &deps_.keys) {
        context.ports.provide<core::DocumentRegistryPort>(registry_);
        context.ports.provide<core::StoredQueryPort>(queries_);
        context.ports.join<core::PatientWatcherPort>(watcher_);
    }

    std::vector<core::Definition> transactions() override {
        return {core::define<Iti42>(deps_), core::define<Iti18>(deps_), core::define<Iti51>(deps_)};
    }

    /// The labels in use, so that the first queries need not ask twice.
    Status start() override {
        return deps_.pool.read([&](pg::ReadTx& tx) { return deps_.labels.refresh(tx); });
    }

private:
    Deps deps_;
    LocalDocumentRegistry registry_;
    LocalStoredQueries queries_;
    PatientWatcher watcher_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    Settings settings;
    settings.max_results = context.config.integer("registry.max_results");
    settings.max_patients = context.config.integer("registry.max_patients");
    std::string const& unknown = context.config.text("registry.unknown_patient");
    if (unknown != "empty" && unknown != "error") {
        return Error(Code::kInvalidContent,
                     "registry.unknown_patient: '" + unknown + "' must be empty or error");
    }
    if (unknown == "error") settings.unknown_patient = UnknownPatient::kError;
    std::string const& home = context.config.text("registry.home_community_id");
    if (!home.empty()) {
        constexpr std::string_view kPrefix = "urn:oid:";
        if (!home.starts_with(kPrefix) || !is_oid(std::string_view(home).substr(kPrefix.size()))) {
            return Error(Code::kInvalidContent,
                         "registry.home_community_id must be urn:oid: and an OID");
        }
        settings.home = home;
    }
    return std::unique_ptr<core::Module>(
        std::make_unique<RegistryModule>(context, std::move(settings)));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    using enum core::ConfigType;
    static core::ModuleDescriptor const kDescriptor{
        "registry",
        "document registry: ITI-42, ITI-18, ITI-51",
        {"DocumentRegistryPort", "StoredQueryPort", "PatientWatcherPort"},
        {},
        false,
        {
            {.key = "registry.max_results",
             .type = kInteger,
             .default_value = "5000",
             .doc =
                 "objects in one query answer; more are refused with XDSTooManyResults, never cut",
             .min = 1,
             .max = 100'000},
            {.key = "registry.max_patients",
             .type = kInteger,
             .default_value = "1000",
             .doc = "patients that a multi-patient query without patient ids may touch",
             .min = 1,
             .max = 100'000},
            {.key = "registry.unknown_patient",
             .type = kText,
             .default_value = "empty",
             .doc = "answer to a query for an unknown or subsumed patient: empty (success without "
                    "objects) or error"
                    " (XDSUnknownPatientId)"},
            {.key = "registry.home_community_id",
             .type = kText,
             .default_value = "",
             .doc = "urn:oid:... written as home on all returned objects; empty: none"},
        },
        create};
    return kDescriptor;
}

}  // namespace musubi::registry
