#include "codec/hl7v2/problems.h"

#include <algorithm>

namespace musubi::hl7v2 {

Error Problems::error(Code code, std::string_view what) {
    Error made(code, std::move(issues_));
    made.detail = std::string(what) + " refused: " + made.issues.front().context;
    return made;
}

void check_header(Header const& header, HeaderDemand const& demand, Problems& problems) {
    if (header.message_type != demand.type) {
        problems.add(Reason::kUnsupportedMessageType, "MSH^1^9^1^1",
                     "not a message of type " + std::string(demand.type));
    } else if (!demand.event_known) {
        problems.add(Reason::kUnsupportedEvent, "MSH^1^9^1^2", "not an event of this transaction");
    } else if (!header.structure.empty() && header.structure != demand.structure) {
        problems.add(Reason::kUnsupportedMessageType, "MSH^1^9^1^3",
                     "structure does not belong to the event");
    }
    auto const& mode = header.processing_id;
    if (mode != "P" && mode != "T" && mode != "D") {
        problems.add(Reason::kUnsupportedProcessingId, "MSH^1^11",
                     "processing id is not P, T or D");
    }
    bool const known = std::find(demand.versions.begin(), demand.versions.end(), header.version) !=
                       demand.versions.end();
    bool const nameless =
        demand.structure_due && header.version >= "2.5" && header.structure.empty();
    if (!known || nameless) {
        problems.add(Reason::kUnsupportedVersion, "MSH^1^12",
                     "version not supported for this transaction");
    }
}

std::optional<Segment> required_segment(Message const& message, std::string_view name,
                                        Problems& problems) {
    std::string const n(name);
    if (message.count(name) > 1) {
        // Taking the first and ignoring the second would lose a change silently.
        problems.add(Reason::kSegmentSequence, n + "^2", n + " segment repeats");
    }
    auto found = message.find(name);
    if (!found) problems.add(Reason::kSegmentSequence, n + "^1", n + " segment is missing");
    return found;
}

std::string location_of(Segment const& segment, int field, int repetition) {
    return std::string(segment.name()) + "^" + std::to_string(segment.occurrence()) + "^" +
           std::to_string(field) + "^" + std::to_string(repetition);
}

}  // namespace musubi::hl7v2
