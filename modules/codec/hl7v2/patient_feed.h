#pragma once
// Patient identity feeds to the words of the domain: ITI-8 (ADT A01 A04 A05 A08 A40) and ITI-30
// (A28 A31 A40 A47 A24 A37). Source: ITI TF-2 3.8, 3.30, Appendices C, D, E. Who may feed which
// authority, and what an id without one means, is decided by those who hold that state. Pure.

#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "domain/patient_feed.h"
#include "platform/base/result.h"

#include <string>
#include <vector>

namespace musubi::hl7v2 {

struct FeedRules {
    /// MSH-12.1 of A01, A04, A05, A08, A40. From 2.5 on the message structure (MSH-9.3) must be
    /// named (ITI TF-2 3.30): a 2.5 header over an ITI-8 message without it is an unsupported
    /// version.
    std::vector<std::string> versions = {"2.3", "2.3.1", "2.4", "2.5", "2.5.1"};
    /// Of the events that only ITI-30 has.
    std::vector<std::string> management_versions = {"2.5", "2.5.1"};
};

/// kUnsupported (AR 200-203) when the header asks for something else; then the content is not
/// looked at. Otherwise kInvalidContent with one issue for each problem found, not only the first.
/// A24 and A37: identifiers are of the first PID, other_identifiers of the second, demographics of
/// none.
Result<domain::PatientFeed> read_patient_feed(Message const& message, FeedRules const& rules = {});

/// Event, control id and ids as far as they stand there, of a feed that is refused: for its record.
/// Never fails; an event that is not known is an update.
domain::PatientFeed outline_of(Message const& message);

}  // namespace musubi::hl7v2
