#pragma once
// Internal to policy: what an emergency access consists of, for those who write it down in the
// database (emergency.cc) and those who can only put it on record (stand_in.cc).

#include "policy/emergency.h"

namespace musubi::policy {

/// A new claim about one patient.
EmergencyAccess access_for(Question const& question, std::string const& patient,
                           BrokenGlass const& glass, Uuid const& id);
/// DCM 110127 or 110138, about the patient.
domain::AuditEvent access_alert(std::string const& source_id, Question const& question,
                                char const* code, EmergencyAccess const& access);
/// A use under an obligation to tell: no id, no term.
EmergencyAccess use_of(Question const& question, std::string const& patient,
                       std::string const& clause);
/// Members with a record of the patient, but not the one who looks, and those that the agreement
/// names.
std::vector<std::string> recipients(Agreement const& agreement, std::string const& asker,
                                    std::string const& patient, Facts const& facts,
                                    NoticeKind kind);
Notice notice_of(EmergencyAccess const& access, NoticeKind kind, std::string const& recipient);
/// What keeps a use from being told twice: once a day for looker, patient, clause and recipient.
std::string use_key(EmergencyAccess const& access, std::string const& recipient);

}  // namespace musubi::policy
