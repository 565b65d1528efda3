#pragma once
// What a cross-reference manager sends on its own, and the acknowledgements it gets: ITI-10 PIX
// Update Notification (ADT^A31), ITI-64 Notify XAD-PID Link Change (ADT^A43). Source: ITI
// TF-2 3.10, 3.64, C.2.3. Pure functions, thread-safe.

#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/errors.h"
#include "domain/demographics.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::hl7v2 {

/// MSH of a message of ours.
struct Envelope {
    HierarchicDesignator sending_application, sending_facility, receiving_application,
        receiving_facility;
    std::string control_id;  ///< unique, at most 20 characters
    std::string time;        ///< MSH-7 and EVN-2, DTM
    std::string processing_id = "P";
    Charset charset = {};  ///< what the receiver is configured for
};

/// All ids of one person in the domains that the consumer subscribed to. kInvalidContent: a
/// character that the receiver's set lacks (an id must not be altered).
Result<Bytes> write_update_notification(Envelope const& envelope,
                                        std::vector<domain::LocalId> const& ids,
                                        AuthorityNames const& authorities);

struct OutgoingLinkChange {
    domain::LocalId regional, local, previous_regional;
    std::optional<domain::LocalId> subsumed_local;  ///< of the authority of `local`
};
/// MSH-3 of the envelope must be an OID with type ISO: the registry makes its sourceId of it.
Result<Bytes> write_link_change(Envelope const& envelope, OutgoingLinkChange const& change,
                                AuthorityNames const& authorities);

/// The answer to a message of ours.
struct Acknowledgement {
    AckCode code = AckCode::kReject;
    bool commit = false;          ///< CA, CE, CR
    std::vector<int> conditions;  ///< table 0357, from ERR of either layout; at most 100
    bool resend_later = false;    ///< a reject whose cause is not our header
};
/// kInvalidMessage: no MSA, an unknown code, or an answer to another message.
Result<Acknowledgement> read_acknowledgement(Message const& message, std::string_view control_id);

}  // namespace musubi::hl7v2
