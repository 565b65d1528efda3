#include "core/module.h"
#include "mpi/store.h"

namespace musubi::mpi {
namespace {

class MpiModule final : public core::Module {
public:
    MpiModule(core::ModuleContext& context, StoreSettings settings)
        : store_(context.pool, context.ports.require<vault::KeyRing>(), context.ids, context.ports,
                 std::move(settings)) {
        context.ports.provide<core::PatientIdentityPort>(store_);
        context.ports.provide<core::PatientFeedPort>(store_);
    }

private:
    Store store_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    return std::unique_ptr<core::Module>(
        std::make_unique<MpiModule>(context, TRY(store_settings(context.config))));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    using enum core::ConfigType;
    static core::ModuleDescriptor const kDescriptor{
        "mpi",
        "patients of the region: regional ids, the ids hospitals gave, merges",
        {"PatientIdentityPort", "PatientFeedPort"},
        {},
        false,
        {
            {.key = "mpi.regional_authority",
             .type = kText,
             .default_value = "",
             .doc = "OID under which regional patient ids are issued (the affinity domain's "
                    "patient id authority)",
             .required = true},
            {.key = "mpi.direct_authorities",
             .type = kTextList,
             .default_value = "",
             .doc = "further authorities whose ids are taken as regional ids as they are"},
            {.key = "mpi.namespaces",
             .type = kTextList,
             .default_value = "",
             .doc =
                 "NAMESPACE=OID for senders that name an assigning authority by namespace id only"},
        },
        create};
    return kDescriptor;
}

}  // namespace musubi::mpi
