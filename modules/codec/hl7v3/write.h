#pragma once
// HL7 v3 answers and messages of patient identity. Pure functions, thread-safe: ids and times come
// with the seal. The text is the Body's child, in the namespace's default form; every message
// passes the schemas in schemas/hl7v3 and the rules of the published test tools (one receiver, OIDs
// without extension, acceptAckCode NE in answers and AL in requests).

#include "codec/hl7v3/errors.h"
#include "codec/hl7v3/message.h"
#include "domain/demographics.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::hl7v3 {

/// What a message of ours needs from us.
struct Seal {
    std::string message_id;             ///< UUID (or OID), unique
    std::string time;                   ///< creationTime, TS
    Party self;                         ///< our device and organization (XCPD: homeCommunityId)
    std::string processing_code = "P";  ///< of messages that answer none
    std::string trace;                  ///< correlation id, told with errors that have no place
};

/// MCCI_IN000002UV01. `error` null: accepted. ITI-44 and 46 answer with kAccept.
std::string write_acknowledgement(Header const& request, Seal const& seal,
                                  Error const* error = nullptr,
                                  AckFamily family = AckFamily::kAccept);

/// ITI-45. Without error: no ids is NF, else OK. An error of kInvalidMessage is told as such
/// (queryResponseCode QE, SYN113, a detected issue), any other as AE.
struct CrossReferenceAnswer {
    std::vector<domain::LocalId> ids;  ///< without the asked one; ids of one domain adjacent
    std::string custodian;             ///< OID
    Error const* error = nullptr;
};
std::string write_cross_reference_response(Header const& request, QueryEcho const& echo,
                                           Seal const& seal, CrossReferenceAnswer const& answer);

enum class HealthDataLocator : std::uint8_t { kUntold, kNotSupported, kSupported };

/// One person found.
struct Hit {
    std::vector<domain::LocalId> ids;          ///< patient/id; XCPD: exactly one, the one for XCA
    std::vector<domain::LocalId> other_ids;    ///< asOtherIDs
    std::vector<std::string> missing_domains;  ///< asked domains without an id (ITI-47 case 2)
    domain::Demographics person;               ///< insurances, account and reliability stay home
    bool without_demographics = false;  ///< XCPD by id only: name nullFlavor NA, nothing else
    int degree = 100;                   ///< 0..100
    std::string provider;               ///< OID of providerOrganization
    std::string provider_name;          ///< may be empty
    std::string custodian;              ///< OID; XCPD: homeCommunityId of this answer, bare
    HealthDataLocator locator = HealthDataLocator::kUntold;  ///< XCPD always tells
};

/// XCPD case 3: attributes that would decide between several patients.
enum class WantedAttribute : std::uint8_t {
    kGender,
    kAddress,
    kTelecom,
    kBirthPlaceName,
    kBirthPlaceAddress,
    kMothersMaidenName,
};
/// XCPD case 5.
enum class CannotAnswer : std::uint8_t { kBusy, kNotAvailable, kInternalError };
CannotAnswer cannot_answer(Code code);

struct FindAnswer {
    std::vector<Hit> hits;
    std::size_t total = 0;                ///< all that fit; at least hits.size()
    std::size_t remaining = 0;            ///< still to be asked for
    std::vector<WantedAttribute> wanted;  ///< XCPD: not empty only without hits and error
    std::optional<CannotAnswer> cannot;   ///< XCPD: with an error
    Error const* error = nullptr;         ///< told beside the hits that were cut at a limit
};
/// ITI-47, 55. OK with hits or wanted attributes, NF without; errors as in ITI-45.
std::string write_find_response(Header const& request, QueryEcho const& echo, Seal const& seal,
                                FindAnswer const& answer);

/// ITI-46: the whole set of ids of one person, to one consumer.
struct UpdateNotification {
    Party receiver;
    std::vector<domain::LocalId> ids;  ///< at least one; ids of one domain adjacent
    std::string custodian;             ///< OID
    std::string provider;              ///< OID
};
std::string write_update_notification(Seal const& seal, UpdateNotification const& notification);

/// ITI-56.
struct PatientLocation {
    std::string home_community;  ///< urn:oid:...
    domain::PatientId corresponding, requested;
};
std::string write_patient_location_response(std::vector<PatientLocation> const& locations);

}  // namespace musubi::hl7v3
