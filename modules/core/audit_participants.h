#pragma once
// Turns what a transaction drafted into complete audit events: participants, source, time (security
// fact sheet, chapter 5; ITI TF-2 3.20). Every attribute that DICOM calls mandatory is filled, so
// that the national extension of ITI-20 holds as well.

#include "core/transaction.h"
#include "domain/audit_event.h"

namespace musubi::core {

struct AuditActors {
    domain::Subject const* subject = nullptr;  ///< null: unknown peer
    std::string requester_id;  ///< wsa:ReplyTo, facility|application or the certificate's subject
    std::string requester_address;
    std::string responder_id;  ///< our endpoint
    std::string responder_address;
    bool requester_is_source = true;
    bool requester_is_local = false;  ///< we call: the process id stands with the requester
};

struct AuditSource {
    std::string source_id;
    std::string enterprise_site_id;
};

std::vector<domain::AuditParticipant> participants_of(AuditActors const& actors);
domain::AuditEvent complete_event(AuditDraft&& draft, TransactionSpec const& spec,
                                  AuditActors const& actors, AuditSource const& source,
                                  WallTime now);

/// Denied, wrong or unsupported requests are minor failures; what kept the node from its work is a
/// serious one.
domain::AuditOutcome outcome_of(Error const& error);

}  // namespace musubi::core
