#include "policy/policy.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"
#include "policy/emergency.h"
#include "policy/facts.h"
#include "policy/sealed_accounts.h"
#include "policy/users.h"

#include <algorithm>

namespace musubi::policy {

Result<std::unique_ptr<AgreementPolicy>> AgreementPolicy::open(
    AgreementSource source, pg::Pool& pool, core::PatientIdentityPort const* identity,
    Clock const& clock, AgreementAudit audit) {
    std::unique_ptr<AgreementPolicy> policy(
        new AgreementPolicy(std::move(source), pool, identity, clock, std::move(audit)));
    TRY(policy->read_withdrawn());
    auto found = TRY(policy->read());
    policy->agreement_ = std::move(found.agreement);
    if (found.accepted.fresh) policy->to_store_ = std::move(found.accepted.signatures);
    return policy;
}

Result<Chosen> AgreementPolicy::choose_now() const {
    auto const chain = TRY(stored_agreements(pool_));
    auto found = TRY(choose(source_, chain, clock_.now()));
    if (!source_.stand_in) return found;
    if (found.accepted.fresh)
        return Error(Code::kConflict,
                     "this agreement was never in force where the database is written");
    if (found.agreement->emergency.stand_in.clause.empty())
        return Error(Code::kDenied,
                     "the agreement provides for no stand-in (emergency.stand_in): node.read_only");
    return found;
}

Result<Chosen> AgreementPolicy::read() {
    auto found = choose_now();
    if (!found) {
        record_refused(audit_, source_.agreement, found.error(), clock_.now());
        return found;
    }
    if (found->next_refused) {
        log_error("policy.next_refused", {{"detail", found->next_refused->detail}});
        record_refused(audit_, source_.next, *found->next_refused, clock_.now());
    } else if (found->next_begins) {
        log_info("policy.next_waits", {{"from", to_rfc3339(*found->next_begins)}});
    }
    std::lock_guard const lock(mutex_);
    next_begins_ = found->next_begins;
    return found;
}

std::optional<WallTime> AgreementPolicy::next_begins() const {
    std::lock_guard const lock(mutex_);
    return next_begins_;
}

Status AgreementPolicy::begin() {
    if (!to_store_) return {};
    TRY(activate(pool_, audit_, *agreement(), *to_store_, clock_.now()));
    to_store_.reset();
    return {};
}

std::shared_ptr<Agreement const> AgreementPolicy::agreement() const {
    std::lock_guard const lock(mutex_);
    return agreement_;
}

Result<domain::Member> AgreementPolicy::member_of(core::PeerCertificate const& certificate) const {
    auto const now = agreement();
    if (!now->in_force(clock_.now())) return Error(Code::kDenied, "the agreement is not in force");
    TRY(still_holds(certificate));
    auto const* member =
        now->member_by_certificate(certificate.fingerprint_sha256, certificate.subject);
    if (!member) return holder_of(*now, certificate);
    if (!member->admitted(clock_.now())) {
        return Error(Code::kDenied, "member " + member->member.code + " is " +
                                        std::string(to_string(member->status)) +
                                        ", or not a member on this day");
    }
    if (!member->ends_of.contains(certificate.fingerprint_sha256))
        remember_end(*member, certificate);
    auto out = member->member;
    out.terms = now;
    return out;
}

Result<domain::Member> AgreementPolicy::member_named(std::string const& code) const {
    auto const now = agreement();
    auto const* member = now->member(code);
    if (!member) return PolicyPort::member_named(code);
    return member->member;
}

Result<domain::Member> AgreementPolicy::holder_of(Agreement const& agreement,
                                                  core::PeerCertificate const& certificate) const {
    Error const stranger(Code::kDenied, "certificate belongs to no member of the agreement");
    if (agreement.emergency.accounts.empty()) return stranger;
    auto const now = clock_.now();
    auto const account =
        account_of_certificate(pool_, agreement, certificate.fingerprint_sha256, now);
    if (!account && account.error().code == Code::kNotFound) return stranger;
    if (!account) return account.error();
    SealedAccountTerms const& terms = *account->terms;
    if (account->state != AccountState::kOpen) {
        counter("policy_sealed_account_refusals_total").add();
        return Error(Code::kDenied, "emergency account " + terms.code + " is " +
                                        std::string(to_string(account->state)));
    }
    auto const* member = agreement.member(terms.member);
    if (!member || !member->admitted(now))
        return Error(Code::kDenied, "the member of emergency account " + terms.code +
                                        " is not a member on this day");
    domain::Member out = member->member;
    out.default_role = terms.role;
    out.emergency_account = std::make_shared<domain::EmergencyAccount const>(
        domain::EmergencyAccount{terms.code, account->person, account->reason});
    return out;
}

bool AgreementPolicy::may_call(domain::Member const& member,
                               std::string_view transaction_id) const {
    auto const now = terms_of(member);
    if (!member.emergency_account) return may_call(*now, member.code, transaction_id);
    auto const* known = now->member(member.code);
    auto const time = time_under(*now);
    auto const* account = now->emergency.account(member.emergency_account->code);
    return known && now->in_force(time) && known->admitted(time) && account &&
           account->transactions.contains(transaction_id);
}

bool AgreementPolicy::may_call(Agreement const& agreement, std::string_view member,
                               std::string_view transaction_id) const {
    auto const* known = agreement.member(member);
    auto const time = time_under(agreement);
    if (!known || !agreement.in_force(time) || !known->admitted(time)) return false;
    if (!known->transactions.contains(transaction_id)) return false;
    if (gateways_open()) return true;
    auto const outside = transactions_of_group("neighbour");
    return std::find(outside.begin(), outside.end(), transaction_id) == outside.end();
}

bool AgreementPolicy::gateways_open() const {
    auto const now = agreement();
    if (source_.stand_in && now->emergency.stand_in.gateways_closed) return false;
    auto const disaster = disasters_.now(*now);
    return !disaster || !disaster->modes.contains(kGatewaysOff);
}

Result<core::Decision> AgreementPolicy::decide(domain::Subject const& subject,
                                               core::TransactionSpec const& spec,
                                               core::PolicyQuery const& query) const {
    static auto& permitted = counter("policy_decisions_total", "decision=\"permit\"");
    static auto& refused = counter("policy_decisions_total", "decision=\"deny\"");
    static auto& failed = counter("policy_decisions_total", "decision=\"error\"");
    auto const now = terms_of(subject.member);
    auto const disaster = disasters_.now(*now);
    Question const question{subject, spec.action, query, time_under(*now), disaster.get()};
    if (about_another_patient(*now, subject, query)) {
        refused.add();
        core::Decision denied;
        denied.rule_id = now->users->clause;
        return denied;
    }
    auto found = find_facts({pool_, identity_}, needs(*now, question), question);
    if (!found) {
        failed.add();
        return std::move(found).error();
    }
    auto decision = policy::decide(*now, question, *found);
    decision.agreement = now->reference();
    if (source_.stand_in) decision.rule_id += "," + now->emergency.stand_in.clause;
    if (auto const announced = announce(*now, question, *found, decision); !announced) {
        failed.add();
        return announced.error();
    }
    for (auto const& rule : decision.shadow_rules)
        counter("policy_shadow_rules_total", "rule=\"" + rule + "\"").add();
    (decision.permitted ? permitted : refused).add();
    return decision;
}

Status AgreementPolicy::announce(Agreement const& now, Question const& question, Facts const& facts,
                                 core::Decision const& decision) const {
    if (!decision.permitted || (!decision.emergency && decision.announce.empty())) return {};
    if (!audit_.port) return Error(Code::kDenied, "nobody to announce an emergency through");
    EmergencyDeps const deps{pool_, *audit_.port, system_ids(), audit_.source_id};
    return source_.stand_in ? stand_in_.announce(deps, now, question, facts, decision)
                            : announce_use(deps, now, question, facts, decision);
}

Result<Explanation> AgreementPolicy::explain(domain::Subject const& subject, domain::Action action,
                                             core::PolicyQuery const& query) const {
    auto const now = agreement();
    auto const disaster = disasters_.now(*now);
    Question const question{subject, action, query, clock_.now(), disaster.get()};
    auto const found = TRY(find_facts({pool_, identity_}, needs(*now, question), question));
    return policy::explain(*now, question, found);
}

std::string AgreementPolicy::agreement_hash() const { return agreement()->hash; }

std::string AgreementPolicy::source_name() const {
    auto const now = agreement();
    return now->region.name + " v" + std::to_string(now->version);
}

domain::DemographicsRules AgreementPolicy::demographics_rules() const {
    return agreement()->demographics;
}

std::vector<std::string> AgreementPolicy::member_authorities() const {
    return *agreement()->authorities;
}

std::shared_ptr<std::vector<std::string> const> AgreementPolicy::member_authority_list() const {
    return agreement()->authorities;
}

Result<domain::Member> AgreementPolicy::community(std::string_view home) const {
    auto const now = agreement();
    if (!home.empty() && now->in_force(clock_.now())) {
        for (auto const& one : now->members) {
            if (one.home_community_id == home && one.admitted(clock_.now())) return one.member;
        }
    }
    return Error(Code::kNotFound, "no member stands for this community");
}

std::shared_ptr<std::set<std::string> const> AgreementPolicy::temporary_authorities() const {
    return agreement()->temporary_authorities;
}

bool AgreementPolicy::insurance_is_key() const { return agreement()->insurance_is_key; }

Status AgreementPolicy::reload() {
    // What was withdrawn before stays so while the new lists cannot be read; the listeners tell.
    if (auto const read = read_withdrawn(); !read)
        log_warning("policy.lists_not_read", {{"why", read.error().detail}});
    auto found = TRY(read());
    if (found.accepted.fresh) {
        TRY(activate(pool_, audit_, *found.agreement, found.accepted.signatures, clock_.now()));
    }
    std::lock_guard const lock(mutex_);
    if (agreement_->hash != found.agreement->hash) {
        replaced_ = std::move(agreement_);
        replaced_at_ = clock_.monotonic();
    }
    agreement_ = std::move(found.agreement);
    return {};
}

}  // namespace musubi::policy
