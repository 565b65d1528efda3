#include "core/module.h"
#include "core/pipeline.h"
#include "xcpd/iti55.h"

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
    XcpdModule(core::ModuleContext& context, Settings settings)
        : deps_{core::PatientFinder(context.ports.require<core::AuthorityPort>(),
                                    context.ports.require<core::DemographicsPort>(),
                                    context.ports.require<core::PolicyPort>(),
                                    shared_guard(context, guard_)),
                context.clock, context.ids, std::move(settings)} {}

    std::vector<core::Definition> transactions() override { return {core::define<Iti55>(deps_)}; }

private:
    std::unique_ptr<core::DisclosureGuard> guard_;  ///< null: another door brought it
    Deps deps_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    Settings settings;
    settings.max_persons = static_cast<int>(context.config.integer("xcpd.max_persons"));
    settings.region = context.config.text("node.region");
    std::string const& home = context.config.text("node.home_community_id");
    if (home.starts_with(kOidPrefix)) settings.home = home.substr(kOidPrefix.size());
    if (!is_oid(settings.home))
        return Error(Code::kInvalidContent, "node.home_community_id must be urn:oid: and an OID");
    return std::unique_ptr<core::Module>(
        std::make_unique<XcpdModule>(context, std::move(settings)));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const kDescriptor{
        "xcpd",
        "discovery of patients by other communities: ITI-55",
        {},
        {"DemographicsPort", "AuthorityPort", "PolicyPort"},
        false,
        {
            {.key = "xcpd.max_persons",
             .type = core::ConfigType::kInteger,
             .default_value = "10",
             .doc = "persons listed in one answer, when nothing is left to tell them apart by; the "
                    "agreement's own number counts where it is lower",
             .min = 1,
             .max = 100},
        },
        create};
    return kDescriptor;
}

}  // namespace musubi::xcpd
