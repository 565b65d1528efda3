#include "policy/module.h"

#include "policy/merge_watcher.h"
#include "policy/policy.h"

namespace musubi::policy {
namespace {

constexpr auto kWarnBeforeEnd = std::chrono::hours(24 * 90);

class PolicyModule final : public core::Module {
public:
    PolicyModule(std::unique_ptr<AgreementPolicy> policy, core::ModuleContext& context)
        : policy_(std::move(policy)), clock_(context.clock) {
        context.ports.provide<core::PolicyPort>(*policy_);
        context.ports.join<core::PatientWatcherPort>(watcher_);
    }

    core::HealthReport health() const override {
        auto const agreement = policy_->agreement();
        auto const now = clock_.now();
        if (!agreement->in_force(now)) {
            return {core::Health::kBad, "the agreement is not in force (" +
                                            agreement->region.valid_from + " to " +
                                            agreement->region.valid_to + ")"};
        }
        if (agreement->region.ends - now < kWarnBeforeEnd) {
            return {core::Health::kDegraded, "the agreement ends on " + agreement->region.valid_to};
        }
        return {};
    }
    Status reload() override { return policy_->reload(); }

private:
    std::unique_ptr<AgreementPolicy> policy_;
    MergeWatcher watcher_;
    Clock const& clock_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    auto policy =
        TRY(AgreementPolicy::open(context.config.text("policy.agreement"), context.pool,
                                  context.ports.find<core::PatientIdentityPort>(), context.clock));
    return std::unique_ptr<core::Module>(
        std::make_unique<PolicyModule>(std::move(policy), context));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const one = [] {
        core::ModuleDescriptor d;
        d.name = "policy";
        d.summary = "Regional agreement: members, roles, access matrix, consent";
        d.provides = {"PolicyPort"};
        d.needs = {"PatientIdentityPort"};
        d.mandatory = true;
        core::ConfigKey agreement;
        agreement.key = "policy.agreement";
        agreement.type = core::ConfigType::kPath;
        agreement.doc =
            "The regional agreement (YAML). Read again on reload; a file with mistakes is refused "
            "and the "
            "old agreement stays in force.";
        agreement.required = true;
        agreement.needs_restart = false;
        d.config_keys = {agreement};
        d.create = create;
        return d;
    }();
    return one;
}

}  // namespace musubi::policy
