#include "codec/hl7v2/link_change.h"

#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/problems.h"

namespace musubi::hl7v2 {
namespace {

/// The ids of PID-3 or MRG-1 by position: an empty repetition must not move the second to the first
/// place.
std::optional<domain::SentIdentifier> id_at(Segment const& segment, int field, int repetition,
                                            Problems& problems) {
    domain::SentIdentifier one;
    one.location = location_of(segment, field, repetition);
    one.id = read_id(segment, field, repetition);
    if (one.id.empty()) return std::nullopt;
    one.authority = read_authority(segment, {field, repetition, 4, 1}, one.location + "^4");
    one.type_code = segment.get({field, repetition, 5, 1});
    if (one.authority.universal_id.empty() || one.authority.universal_id_type.empty()) {
        problems.add(Reason::kUnknownKeyIdentifier, one.authority.location,
                     "an authority must have universal id and type here");
    }
    return one;
}

domain::SentIdentifier required_at(Segment const& segment, int field, int repetition,
                                   std::string_view what, Problems& problems) {
    if (auto id = id_at(segment, field, repetition, problems)) return *std::move(id);
    problems.add(Reason::kRequiredFieldMissing, location_of(segment, field, repetition),
                 std::string(what) + " is missing");
    return {};
}

}  // namespace

Result<LinkChange> read_link_change(Message const& message, LinkChangeRules const& rules) {
    Header const header = read_header(message);
    HeaderDemand demand;
    demand.type = "ADT";
    demand.event_known = header.trigger == "A43";
    demand.structure = "ADT_A43";
    demand.structure_due = true;
    demand.versions = rules.versions;
    Problems problems;
    check_header(header, demand, problems);
    if (!problems.empty()) return problems.error(Code::kUnsupported, "link change");
    LinkChange change;
    change.control_id = header.control_id;
    change.manager = header.sending_application;
    if (change.control_id.empty())
        problems.add(Reason::kRequiredFieldMissing, "MSH^1^10", "message control id is missing");
    if (auto const pid = required_segment(message, "PID", problems)) {
        change.regional = required_at(*pid, 3, 1, "the new regional id", problems);
        change.local = required_at(*pid, 3, 2, "the local id", problems);
    }
    if (auto const mrg = required_segment(message, "MRG", problems)) {
        change.previous_regional = required_at(*mrg, 1, 1, "the previous regional id", problems);
        change.subsumed_local = id_at(*mrg, 1, 2, problems);
        if (change.subsumed_local &&
            change.subsumed_local->authority.universal_id != change.local.authority.universal_id) {
            problems.add(Reason::kUnknownKeyIdentifier, change.subsumed_local->authority.location,
                         "not the authority of the local id");
        }
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent, "link change");
    return change;
}

}  // namespace musubi::hl7v2
