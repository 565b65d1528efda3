#include "policy/emergency_parts.h"

#include "policy/emergency_alert.h"

#include <algorithm>

namespace musubi::policy {

EmergencyAccess access_for(Question const& question, std::string const& patient,
                           BrokenGlass const& glass, Uuid const& id) {
    domain::Subject const& subject = question.subject;
    EmergencyAccess access;
    access.id = id;
    access.patient = patient;
    access.member = subject.member.code;
    access.person = subject.user_id;
    access.role = subject.role;
    access.purpose = subject.purpose_of_use;
    access.reason = glass.reason;
    access.clause = glass.clause;
    access.opened_at = question.now;
    access.ends_at = question.now + std::chrono::minutes(glass.minutes);
    access.review_by = question.now + std::chrono::hours(24 * glass.review_days);
    return access;
}

domain::AuditEvent access_alert(std::string const& source_id, Question const& question,
                                char const* code, EmergencyAccess const& access) {
    domain::AuditEvent event = emergency_alert(
        {code, "emergency", access.person, access.member, access.clause, question.now}, source_id);
    event.participants.front().user_name = question.subject.user_name;
    event.participants.front().network_address = question.subject.remote_address;
    event.purposes_of_use = {{access.purpose, "2.16.840.1.113883.5.8", access.purpose}};
    auto patient = domain::audit_patient(access.patient);
    patient.details = {{"emergency", access.id.to_string()}, {"reason", access.reason}};
    if (auto const& account = question.subject.member.emergency_account)
        patient.details.push_back({"account", account->code});
    event.objects = {std::move(patient)};
    return event;
}

EmergencyAccess use_of(Question const& question, std::string const& patient,
                       std::string const& clause) {
    domain::Subject const& subject = question.subject;
    EmergencyAccess access;
    access.patient = patient;
    access.member = subject.member.code;
    access.person = subject.user_id.empty() ? subject.member.code : subject.user_id;
    access.clause = clause;
    access.reason = subject.purpose_of_use.empty() ? "TREAT" : subject.purpose_of_use;
    access.opened_at = question.now;
    return access;
}

std::vector<std::string> recipients(Agreement const& agreement, std::string const& asker,
                                    std::string const& patient, Facts const& facts,
                                    NoticeKind kind) {
    std::set<std::string> out;
    bool const sources = kind == NoticeKind::kUse || agreement.emergency.tells_sources;
    auto const fed = facts.authorities.find(patient);
    if (sources && fed != facts.authorities.end()) {
        for (auto const& member : agreement.members) {
            auto const& own = member.member.assigning_authorities;
            bool const holds = std::any_of(own.begin(), own.end(), [&](auto const& oid) {
                return std::find(fed->second.begin(), fed->second.end(), oid) != fed->second.end();
            });
            if (holds && member.member.code != asker) out.insert(member.member.code);
        }
    }
    if (kind == NoticeKind::kEmergency)
        out.insert(agreement.emergency.tells.begin(), agreement.emergency.tells.end());
    return {out.begin(), out.end()};
}

Notice notice_of(EmergencyAccess const& access, NoticeKind kind, std::string const& recipient) {
    Notice notice;
    notice.kind = kind;
    notice.recipient = recipient;
    notice.patient = access.patient;
    notice.member = access.member;
    notice.person = access.person;
    notice.clause = access.clause;
    notice.reason = access.reason;
    notice.made_at = access.opened_at;
    return notice;
}

std::string use_key(EmergencyAccess const& access, std::string const& recipient) {
    return to_rfc3339(access.opened_at).substr(0, 10) + "|" + access.clause + "|" + access.member +
           "|" + access.person + "|" + access.patient + "|" + recipient;
}

}  // namespace musubi::policy
