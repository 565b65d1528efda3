#pragma once
// What the transactions of this module work with. References outlive the module; thread-safe.

#include "codec/hl7v2/patient_feed.h"
#include "codec/hl7v3/write.h"
#include "core/patient_ports.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"

#include <functional>

namespace musubi::pix {

/// How this node calls itself in HL7 v3 messages.
struct Device {
    Clock const& clock;
    IdSource& ids;
    std::string oid;  ///< of the manager's device; also the custodian of answers

    /// For one message, with an id and a time of its own.
    hl7v3::Seal seal() const;
};

struct FeedDeps {
    core::AuthorityPort const& authorities;
    core::PatientIndexPort& index;
    hl7v2::FeedRules rules;
    Device device;
    std::function<void()> after_commit = {};  ///< something may wait for the consumers
};

struct QueryDeps {
    core::AuthorityPort const& authorities;
    core::CrossReferencePort const& cross_references;
    std::string regional_authority;  ///< OID: its ids are visible whenever the patient is
    Device device;
};

/// HL7 v3 payloads that break their schema; the answer says so in its own way.
inline constexpr Reason kReasonSchema{0xF201};
/// The refusal of such a payload as the HL7 v3 writers want to have it; any other as it is.
Error in_v3_words(Error const& error);

}  // namespace musubi::pix
