#include "core/audit_participants.h"

#include <unistd.h>

namespace musubi::core {

domain::AuditOutcome outcome_of(Error const& error) {
    switch (error.code) {
        case Code::kInvalidMessage:
        case Code::kInvalidContent:
        case Code::kUnsupported:
        case Code::kUnauthenticated:
        case Code::kDenied:
        case Code::kNotFound:
        case Code::kConflict:
        case Code::kTooLarge: return domain::AuditOutcome::kMinorFailure;
        case Code::kBusy:
        case Code::kPeerUnavailable:
        case Code::kStorageUnavailable:
        case Code::kInternal: return domain::AuditOutcome::kSeriousFailure;
    }
    return domain::AuditOutcome::kSeriousFailure;
}

std::vector<domain::AuditParticipant> participants_of(AuditActors const& actors) {
    domain::AuditCode const source = domain::dcm("110153", "Source Role ID");
    domain::AuditCode const destination = domain::dcm("110152", "Destination Role ID");
    domain::AuditParticipant requester;
    requester.user_id = actors.requester_id.empty() ? "UNKNOWN" : actors.requester_id;
    requester.is_requestor = true;
    requester.roles = {actors.requester_is_source ? source : destination};
    requester.network_address = actors.requester_address;
    domain::AuditParticipant responder;
    responder.user_id = actors.responder_id;
    (actors.requester_is_local ? requester : responder).alternative_user_id =
        std::to_string(::getpid());
    responder.roles = {actors.requester_is_source ? destination : source};
    responder.network_address = actors.responder_address;

    std::vector<domain::AuditParticipant> all = {std::move(requester), std::move(responder)};
    if (actors.subject && !actors.subject->user_id.empty()) {
        domain::AuditParticipant human;
        human.user_id = actors.subject->user_id;
        human.user_name = actors.subject->user_name;
        human.is_requestor = true;
        // The role that permitted; a user whom none fits has none to tell.
        if (actors.subject->role != domain::kNoRole)
            human.roles = {{actors.subject->role, "Musubi agreement role", actors.subject->role}};
        all.push_back(std::move(human));
    }
    return all;
}

/// As asserted where a user was (ITI TF-2 3.40.4.2), else the agreement's word.
static std::vector<domain::AuditCode> purposes_of(domain::Subject const& subject) {
    std::vector<domain::AuditCode> out;
    if (subject.assertion) {
        for (domain::ClaimCode const& one : subject.assertion->purposes) {
            std::string const& system = one.system_name.empty() ? one.system : one.system_name;
            out.push_back({one.code, system.empty() ? "PurposeOfUse" : system,
                           one.display.empty() ? one.code : one.display});
        }
    }
    if (out.empty() && !subject.purpose_of_use.empty())
        out.push_back({subject.purpose_of_use, "PurposeOfUse", subject.purpose_of_use});
    return out;
}

domain::AuditEvent complete_event(AuditDraft&& draft, TransactionSpec const& spec,
                                  AuditActors const& actors, AuditSource const& source,
                                  WallTime now) {
    domain::AuditEvent event;
    event.event_id = spec.event_id;
    event.action = draft.action.value_or(spec.event_action);
    event.time = now;
    event.outcome = draft.outcome;
    event.outcome_description = std::move(draft.outcome_description);
    event.event_types = {domain::ihe_transaction(std::string(spec.id), std::string(spec.name))};
    event.participants = participants_of(actors);
    event.source_id = source.source_id;
    event.enterprise_site_id = source.enterprise_site_id;
    event.objects = std::move(draft.objects);
    event.transaction = spec.id;
    if (actors.subject) {
        event.organisation = actors.subject->member.code;
        event.purposes_of_use = purposes_of(*actors.subject);
    }
    return event;
}

}  // namespace musubi::core
