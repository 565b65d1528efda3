#pragma once
// The other side of PIXV3, PDQV3 and XCPD: questions as this node sends them, and what others
// answer (ITI-45, 47, 55, 56). Pure functions, thread-safe; the messages pass the schemas in
// schemas/hl7v3.
//
// Errors of the readers: kInvalidMessage when the payload is another message; kInvalidContent with
// one issue for each problem; kTooLarge beyond kMaxPatients. A refusal by the other side is no
// error but stands in the acknowledgement. No text of an error holds a value of the message.

#include "codec/hl7v3/read.h"
#include "codec/hl7v3/write.h"

namespace musubi::hl7v3 {

inline constexpr std::size_t kMaxPatients = 1000;  ///< in one answer

/// ITI-47 and ITI-55: PRPA_IN201305UV02.
struct FindRequest {
    Party receiver;
    InstanceId query_id;
    domain::DemographicsQuery criteria;   ///< authorities by OID; `account` has no place in v3
    std::optional<int> initial_quantity;  ///< ITI-47
    std::string respond_to;               ///< ITI-55: asks for a deferred answer to this URL
    std::string author_authority;         ///< ITI-55: whose id of ours others may ask back with
};
std::string write_find_request(Seal const& seal, FindRequest const& request);

/// ITI-45: PRPA_IN201309UV02.
struct CrossReferenceRequest {
    Party receiver;
    InstanceId query_id;
    domain::PatientId id;
    std::vector<std::string> domains;  ///< OIDs; empty: all
};
std::string write_cross_reference_request(Seal const& seal, CrossReferenceRequest const& request);

/// ITI-56.
std::string write_patient_location_query(domain::PatientId const& requested);

/// What every answer to a question says of it.
struct Answered {
    Header header;
    Acknowledgement ack;
    InstanceId query_id;
    std::string response_code;  ///< OK, NF, AE, QE
    std::size_t total = 0, remaining = 0;
};

struct FoundPatient {
    std::vector<domain::LocalId> ids;        ///< patient/id; ITI-55: the one for XCA
    std::vector<domain::LocalId> other_ids;  ///< asOtherIDs that have a value
    domain::Demographics person;
    std::optional<int> degree;  ///< queryMatchObservation
    std::string provider;       ///< OID, may be empty
    std::string custodian;      ///< OID; ITI-55: the community of this answer
    HealthDataLocator locator = HealthDataLocator::kUntold;
};
struct FindResponse : Answered {
    std::vector<FoundPatient> patients;
    std::vector<WantedAttribute> wanted;  ///< ITI-55 case 3
    std::optional<CannotAnswer> cannot;   ///< ITI-55 case 5
};
/// PRPA_IN201306UV02. A patient without an id is left out: nothing could be asked by it.
Result<FindResponse> read_find_response(xml::Element payload);

struct CrossReferenceResponse : Answered {
    std::vector<domain::LocalId> ids;
};
/// PRPA_IN201310UV02.
Result<CrossReferenceResponse> read_cross_reference_response(xml::Element payload);

/// PatientLocationQueryResponse. Locations without community or id are left out.
Result<std::vector<PatientLocation>> read_patient_location_response(xml::Element payload);

}  // namespace musubi::hl7v3
