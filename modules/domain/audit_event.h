#pragma once
// One audit record in domain terms (DICOM PS3.15 A.5; ITI TF-2 3.20). codec/auditmsg writes the
// XML. Text here may name patients by regional id and documents by unique id, never by name.

#include "platform/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

struct AuditCode {
    std::string code;
    std::string system;  ///< codeSystemName: "DCM", "IHE Transactions", "RFC-3881" ...
    std::string text;    ///< originalText
};

enum class AuditOutcome : std::uint8_t {
    kSuccess = 0,
    kMinorFailure = 4,
    kSeriousFailure = 8,
    kMajorFailure = 12
};

struct AuditParticipant {
    std::string user_id;
    std::string alternative_user_id;
    std::string user_name;
    bool is_requestor = false;
    std::vector<AuditCode> roles;
    std::string network_address;  ///< IP or host name; the type code follows from its form
};

struct AuditDetail {
    std::string type;
    std::string value;  ///< plain; the codec makes base64
};

struct AuditObject {
    std::string id;
    int type = 2;        ///< 1 person, 2 system, 3 organisation, 4 other
    int role = 0;        ///< ParticipantObjectTypeCodeRole
    int life_cycle = 0;  ///< 0: not told
    AuditCode id_type;
    std::string name;   ///< at most one of name and query
    std::string query;  ///< plain; the codec makes base64
    std::vector<AuditDetail> details;
};

struct AuditEvent {
    AuditCode event_id;
    char action = 'E';  ///< C R U D E
    WallTime time{};
    AuditOutcome outcome = AuditOutcome::kSuccess;
    std::string outcome_description;
    std::vector<AuditCode> event_types;
    std::vector<AuditCode> purposes_of_use;
    std::vector<AuditParticipant> participants;
    std::string source_id;
    std::string enterprise_site_id;
    std::vector<AuditObject> objects;
    // beside the message, for search and evidence:
    std::string transaction;   ///< "ITI-18" or the event's own word
    std::string organisation;  ///< member code
    std::string rule;          ///< clause that decided
    std::string trace;
};

/// The building blocks of security.md chapter 5.
AuditObject audit_patient(std::string const& cx);
AuditObject audit_submission_set(std::string const& unique_id);
AuditObject audit_document(std::string const& document_unique_id,
                           std::string const& repository_unique_id,
                           std::optional<std::string> const& home);

inline AuditCode dcm(std::string code, std::string text) {
    return {std::move(code), "DCM", std::move(text)};
}
inline AuditCode ihe_transaction(std::string id, std::string name) {
    return {std::move(id), "IHE Transactions", std::move(name)};
}

}  // namespace musubi::domain
