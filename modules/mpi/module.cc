#include "core/module.h"
#include "mpi/engine.h"
#include "mpi/namesakes.h"
#include "mpi/store.h"

namespace musubi::mpi {
namespace {

class MpiModule final : public core::Module {
public:
    MpiModule(core::ModuleContext& context, StoreSettings settings)
        : ports_(context.ports),
          settings_(std::move(settings)),
          store_(context.pool, context.ports.require<vault::KeyRing>(), context.ids, context.ports,
                 settings_, make_engine(settings_, false)) {
        context.ports.provide<core::PatientIdentityPort>(store_);
        context.ports.provide<core::PatientIndexPort>(store_);
        context.ports.provide<core::CrossReferencePort>(store_);
        context.ports.provide<core::DemographicsPort>(store_);
        context.ports.provide<core::AuthorityPort>(store_.authorities());
        context.ports.provide<core::FamilyNamePort>(namesakes_);
    }

    /// Whether insurance numbers may serve is the agreement's word, which is read after us.
    Status start() override {
        auto const* policy = ports_.find<core::PolicyPort>();
        store_.use_matching(make_engine(settings_, policy && policy->insurance_is_key()));
        return {};
    }

private:
    core::Ports& ports_;
    StoreSettings const settings_;
    Store store_;
    Namesakes namesakes_{store_};
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    return std::unique_ptr<core::Module>(
        std::make_unique<MpiModule>(context, TRY(store_settings(context.config))));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "mpi",
        "patients of the region: regional ids, the ids hospitals gave, merges",
        {"PatientIdentityPort", "PatientIndexPort", "CrossReferencePort", "DemographicsPort",
         "AuthorityPort"},
        {},
        false,
        store_config_keys(),
        create};
    return kDescriptor;
}

}  // namespace musubi::mpi
