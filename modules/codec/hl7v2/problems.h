#pragma once
// What a reader finds wrong with one message: all of it, each with its HL7 location, so that a
// sender can correct everything at once. Used by one thread.

#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "domain/reason.h"
#include "platform/base/error.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::hl7v2 {

class Problems {
public:
    /// `text` may name fields and rules, never what the sender wrote about a person.
    void add(Reason reason, std::string location, std::string text) {
        issues_.push_back({Severity::kError, reason, std::move(text), std::move(location)});
    }
    bool empty() const { return issues_.empty(); }
    Error error(Code code, std::string_view what);  ///< takes the issues; `what` goes to our log

private:
    std::vector<Issue> issues_;
};

/// What a transaction takes in MSH.
struct HeaderDemand {
    std::string_view type;       ///< MSH-9.1
    bool event_known = true;     ///< MSH-9.2 is one of the transaction's
    std::string_view structure;  ///< MSH-9.3, when it is sent at all
    bool structure_due = false;  ///< and it must be sent from version 2.5 on
    std::span<std::string const> versions;
};
/// ITI TF-2 C.2.3: 200, 201, 202, 203 at their place. These problems are rejects (AR).
void check_header(Header const& header, HeaderDemand const& demand, Problems& problems);

/// The one segment of this name that the message needs. Problems: none, or more than one.
std::optional<Segment> required_segment(Message const& message, std::string_view name,
                                        Problems& problems);

/// "PID^1^3^2"
std::string location_of(Segment const& segment, int field, int repetition);

}  // namespace musubi::hl7v2
