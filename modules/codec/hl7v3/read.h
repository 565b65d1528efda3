#pragma once
// HL7 v3 messages of patient identity to domain values: PIXV3 (ITI-44, 45), PDQV3 (ITI-47), XCPD
// (ITI-55, 56). Pure functions, thread-safe; the tree is read, not kept. Whether a message follows
// its schema is checked before (schemas/hl7v3); readers rely on no order of elements and say what a
// schema cannot.
//
// Errors: kInvalidMessage when the payload is another message; kUnsupported for what we do not
// offer; kInvalidContent with one issue for each problem found, `location` an XPath; kTooLarge when
// a list is longer than kMaxEntries. No text holds a value of the message.

#include "codec/hl7v3/message.h"
#include "domain/patient_feed.h"
#include "platform/base/error.h"
#include "platform/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::hl7v3 {

inline constexpr std::size_t kMaxEntries = 200;  ///< ids, names, addresses, criteria of one kind

/// ITI-44, also as received from another manager (ITI-46): PRPA_IN201301UV02, 302, 304. Of a merge
/// only the ids count (ITI TF-2 3.44.4.2).
Result<domain::PatientFeed> read_patient_feed(xml::Element payload);
/// Event, message id and ids as far as they stand there, of a feed that is refused: for its record.
/// Never fails; at most kMaxEntries ids of a kind.
domain::PatientFeed outline_of_feed(xml::Element payload);

/// ITI-45: PRPA_IN201309UV02.
Result<domain::CrossReferenceQuery> read_cross_reference_query(xml::Element payload);

enum class FindRules : std::uint8_t {
    kPdq,   ///< ITI-47 with the pediatric option
    kXcpd,  ///< ITI-55: name and birth time unless an id is given, no fuzzy names
};

struct FindQuery {
    domain::DemographicsQuery criteria;
    InstanceId query_id;
    std::optional<int> initial_quantity;  ///< ITI-47: how many patients at once; XCPD has none
    bool deferred = false;                ///< XCPD: the answer goes to `respond_to` later
    std::string respond_to;
    std::string home_community;    ///< of the asker: bare OID, empty when not told
    std::string author_authority;  ///< which of its ids the asker uses in XCA
    std::string algorithm;         ///< matchAlgorithm, agreed between two parties
    /// An id and nothing else was asked with: the answer need not tell demographics.
    bool by_id_only = false;
    /// Criteria that were given and that we do not look at (birth place, care provider).
    std::vector<std::string> ignored;
};

/// ITI-47, ITI-55: PRPA_IN201305UV02. A date in the criteria has at most day precision.
Result<FindQuery> read_find_query(xml::Element payload, FindRules rules);

/// QUQI_IN000003UV01 and QUQI_IN000003UV01_Cancel.
struct Continuation {
    InstanceId query_id;
    InstanceId answered;       ///< id of the response that is continued; may be empty
    std::optional<int> start;  ///< startResultNumber, from 1
    std::optional<int> quantity;
    bool cancel = false;
};
Result<Continuation> read_continuation(xml::Element payload);

/// What a peer says of a message of ours: MCCI_IN000002UV01, or the acknowledgement of a response.
struct Acknowledgement {
    enum class Outcome : std::uint8_t { kAccepted, kError, kRejected };
    Outcome outcome = Outcome::kAccepted;
    InstanceId target;
    std::vector<Issue> details;  ///< reason from the code when we know it; context "204" and such
};
Result<Acknowledgement> read_acknowledgement(xml::Element payload);

/// ITI-56: PatientLocationQueryRequest.
Result<domain::SentIdentifier> read_patient_location_query(xml::Element payload);

}  // namespace musubi::hl7v3
