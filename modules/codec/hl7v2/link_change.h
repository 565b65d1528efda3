#pragma once
// ITI-64 Notify XAD-PID Link Change (ADT^A43): documents of one local patient id follow it from one
// regional patient id to another. Not a merge: the previous regional id may stay in use. Source:
// ITI TF-2 3.64. Pure functions.

#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "domain/patient_feed.h"
#include "platform/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::hl7v2 {

struct LinkChange {
    std::string control_id;
    HierarchicDesignator manager;              ///< MSH-3, an OID where the sender conforms
    domain::SentIdentifier regional;           ///< PID-3, first: the new XAD-PID
    domain::SentIdentifier local;              ///< PID-3, second
    domain::SentIdentifier previous_regional;  ///< MRG-1, first; may equal `regional`
    std::optional<domain::SentIdentifier> subsumed_local;  ///< MRG-1, second
};

struct LinkChangeRules {
    std::vector<std::string> versions = {"2.5", "2.5.1"};
};

/// kUnsupported (AR 200-203): the header asks for something else. Otherwise kInvalidContent with
/// all problems: 100 a segment, 101 an id, 204 an authority without universal id or a subsumed id
/// of another authority than the local one.
Result<LinkChange> read_link_change(Message const& message, LinkChangeRules const& rules = {});

}  // namespace musubi::hl7v2
