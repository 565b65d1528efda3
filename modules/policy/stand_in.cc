#include "policy/stand_in.h"

#include "platform/base/metrics.h"
#include "policy/assertion_store.h"
#include "policy/emergency_alert.h"
#include "policy/emergency_parts.h"
#include "policy/emergency_sql.h"

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr char const* kEmergencyWord = "emergency";
constexpr char const* kUseWord = "use-notice";
constexpr char const* kEnds = "seconds";
constexpr char const* kReview = "review days";
constexpr char const* kRole = "role";
constexpr char const* kTell = "tell";

std::string seconds_between(WallTime from, WallTime to) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(to - from).count());
}

Status refuse_overdue(pg::Pool& pool, EmergencyAccess const& access) {
    return pool.read([&](pg::ReadTx& tx) -> Status {
        auto const rows = TRY(tx.exec(
            sql::kOverdueOfPerson,
            pg::Params().text(access.member).text(access.person).timestamptz(access.opened_at)));
        if (rows.front().int64(0) == 0) return {};
        return Error(Code::kDenied,
                     "an emergency access of this person was not reviewed in time: no new one");
    });
}

domain::AuditEvent use_event(std::string const& source_id, Question const& question,
                             EmergencyAccess const& access) {
    auto event = access_alert(source_id, question, kOverrideStarted, access);
    event.event_types = {{kUseWord, "Musubi", "Use under an obligation to tell"}};
    event.transaction = kUseWord;
    event.objects.front().details = {{"reason", access.reason}};
    return event;
}

std::string detail(domain::AuditObject const& object, std::string_view type) {
    for (auto const& one : object.details) {
        if (one.type == type) return one.value;
    }
    return "";
}

long number(std::string const& text) { return std::strtol(text.c_str(), nullptr, 10); }

/// What the record says; an id of zeros: of a use.
std::optional<EmergencyAccess> access_in(domain::AuditEvent const& event) {
    if (event.participants.empty()) return std::nullopt;
    auto const patient = std::find_if(event.objects.begin(), event.objects.end(),
                                      [](auto const& one) { return one.type == 1; });
    if (patient == event.objects.end()) return std::nullopt;
    EmergencyAccess out;
    out.patient = patient->id;
    out.member = event.organisation;
    out.person = event.participants.front().user_id;
    out.role = detail(*patient, kRole);
    if (!event.purposes_of_use.empty()) out.purpose = event.purposes_of_use.front().code;
    out.reason = detail(*patient, "reason");
    out.clause = event.rule;
    out.opened_at = event.time;
    out.ends_at = event.time + std::chrono::seconds(number(detail(*patient, kEnds)));
    out.review_by = event.time + std::chrono::hours(24 * number(detail(*patient, kReview)));
    if (event.transaction == kUseWord) return out;
    auto const id = Uuid::parse(detail(*patient, "emergency"));
    if (!id || out.ends_at <= out.opened_at) return std::nullopt;
    out.id = *id;
    return out;
}

std::vector<std::string> told_in(domain::AuditEvent const& event) {
    std::vector<std::string> out;
    for (auto const& object : event.objects) {
        for (auto const& one : object.details)
            if (one.type == kTell) out.push_back(one.value);
    }
    return out;
}

void queue_access(pg::Tx& tx, EmergencyAccess const& access) {
    tx.queue(sql::kInsertEmergency,
             std::move(pg::Params()
                           .uuid(access.id)
                           .text(access.patient)
                           .text(access.member)
                           .text(access.person)
                           .text(access.role)
                           .text(access.purpose)
                           .text(access.reason)
                           .text(access.clause)
                           .timestamptz(access.opened_at)
                           .timestamptz(access.ends_at)
                           .timestamptz(access.review_by)),
             1);
}

}  // namespace

bool StandInWitness::take(std::string const& key, WallTime until, WallTime now) {
    std::lock_guard const lock(mutex_);
    auto const found = held_.find(key);
    if (found != held_.end() && found->second > now) return false;
    if (held_.size() >= kMost)
        std::erase_if(held_, [&](auto const& one) { return one.second <= now; });
    held_[key] = until;
    return true;
}

void StandInWitness::give_back(std::string const& key) {
    std::lock_guard const lock(mutex_);
    held_.erase(key);
}

Status StandInWitness::announce(EmergencyDeps const& deps, Agreement const& agreement,
                                Question const& question, Facts const& facts,
                                core::Decision const& decision) {
    auto const glass = decision.emergency ? broken_glass(agreement, question.subject)
                                          : std::optional<BrokenGlass>();
    std::vector<std::string> keys;
    std::vector<domain::AuditEvent> events;
    auto const tell = [&](domain::AuditEvent event, std::vector<std::string> const& members) {
        for (auto const& member : members) event.objects.front().details.push_back({kTell, member});
        events.push_back(std::move(event));
    };
    Status allowed;
    for (auto const& patient : glass ? question.query.patients : std::vector<std::string>()) {
        auto const access = access_for(question, patient, *glass, deps.ids.uuid());
        std::string key = access.member + "|" + access.person + "|" + patient + "|" + access.reason;
        if (!take(key, access.ends_at, question.now)) continue;
        keys.push_back(std::move(key));
        if (agreement.emergency.suspends_overdue && allowed)
            allowed = refuse_overdue(deps.pool, access);
        auto event = access_alert(deps.audit_source_id, question, kOverrideStarted, access);
        auto& details = event.objects.front().details;
        details.push_back({kRole, access.role});
        details.push_back({kEnds, seconds_between(access.opened_at, access.ends_at)});
        details.push_back({kReview, std::to_string(glass->review_days)});
        std::string const silent = question.subject.member.emergency_account ? "" : access.member;
        tell(std::move(event),
             recipients(agreement, silent, patient, facts, NoticeKind::kEmergency));
        counter("policy_emergencies_total").add();
    }
    for (auto const& [patient, clause] : decision.announce) {
        auto const access = use_of(question, patient, clause);
        std::string key = use_key(access, "");
        if (!take(key, question.now + std::chrono::hours(24), question.now)) continue;
        keys.push_back(std::move(key));
        tell(use_event(deps.audit_source_id, question, access),
             recipients(agreement, access.member, patient, facts, NoticeKind::kUse));
    }
    if (events.empty()) return {};
    Status const recorded = allowed ? deps.audit.record(std::move(events)) : allowed;
    if (!recorded) {
        for (auto const& key : keys) give_back(key);  // whoever asks again is announced again
    }
    return recorded;
}

Result<bool> StandInWitness::first_use(pg::Pool& pool, domain::UserAssertion const& assertion,
                                       WallTime now) {
    std::string const key =
        "a|" + std::to_string(assertion.issuer.size()) + ":" + assertion.issuer + assertion.id;
    if (TRY(store::was_used(pool, assertion))) return false;
    return take(key, assertion.not_on_or_after + store::kKeptLonger, now);
}

Result<bool> restore_announcement(EmergencyDeps const& deps, Agreement const& agreement,
                                  domain::AuditEvent const& event) {
    bool const use = event.transaction == kUseWord;
    bool const emergency = event.transaction == kEmergencyWord && !event.event_types.empty() &&
                           event.event_types.front().code == kOverrideStarted;
    if (!use && !emergency) return false;
    auto const access = access_in(event);
    if (!access)
        return Error(Code::kInvalidContent, "a record of an emergency access lacks what it needs");
    auto const members = told_in(event);
    return deps.pool.run([&](pg::Tx& tx) -> Result<bool> {
        bool fresh = false;
        tx.queue(sql::kLockEmergency, pg::Params().text("restore"));
        if (emergency && TRY(tx.exec(sql::kEmergency, pg::Params().uuid(access->id))).empty()) {
            queue_access(tx, *access);
            fresh = true;
        }
        std::vector<std::string> keys;
        for (auto const& member : members)
            keys.push_back(use ? use_key(*access, member) : access->id.to_string() + "|" + member);
        auto const rows = TRY(
            tx.exec(sql::kWasNoticed, pg::Params().text_array(std::span<std::string const>(keys))));
        std::set<std::string> told;
        for (auto const row : rows) told.emplace(row.text(0));
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (told.contains(keys[i])) continue;
            auto const kind = use ? NoticeKind::kUse : NoticeKind::kEmergency;
            queue_notice(tx, deps.ids, agreement, notice_of(*access, kind, members[i]), keys[i]);
            fresh = true;
        }
        return fresh;
    });
}

}  // namespace musubi::policy
