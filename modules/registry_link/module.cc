#include "core/module.h"
#include "registry_link/remote_registry.h"

namespace musubi::registry_link {
namespace {

class RegistryLinkModule final : public core::Module {
public:
    RegistryLinkModule(core::ModuleContext& context, Settings settings)
        : registry_(context.ports.require<core::PeerPort>(),
                    context.ports.require<core::ClientPipeline>(), context.ids,
                    std::move(settings)) {
        context.ports.provide<core::DocumentRegistryPort>(registry_);
    }

    core::HealthReport health() const override {
        if (registry_.answers()) return {};
        return {core::Health::kDegraded, "the registry did not answer"};
    }

private:
    RemoteRegistry registry_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    return std::unique_ptr<core::Module>(
        std::make_unique<RegistryLinkModule>(context, TRY(read_settings(context.config))));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    using enum core::ConfigType;
    static core::ModuleDescriptor const kDescriptor{
        "registry_link",
        "the region's document registry at another node (ITI-42 and ITI-18, outbound)",
        {"DocumentRegistryPort"},
        {},
        false,
        {
            {.key = "registry_link.url",
             .type = kText,
             .default_value = "",
             .doc = "https://HOST:PORT/xds/registry of the registry's node"},
            {.key = "registry_link.identities",
             .type = kTextList,
             .default_value = "",
             .doc = "members that publish at this repository: MEMBER (with the node's own "
                    "certificate) or MEMBER"
                    " CERTIFICATE KEY; the registry's agreement lists that certificate under the "
                    "same member"},
            {.key = "registry_link.register_timeout",
             .type = kDurationMs,
             .default_value = "30s",
             .doc = "how long the registry may take to register",
             .min = 100,
             .max = 300'000},
            {.key = "registry_link.ask_timeout",
             .type = kDurationMs,
             .default_value = "5s",
             .doc = "how long it may take to say what became of a submission",
             .min = 100,
             .max = 60'000},
            {.key = "registry_link.forward_assertion",
             .type = core::ConfigType::kBoolean,
             .default_value = "true",
             .doc = "the verified assertion of the user for whom is registered goes on to the "
                    "registry as it came (XUA), and into the audit record of the call"},
            {.key = "registry_link.in_flight",
             .type = kInteger,
             .default_value = "16",
             .doc = "registrations at once; keep it below listen.in_flight, so that a registry "
                    "that hangs does not"
                    " keep documents from being retrieved",
             .min = 1,
             .max = 512},
        },
        create};
    return kDescriptor;
}

}  // namespace musubi::registry_link
