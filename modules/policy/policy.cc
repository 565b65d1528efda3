#include "policy/policy.h"

#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "policy/consent_store.h"
#include "policy/users.h"

namespace musubi::policy {

Result<std::unique_ptr<AgreementPolicy>> AgreementPolicy::open(
    std::string agreement_file, pg::Pool& pool, core::PatientIdentityPort const* identity,
    Clock const& clock) {
    auto agreement = TRY(load_agreement(agreement_file));
    return std::unique_ptr<AgreementPolicy>(new AgreementPolicy(
        std::move(agreement_file), std::move(agreement), pool, identity, clock));
}

std::shared_ptr<Agreement const> AgreementPolicy::agreement() const {
    std::lock_guard const lock(mutex_);
    return agreement_;
}

Result<domain::Member> AgreementPolicy::member_of(core::PeerCertificate const& certificate) const {
    auto const now = agreement();
    if (!now->in_force(clock_.now())) return Error(Code::kDenied, "the agreement is not in force");
    auto const* member =
        now->member_by_certificate(certificate.fingerprint_sha256, certificate.subject);
    if (!member) return Error(Code::kDenied, "certificate belongs to no member of the agreement");
    return member->member;
}

bool AgreementPolicy::may_call(domain::Member const& member,
                               std::string_view transaction_id) const {
    auto const now = agreement();
    auto const* known = now->member(member.code);
    return known && now->in_force(clock_.now()) && known->transactions.contains(transaction_id);
}

Result<Facts> AgreementPolicy::facts(Needs const& needs, core::PolicyQuery const& query) const {
    Facts out;
    if (needs.consent) {
        out.consent =
            TRY(pool_.read([&](pg::ReadTx& tx) { return store::state(tx, query.patients); }));
    }
    if (needs.authorities) {
        if (!identity_) return Error(Code::kDenied, "nobody knows who fed the patient");
        for (auto const& patient : query.patients) {
            if (auto const told = query.fed_by.find(patient);
                told != query.fed_by.end() && !told->second.empty()) {
                out.authorities.insert(*told);
                continue;
            }
            auto fed = identity_->authorities_of(patient);
            if (!fed && fed.error().code == Code::kNotFound) {
                // Not a matter of permission: the submitter has to hear that this id is unknown.
                return Error(Code::kNotFound, Reason::kUnknownPatientId,
                             "patient id is not known to the region");
            }
            if (!fed) return std::move(fed).error();
            out.authorities[patient] = std::move(*fed);
        }
    }
    return out;
}

Result<core::Decision> AgreementPolicy::decide(domain::Subject const& subject,
                                               core::TransactionSpec const& spec,
                                               core::PolicyQuery const& query) const {
    static auto& permitted = counter("policy_decisions_total", "decision=\"permit\"");
    static auto& refused = counter("policy_decisions_total", "decision=\"deny\"");
    static auto& failed = counter("policy_decisions_total", "decision=\"error\"");
    auto const now = agreement();
    Question const question{subject, spec.action, query, clock_.now()};
    if (about_another_patient(*now, subject, query)) {
        refused.add();
        core::Decision denied;
        denied.rule_id = now->users->clause;
        return denied;
    }
    auto found = facts(needs(*now, question), query);
    if (!found) {
        failed.add();
        return std::move(found).error();
    }
    auto decision = policy::decide(*now, question, *found);
    (decision.permitted ? permitted : refused).add();
    return decision;
}

Result<Explanation> AgreementPolicy::explain(domain::Subject const& subject, domain::Action action,
                                             core::PolicyQuery const& query) const {
    auto const now = agreement();
    Question const question{subject, action, query, clock_.now()};
    auto const found = TRY(facts(needs(*now, question), query));
    return policy::explain(*now, question, found);
}

std::string AgreementPolicy::source_name() const {
    auto const now = agreement();
    return now->region.name + " v" + now->region.version;
}

domain::DemographicsRules AgreementPolicy::demographics_rules() const {
    return agreement()->demographics;
}

std::vector<std::string> AgreementPolicy::member_authorities() const {
    std::set<std::string> all;
    auto const now = agreement();
    for (auto const& one : now->members)
        all.insert(one.member.assigning_authorities.begin(),
                   one.member.assigning_authorities.end());
    return {all.begin(), all.end()};
}

bool AgreementPolicy::insurance_is_key() const { return agreement()->insurance_is_key; }

Status AgreementPolicy::reload() {
    auto fresh = load_agreement(file_);
    if (!fresh) {
        log_warning("policy.reload_refused",
                    {{"problems", std::to_string(fresh.error().issues.size())}});
        return std::move(fresh).error();
    }
    log_info("policy.agreement_loaded", {{"version", (*fresh)->region.version}});
    std::lock_guard const lock(mutex_);
    agreement_ = std::move(*fresh);
    return {};
}

}  // namespace musubi::policy
