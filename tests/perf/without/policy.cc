#include "policy/policy.h"
#include "perf/without/bench_database.h"
#include "perf/without/modules.h"
#include "policy/module.h"

namespace musubi::perf::without_policy {
namespace {

/// Who calls is still found in the agreement: that is the door's work. What is left out is what
/// each request costs: matrix, consent, scopes.
class Permissive final : public core::Module, public core::PolicyPort {
public:
    explicit Permissive(std::unique_ptr<policy::AgreementPolicy> agreement)
        : agreement_(std::move(agreement)) {}

    Result<domain::Member> member_of(core::PeerCertificate const& certificate) const override {
        return agreement_->member_of(certificate);
    }
    bool may_call(domain::Member const&, std::string_view) const override { return true; }
    Result<core::Decision> decide(domain::Subject const&, core::TransactionSpec const&,
                                  core::PolicyQuery const& query) const override {
        core::Decision decision;
        decision.permitted = decision.everything = true;
        decision.rule_id = "bench";
        for (auto const& patient : query.patients) {
            domain::Scope scope;
            scope.everything = scope.identities.everything = true;
            decision.scopes.emplace_back(patient, std::move(scope));
        }
        return decision;
    }
    std::string source_name() const override { return agreement_->source_name(); }
    domain::DemographicsRules demographics_rules() const override {
        return agreement_->demographics_rules();
    }
    std::vector<std::string> member_authorities() const override {
        return agreement_->member_authorities();
    }
    std::shared_ptr<std::vector<std::string> const> member_authority_list() const override {
        return agreement_->member_authority_list();
    }
    bool insurance_is_key() const override { return agreement_->insurance_is_key(); }

private:
    std::unique_ptr<policy::AgreementPolicy> agreement_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    TRY(without::require_bench_database(context.pool, "policy"));
    auto module = std::make_unique<Permissive>(
        TRY(policy::AgreementPolicy::open(policy::agreement_source(context.config), context.pool,
                                          context.ports.find<core::PatientIdentityPort>(),
                                          context.clock, policy::agreement_audit(context))));
    context.ports.provide<core::PolicyPort>(*module);
    return std::unique_ptr<core::Module>(std::move(module));
}

}  // namespace

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const one = [] {
        core::ModuleDescriptor d = policy::descriptor();
        d.summary = "Permits everything to members: to measure what deciding costs";
        d.create = create;
        return d;
    }();
    return one;
}

}  // namespace musubi::perf::without_policy
