#include "policy/module.h"

#include "core/read_only.h"

#include "policy/bppc.h"
#include "policy/emergency.h"
#include "policy/merge_watcher.h"
#include "policy/notice_sender.h"
#include "policy/origins.h"
#include "policy/policy.h"
#include "policy/readiness.h"
#include "policy/relations.h"

#include "platform/base/log.h"

#include <condition_variable>
#include <thread>

namespace musubi::policy {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);
constexpr auto kWarnBeforeEnd = std::chrono::hours(24 * 90);

class PolicyModule final : public core::Module {
public:
    PolicyModule(std::unique_ptr<AgreementPolicy> policy, core::ModuleContext& context)
        : policy_(std::move(policy)),
          relations_(*policy_, context.pool, context.ports.find<core::PatientIdentityPort>()),
          origins_(*policy_),
          advanced_([this] { return policy_->agreement(); }),
          forms_([this] { return policy_->agreement(); }, advanced_, context.pool,
                 context.ports.require<core::AuditPort>(), context.clock, context.ids,
                 context.config.text("node.audit_source_id")),
          notices_(context.pool, context.clock, context.ports.find<core::PeerPort>()),
          pool_(context.pool),
          clock_(context.clock),
          reads_(core::is_read_only(context.ports)) {
        policy_->tell_users_to(context.ports.find<core::UserNamesPort>());
        context.ports.provide<core::PolicyPort>(*policy_);
        context.ports.provide<core::CommunityPort>(*policy_);
        context.ports.provide<core::AgreementInForcePort>(*policy_);
        context.ports.provide<core::RelationPort>(relations_);
        context.ports.provide<core::OriginPort>(origins_);
        context.ports.provide<core::TemporaryIdsPort>(*policy_);
        context.ports.join<core::PatientWatcherPort>(watcher_);
        context.ports.join<core::DocumentWatcherPort>(forms_);
        context.ports.join<core::DocumentInspectorPort>(advanced_);
    }

    core::HealthReport health() const override {
        auto const agreement = policy_->agreement();
        auto const now = clock_.now();
        if (!agreement->in_force(now)) {
            return {core::Health::kBad, "the agreement is not in force (" +
                                            agreement->region.valid_from + " to " +
                                            agreement->region.valid_to + ")"};
        }
        if (agreement->region.ends - now < kWarnBeforeEnd && !policy_->next_begins()) {
            return {core::Health::kDegraded, "the agreement ends on " + agreement->region.valid_to};
        }
        auto const open = open_matters(pool_, *agreement, now);
        if (open && !open->empty()) return {core::Health::kDegraded, *open};
        return {};
    }
    Status start() override {
        TRY(policy_->begin());
        // Notices wait for the node that writes; so does the next version of the agreement.
        if (reads_) return {};
        notices_.use(policy_->agreement());
        turn_ = std::thread([this] { wait_for_next(); });
        return {};
    }
    void stop(std::chrono::steady_clock::time_point) override {
        end_waiting();
        notices_.stop();
    }
    ~PolicyModule() override { end_waiting(); }
    Status reload() override {
        // By a person, or because the day has come.
        std::lock_guard const one_at_a_time(reloading_);
        TRY(policy_->reload());
        if (reads_) return {};
        notices_.use(policy_->agreement());
        return {};
    }

private:
    /// The clock on the wall may be set, so it is looked at often.
    void wait_for_next() {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, kLookEvery, [this] { return ending_; })) {
            auto const begins = policy_->next_begins();
            if (!begins || clock_.now() < *begins) continue;
            lock.unlock();
            if (auto const done = reload(); !done)
                log_error("policy.turn_failed", {{"detail", done.error().detail}});
            lock.lock();
        }
    }
    void end_waiting() {
        {
            std::lock_guard const lock(mutex_);
            ending_ = true;
        }
        changed_.notify_all();
        if (turn_.joinable()) turn_.join();
    }

    std::unique_ptr<AgreementPolicy> policy_;
    Relations relations_;
    Origins origins_;
    MergeWatcher watcher_;
    AdvancedForms advanced_;
    FormWatcher forms_;
    NoticeSender notices_;
    pg::Pool& pool_;
    Clock const& clock_;
    bool const reads_;
    std::mutex reloading_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ending_ = false;
    std::thread turn_;
};

Result<std::unique_ptr<core::Module>> create(core::ModuleContext& context) {
    auto source = agreement_source(context.config);
    source.stand_in = core::is_read_only(context.ports);
    auto policy = TRY(AgreementPolicy::open(std::move(source), context.pool,
                                            context.ports.find<core::PatientIdentityPort>(),
                                            context.clock, agreement_audit(context)));
    return std::unique_ptr<core::Module>(
        std::make_unique<PolicyModule>(std::move(policy), context));
}

}  // namespace

AgreementSource agreement_source(core::Config const& config) {
    AgreementSource out{config.text("policy.agreement"), config.text("policy.signers"),
                        config.text("policy.country"), config.text("policy.next_agreement")};
    out.declarations = config.text("policy.stand_in_declarations");
    out.withdrawn = config.text("tls.crl");
    return out;
}

AgreementAudit agreement_audit(core::ModuleContext const& context) {
    return {context.ports.find<core::AuditPort>(), context.config.text("node.audit_source_id"),
            context.config.text("node.region")};
}

core::ModuleDescriptor const& descriptor() {
    static core::ModuleDescriptor const one = [] {
        core::ModuleDescriptor d;
        d.name = "policy";
        d.summary = "Regional agreement: members, roles, access matrix, consent";
        d.provides = {"PolicyPort"};
        d.needs = {"AuditPort", "PatientIdentityPort"};
        d.mandatory = true;
        core::ConfigKey agreement;
        agreement.key = "policy.agreement";
        agreement.type = core::ConfigType::kPath;
        agreement.doc =
            "The regional agreement (YAML), with its signatures in the folder of the same name and "
            ".signatures behind it. Read again on reload; a file with mistakes, without all "
            "signatures or out of turn is refused, and the old agreement stays in force.";
        agreement.required = true;
        agreement.needs_restart = false;
        core::ConfigKey next;
        next.key = "policy.next_agreement";
        next.type = core::ConfigType::kPath;
        next.doc =
            "The version that follows policy.agreement, with its signatures: comes into force on "
            "its "
            "own first day, without restart or reload. From then on it is the agreement, whatever "
            "policy.agreement says. Empty: none waits. Read again on reload.";
        next.needs_restart = false;
        core::ConfigKey signers;
        signers.key = "policy.signers";
        signers.type = core::ConfigType::kPath;
        signers.doc =
            "Who may sign the first version of the agreement (YAML: `signers`, a list of `member` "
            "and `certificates`). Later versions are signed with the certificates that the version "
            "before names. Read again on reload.";
        signers.required = true;
        signers.needs_restart = false;
        core::ConfigKey country;
        country.key = "policy.country";
        country.doc =
            "ISO 3166 code of the country where data, keys and logs of this node are. Must be one "
            "of those that the agreement's `location` allows.";
        core::ConfigKey declarations;
        declarations.key = "policy.stand_in_declarations";
        declarations.type = core::ConfigType::kPath;
        declarations.default_value = "declarations";
        declarations.doc =
            "With node.read_only: folder of declarations of a disaster, and of their ends, that "
            "officers have signed, each a file with its signatures beside it. Looked at every "
            "second.";
        declarations.needs_restart = false;
        d.config_keys = {agreement, next, signers, country, declarations};
        d.create = create;
        return d;
    }();
    return one;
}

}  // namespace musubi::policy
