#include "core/module.h"
#include "mpi/store.h"
#include "platform/base/text.h"

namespace musubi::mpi {
namespace {

class MpiModule final : public core::Module {
public:
    MpiModule(core::ModuleContext& context, StoreSettings settings)
        : store_(context.pool, context.ports.require<vault::KeyRing>(), context.ids, context.ports,
                 std::move(settings)) {
        context.ports.provide<core::PatientIdentityPort>(store_);
        context.ports.provide<core::PatientFeedPort>(store_);
        context.ports.provide<Store>(store_);
    }

private:
    Store store_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    StoreSettings settings;
    settings.regional_authority = context.config.text("mpi.regional_authority");
    if (!is_oid(settings.regional_authority)) {
        return Error(Code::kInvalidContent, "mpi.regional_authority must be an OID");
    }
    for (std::string const& oid : context.config.list("mpi.direct_authorities")) {
        if (!is_oid(oid)) return Error(Code::kInvalidContent, "mpi.direct_authorities: '" + oid + "' is not an OID");
        settings.direct_authorities.insert(oid);
    }
    for (std::string const& entry : context.config.list("mpi.namespaces")) {
        auto const parts = split(entry, '=');
        if (parts.size() != 2 || parts[0].empty() || !is_oid(parts[1])) {
            return Error(Code::kInvalidContent, "mpi.namespaces: '" + entry + "' must be NAMESPACE=OID");
        }
        settings.namespaces[std::string(parts[0])] = parts[1];
    }
    return std::unique_ptr<core::Module>(std::make_unique<MpiModule>(context, std::move(settings)));
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
            {.key = "mpi.regional_authority", .type = kText, .default_value = "",
             .doc = "OID under which regional patient ids are issued (the affinity domain's patient id authority)",
             .required = true},
            {.key = "mpi.direct_authorities", .type = kTextList, .default_value = "",
             .doc = "further authorities whose ids are taken as regional ids as they are"},
            {.key = "mpi.namespaces", .type = kTextList, .default_value = "",
             .doc = "NAMESPACE=OID for senders that name an assigning authority by namespace id only"},
        },
        create};
    return kDescriptor;
}

}  // namespace musubi::mpi
