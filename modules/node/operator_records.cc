#include "node/operator_records.h"

namespace musubi::node {

domain::AuditEvent operator_event(OperatorTools const& tools, std::string const& what,
                                  std::string const& resource, std::string const& text) {
    auto event = tools.patient_event(what, "");
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {domain::dcm("110129", "Security Configuration")};
    event.action = 'E';
    domain::AuditObject object;
    object.id = resource;
    object.role = 13;  // security resource
    object.id_type = {"12", "RFC-3881", "URI"};
    object.details = {{"Alert Description", text}};
    event.objects = {std::move(object)};
    return event;
}

}  // namespace musubi::node
