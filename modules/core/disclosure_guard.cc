#include "core/disclosure_guard.h"

#include "core/audit_participants.h"
#include "platform/base/log.h"
#include "platform/base/metrics.h"

namespace musubi::core {
namespace {

constexpr std::chrono::minutes kMinute{1};
constexpr std::chrono::hours kHour{1};

domain::AuditEvent alert_about(domain::Subject const& subject,
                               domain::DemographicsRules const& rules) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110132", "Use of Restricted Function")};
    event.outcome_description = "more different patients shown within an hour than " +
                                rules.clause + " expects (" +
                                std::to_string(rules.alarm_patients_per_hour) + ")";
    AuditActors actors;
    actors.subject = &subject;
    actors.requester_id = subject.certificate_subject;
    actors.requester_address = subject.remote_address;
    actors.responder_id = "disclosure guard";
    event.participants = participants_of(actors);
    domain::AuditObject object;
    object.id = subject.remote_address;
    object.role = 26;
    object.id_type = {"110182", "DCM", "Node ID"};
    object.details = {{"Alert Description", event.outcome_description}};
    event.objects = {std::move(object)};
    event.transaction = "enumeration";
    event.organisation = subject.member.code;
    event.rule = rules.clause;
    event.trace = LogTrace::current();
    return event;
}

}  // namespace

DisclosureGuard::DisclosureGuard(Clock const& clock, Alarm alarm)
    : clock_(clock), alarm_(std::move(alarm)) {}

Status DisclosureGuard::asked(domain::Subject const& subject,
                              domain::DemographicsRules const& rules) {
    Time const now = clock_.monotonic();
    std::lock_guard const lock(mutex_);
    auto& questions = members_[subject.member.code].questions;
    while (!questions.empty() && now - questions.front() >= kMinute) questions.pop_front();
    if (questions.size() >= static_cast<std::size_t>(std::max(rules.queries_per_minute, 0))) {
        counter("identity_questions_refused_total", "member=\"" + subject.member.code + "\"").add();
        return Error(Code::kBusy, "member asks more often than " + rules.clause + " allows");
    }
    questions.push_back(now);
    return {};
}

bool DisclosureGuard::count(Member& member, domain::DemographicsRules const& rules,
                            std::vector<std::string> const& patients, Time now) const {
    std::size_t const most = static_cast<std::size_t>(std::max(rules.alarm_patients_per_hour, 0));
    for (std::string const& patient : patients) {
        std::size_t const digest = std::hash<std::string>()(patient);
        member.seen[digest] = now;
        member.order.emplace_back(now, digest);
    }
    // Who was shown again since stands further behind. One more than expected is all that has to be
    // remembered, whatever is shown.
    while (!member.order.empty()) {
        auto const [when, digest] = member.order.front();
        auto const seen = member.seen.find(digest);
        bool const current = seen != member.seen.end() && seen->second == when;
        if (current && now - when < kHour && member.seen.size() <= most + 1) break;
        if (current) member.seen.erase(seen);
        member.order.pop_front();
    }
    if (member.seen.size() <= most) return false;
    if (member.alarmed && now - *member.alarmed < kHour) return false;
    member.alarmed = now;
    return true;
}

Status DisclosureGuard::shown(domain::Subject const& subject,
                              domain::DemographicsRules const& rules,
                              std::vector<std::string> const& patients) {
    {
        std::lock_guard const lock(mutex_);
        if (!count(members_[subject.member.code], rules, patients, clock_.monotonic())) return {};
    }
    counter("identity_enumeration_alarms_total", "member=\"" + subject.member.code + "\"").add();
    log_warning("identity.enumeration",
                {{"member", subject.member.code},
                 {"patients_per_hour", std::to_string(rules.alarm_patients_per_hour)}});
    auto recorded = alarm_(alert_about(subject, rules));
    if (!recorded) {
        std::lock_guard const lock(mutex_);
        members_[subject.member.code].alarmed.reset();  // not raised yet
    }
    return recorded;
}

}  // namespace musubi::core
