#include "policy/emergency_alert.h"

#include <string_view>

#include <unistd.h>

namespace musubi::policy {

domain::AuditEvent emergency_alert(AlertFacts const& facts, std::string const& source_id) {
    bool const starts = std::string_view(facts.code) == kOverrideStarted;
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm(
        facts.code, starts ? "Emergency Override Started" : "Emergency Override Stopped")};
    event.action = 'E';
    event.time = facts.time;
    event.transaction = facts.transaction;
    event.organisation = facts.organisation;
    event.rule = facts.clause;
    event.source_id = source_id;
    domain::AuditParticipant person;
    person.user_id = facts.person;
    person.is_requestor = true;
    domain::AuditParticipant process;
    process.user_id = "musubi";
    process.alternative_user_id = std::to_string(::getpid());
    process.roles = {domain::dcm("110150", "Application")};
    event.participants = {std::move(person), std::move(process)};
    return event;
}

domain::AuditObject alert_object(std::string id) {
    domain::AuditObject object;
    object.id = std::move(id);
    object.role = 13;  // security resource
    object.id_type = {"12", "RFC-3881", "URI"};
    return object;
}

}  // namespace musubi::policy
