#include "pix/notifier.h"

#include "core/patient_ports.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>

namespace musubi::pix {
namespace {

core::OutboxRunnerSettings runner_settings(Settings const& settings) {
    core::OutboxRunnerSettings out;
    out.topic = kNoticeTopic;
    for (Consumer const& consumer : settings.consumers) out.destinations.push_back(consumer.name);
    // A connection may take as long to be made as the answer to come.
    out.lease = 2 * settings.timeout + std::chrono::seconds(5);
    out.first_pause = settings.first_pause;
    out.longest_pause = settings.longest_pause;
    out.patience = settings.patience;
    out.refusals = settings.tries;
    return out;
}

core::TransactionSpec notification_spec(std::string_view id) {
    core::TransactionSpec spec;
    spec.id = id;
    spec.name = "PIX Update Notification";
    spec.action = domain::Action::kIdentify;
    spec.event_id = domain::dcm("110110", "Patient Record");
    spec.event_action = 'R';
    return spec;
}

core::TransactionSpec const& spec_of(Protocol protocol) {
    static core::TransactionSpec const kIti10 = notification_spec("ITI-10");
    static core::TransactionSpec const kIti46 = notification_spec("ITI-46");
    return protocol == Protocol::kHl7v2 ? kIti10 : kIti46;
}

domain::Subject subject_of(Consumer const& consumer) {
    domain::Subject subject;
    subject.member.code = consumer.member;
    return subject;
}

}  // namespace

Notifier::Notifier(Settings const& settings, core::ModuleContext& context)
    : settings_(settings),
      ports_(context.ports),
      clock_(context.clock),
      ids_(context.ids),
      keys_(context.ports.require<vault::KeyRing>()),
      outbox_(context.pool),
      runner_(context.pool, context.clock, runner_settings(settings),
              [this](std::string const& consumer, ByteView sealed) {
                  return deliver(consumer, sealed);
              }) {}

void Notifier::start() {
    // Without the database nothing is sent either; what is left over is told after the next start.
    if (auto const settled = settle_leftovers(); !settled)
        log_warning("pix.leftovers_unknown", {{"detail", settled.error().detail}});
    runner_.start();
}

Status Notifier::settle_leftovers() {
    std::int64_t kept = 0;
    for (auto const& queue : TRY(outbox_.queues(kNoticeTopic))) {
        auto const& consumers = settings_.consumers;
        if (std::any_of(consumers.begin(), consumers.end(),
                        [&](Consumer const& each) { return each.name == queue.destination; }))
            continue;
        auto const& forgotten = settings_.forgotten;
        if (std::find(forgotten.begin(), forgotten.end(), queue.destination) != forgotten.end()) {
            std::int64_t const dropped = TRY(outbox_.drop(kNoticeTopic, queue.destination));
            log_warning("pix.notifications_dropped", {{"consumer", queue.destination},
                                                      {"notifications", std::to_string(dropped)}});
            continue;
        }
        std::lock_guard const lock(mutex_);
        leftovers_[queue.destination] = queue.waiting + queue.dead;
        kept += queue.waiting + queue.dead;
        log_warning("pix.notifications_left_over",
                    {{"consumer", queue.destination},
                     {"notifications", std::to_string(queue.waiting + queue.dead)}});
    }
    gauge("musubi_pix_notifications_left_over").set(kept);
    return {};
}

/// Decided when the notification leaves: a consent that was withdrawn meanwhile counts.
Result<std::vector<domain::LocalId>> Notifier::visible_ids(Consumer const& consumer,
                                                           Notice const& notice) const {
    auto const& policy = ports_.require<core::PolicyPort>();
    // The agreement's connection to the consumer does not let us call it.
    if (!policy.may_send(consumer.member, spec_of(consumer.protocol).id)) {
        log_warning("pix.connection_forbids", {{"consumer", consumer.name}});
        return std::vector<domain::LocalId>();
    }
    auto const decision = TRY(policy.decide(subject_of(consumer), spec_of(consumer.protocol),
                                            core::PolicyQuery{{notice.patient}, {}}));
    std::vector<domain::LocalId> told;
    if (!decision.permitted) return told;
    domain::IdentityScope scope;
    scope.everything = decision.everything;
    for (auto const& [patient, of] : decision.scopes) {
        if (patient == notice.patient && !decision.everything) scope = of.identities;
    }
    // Who may see none of the person's ids does not know the person.
    bool const knows = std::any_of(notice.ids.begin(), notice.ids.end(), [&](auto const& each) {
        return scope.allows(each.id.authority);
    });
    if (!knows) return told;
    for (domain::LocalId const& each : notice.ids) {
        std::string const& authority = each.id.authority;
        if (consumer.wants(authority) &&
            (authority == settings_.regional_authority || scope.allows(authority)))
            told.push_back(each);
    }
    return told;
}

Status Notifier::deliver(std::string const& name, ByteView sealed) {
    auto const consumer = std::find_if(settings_.consumers.begin(), settings_.consumers.end(),
                                       [&](Consumer const& each) { return each.name == name; });
    if (consumer == settings_.consumers.end())
        return Error(Code::kInternal, "no such consumer in the configuration");
    Notice notice = TRY(open_notice(keys_, name, sealed));
    notice.ids = TRY(visible_ids(*consumer, notice));
    if (notice.ids.empty()) {
        counter("musubi_pix_notifications_hidden_total").add();
        return {};
    }
    bool const v2 = consumer->protocol == Protocol::kHl7v2;
    domain::AuditObject patient = domain::audit_patient(notice.patient);
    patient.details.push_back(
        {v2 ? "MSH-10" : "II", v2 ? control_id_of(notice) : notice.message_id});
    domain::Subject const subject = subject_of(*consumer);
    core::ClientCall call{spec_of(consumer->protocol),
                          subject,
                          notice.message_id,
                          v2 ? settings_.facility + "|" + settings_.application : settings_.device,
                          "",
                          consumer->address(),
                          {std::move(patient)}};
    if (v2 && !(consumer->facility.empty() && consumer->application.empty()))
        call.responder = consumer->facility + "|" + consumer->application;
    Sending const sending{settings_, *consumer, notice};
    Status const outcome = ports_.require<core::ClientPipeline>().call(call, [&]() -> Status {
        if (v2)
            return send_iti10(sending, ports_.require<core::MllpPeerPort>(),
                              ports_.require<core::AuthorityPort>());
        return send_iti46(sending, ports_.require<core::PeerPort>(), ids_);
    });
    note(name, outcome);
    return outcome;
}

void Notifier::note(std::string const& consumer, Status const& outcome) {
    std::lock_guard const lock(mutex_);
    if (outcome)
        unwell_.erase(consumer);
    else
        unwell_.insert(consumer);
}

core::HealthReport Notifier::health() const {
    std::lock_guard const lock(mutex_);
    if (!unwell_.empty())
        return {core::Health::kDegraded, "notifications do not reach consumer " + *unwell_.begin()};
    if (leftovers_.empty()) return {};
    auto const& [name, count] = *leftovers_.begin();
    return {core::Health::kDegraded,
            std::to_string(count) + " notifications are kept for " + name +
                ", which is no consumer any longer (pix.consumers, pix.forgotten_consumers)"};
}

std::string control_id_of(Notice const& notice) {
    std::string digits = notice.message_id;
    std::erase(digits, '-');
    constexpr std::size_t kLongest = 20;
    return digits.substr(0, kLongest);
}

}  // namespace musubi::pix
