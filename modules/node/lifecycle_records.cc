#include "node/lifecycle_records.h"

#include <unistd.h>

namespace musubi::node {
namespace {

domain::AuditParticipant this_process(std::string const& id) {
    domain::AuditParticipant out;
    out.user_id = id;
    out.alternative_user_id = std::to_string(::getpid());
    out.roles = {domain::dcm("110150", "Application")};
    return out;
}

domain::AuditEvent alert(std::string const& id, domain::AuditCode type) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {std::move(type)};
    event.transaction = "lifecycle";
    event.participants = {this_process(id)};
    return event;
}

domain::AuditObject resource(std::string uri, std::string const& description) {
    domain::AuditObject out;
    out.id = std::move(uri);
    out.role = 13;  // security resource
    out.id_type = {"12", "RFC-3881", "URI"};
    if (!description.empty()) out.details = {{"Alert Description", description}};
    return out;
}

}  // namespace

domain::AuditEvent application_event(std::string const& id, bool started) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110100", "Application Activity");
    event.event_types = {started ? domain::dcm("110120", "Application Start")
                                 : domain::dcm("110121", "Application Stop")};
    event.transaction = "lifecycle";
    event.participants = {this_process(id)};
    return event;
}

domain::AuditEvent audit_recording_event(std::string const& id, bool started) {
    auto event = alert(id, started ? domain::dcm("110134", "Audit Recording Started")
                                   : domain::dcm("110133", "Audit Recording Stopped"));
    event.objects = {resource("urn:musubi:audit-trail", "")};
    return event;
}

domain::AuditEvent change_event(std::string const& id, Changed what, std::string const& text) {
    domain::AuditCode type;
    switch (what) {
        case Changed::kSoftware: type = domain::dcm("110131", "Software Configuration"); break;
        case Changed::kNetwork: type = domain::dcm("110128", "Network Configuration"); break;
        case Changed::kSecurity: type = domain::dcm("110129", "Security Configuration"); break;
    }
    auto event = alert(id, std::move(type));
    event.objects = {resource("urn:musubi:configuration", text)};
    return event;
}

}  // namespace musubi::node
