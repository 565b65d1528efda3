#include "atna/roots_event.h"

#include "platform/base/bytes.h"

#include <unistd.h>

namespace musubi::atna {

domain::AuditEvent root_event(SignedRoot const& root) {
    std::string const number = std::to_string(root.root.number);
    domain::AuditEvent event;
    event.event_id = domain::dcm("110106", "Export");
    event.action = 'R';
    event.time = root.root.time;
    event.transaction = kRootTransaction;
    event.source_id = root.root.node;
    event.rule = "evidence";
    domain::AuditParticipant process;
    process.user_id = "musubi";
    process.alternative_user_id = std::to_string(::getpid());
    process.is_requestor = true;
    process.roles = {domain::dcm("110153", "Source Role ID")};
    event.participants = {std::move(process)};
    domain::AuditObject object;
    object.id = "urn:musubi:audit-root:" + number;
    object.role = 13;  // security resource
    object.id_type = {"12", "RFC-3881", "URI"};
    object.name = "signed root of the audit trail";
    object.details = {{"root-" + number + ".json", root.document},
                      {"root-" + number + ".p7s", std::string(as_text(root.signature))}};
    event.objects = {std::move(object)};
    return event;
}

}  // namespace musubi::atna
