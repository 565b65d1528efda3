#include "core/module.h"
#include "mpi/engine.h"
#include "mpi/store.h"

namespace musubi::mpi {
namespace {

class MpiModule final : public core::Module {
public:
    MpiModule(core::ModuleContext& context, StoreSettings settings)
        : ports_(context.ports),
          store_(context.pool, context.ports.require<vault::KeyRing>(), context.ids, context.ports,
                 std::move(settings), make_engine(match::Weights{}, kWeightsVersion)) {
        context.ports.provide<core::PatientIdentityPort>(store_);
        context.ports.provide<core::PatientFeedPort>(store_);
        context.ports.provide<core::PatientIndexPort>(store_);
        context.ports.provide<core::CrossReferencePort>(store_);
        context.ports.provide<core::DemographicsPort>(store_);
        context.ports.provide<core::AuthorityPort>(store_.authorities());
    }

    /// Whether insurance numbers may serve is the agreement's word, which is read after us.
    Status start() override {
        match::Weights weights;
        auto const* policy = ports_.find<core::PolicyPort>();
        weights.use_insurance = policy && policy->insurance_is_key();
        store_.use_matching(make_engine(std::move(weights), kWeightsVersion));
        return {};
    }

private:
    static constexpr std::int16_t kWeightsVersion = 1;
    core::Ports& ports_;
    Store store_;
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
        {"PatientIdentityPort", "PatientFeedPort", "PatientIndexPort", "CrossReferencePort",
         "DemographicsPort", "AuthorityPort"},
        {},
        false,
        store_config_keys(),
        create};
    return kDescriptor;
}

}  // namespace musubi::mpi
