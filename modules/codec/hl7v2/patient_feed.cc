#include "codec/hl7v2/patient_feed.h"

#include "codec/hl7v2/data_types.h"
#include "codec/hl7v2/pid.h"
#include "codec/hl7v2/problems.h"
#include "codec/hl7v2/visit.h"

namespace musubi::hl7v2 {
namespace {

using domain::FeedEvent;

struct Trigger {
    std::string_view name;
    FeedEvent event;
    std::string_view structure;
    bool management = false;  ///< ITI-30 alone
};
// ITI TF-2 3.8.4.1: the structure, when it is sent at all, is one of two; table 3.30.4-1 the rest.
constexpr Trigger kTriggers[] = {
    {"A01", FeedEvent::kAdd, "ADT_A01"},          {"A04", FeedEvent::kAdd, "ADT_A01"},
    {"A05", FeedEvent::kAdd, "ADT_A01"},          {"A08", FeedEvent::kUpdate, "ADT_A01"},
    {"A40", FeedEvent::kMerge, "ADT_A39"},        {"A28", FeedEvent::kAdd, "ADT_A05", true},
    {"A31", FeedEvent::kUpdate, "ADT_A05", true}, {"A47", FeedEvent::kChangeId, "ADT_A30", true},
    {"A24", FeedEvent::kLink, "ADT_A24", true},   {"A37", FeedEvent::kUnlink, "ADT_A37", true},
};

Trigger const* trigger_of(Header const& header) {
    for (Trigger const& trigger : kTriggers) {
        if (trigger.name == header.trigger) return &trigger;
    }
    return nullptr;
}

/// Ids of a segment that must name at least one.
std::vector<domain::SentIdentifier> required_ids(Segment const& segment, int field,
                                                 std::string_view missing, Problems& problems) {
    auto ids = read_identifiers(segment, field);
    if (ids.empty()) {
        std::string const where = std::string(segment.name()) + "^" +
                                  std::to_string(segment.occurrence()) + "^" +
                                  std::to_string(field);
        problems.add(Reason::kRequiredFieldMissing, where, std::string(missing));
    }
    return ids;
}

void read_one_person(Message const& message, domain::PatientFeed& feed, Problems& problems) {
    if (auto const pid = required_segment(message, "PID", problems)) {
        feed.identifiers = required_ids(*pid, 3, "no patient identifier", problems);
        feed.demographics = read_demographics(*pid, problems);
        feed.demographics.insurances = read_insurances(message);
    }
    if (feed.event == FeedEvent::kAdd || feed.event == FeedEvent::kUpdate)
        feed.visit = read_visit(message, feed.event == FeedEvent::kAdd);
    if (feed.event != FeedEvent::kMerge && feed.event != FeedEvent::kChangeId) return;
    if (auto const mrg = required_segment(message, "MRG", problems)) {
        feed.prior_identifiers = required_ids(*mrg, 1, "no prior patient identifier", problems);
    }
}

/// A24, A37: two PID segments, nothing about demographics.
void read_pair(Message const& message, domain::PatientFeed& feed, Problems& problems) {
    for (int number : {1, 2}) {
        auto const pid = message.find("PID", number);
        if (!pid) {
            problems.add(Reason::kSegmentSequence, "PID^" + std::to_string(number),
                         "PID segment is missing");
            continue;
        }
        auto& ids = number == 1 ? feed.identifiers : feed.other_identifiers;
        ids = required_ids(*pid, 3, "no patient identifier", problems);
    }
    if (message.count("PID") > 2)
        problems.add(Reason::kSegmentSequence, "PID^3", "more than two PID segments");
}

}  // namespace

Result<domain::PatientFeed> read_patient_feed(Message const& message, FeedRules const& rules) {
    Header const header = read_header(message);
    Trigger const* const trigger = trigger_of(header);
    HeaderDemand demand;
    demand.type = "ADT";
    demand.event_known = trigger != nullptr;
    demand.structure = trigger ? trigger->structure : "";
    demand.structure_due = true;
    demand.versions = trigger && trigger->management ? rules.management_versions : rules.versions;
    Problems rejects;
    check_header(header, demand, rejects);
    if (!rejects.empty()) return rejects.error(Code::kUnsupported, "patient identity feed");

    domain::PatientFeed feed;
    Problems problems;
    feed.event = trigger->event;
    feed.trigger = header.trigger;
    feed.control_id = header.control_id;
    feed.application = name_of(header.sending_application);
    feed.facility = name_of(header.sending_facility);
    if (header.control_id.empty()) {
        problems.add(Reason::kRequiredFieldMissing, "MSH^1^10", "message control id is missing");
    }
    bool const pair = feed.event == FeedEvent::kLink || feed.event == FeedEvent::kUnlink;
    if (pair) {
        read_pair(message, feed, problems);
    } else {
        read_one_person(message, feed, problems);
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent, "patient identity feed");
    return feed;
}

domain::PatientFeed outline_of(Message const& message) {
    Header const header = read_header(message);
    Trigger const* const trigger = trigger_of(header);
    domain::PatientFeed feed;
    feed.event = trigger ? trigger->event : FeedEvent::kUpdate;
    feed.trigger = header.trigger;
    feed.control_id = header.control_id;
    if (auto const pid = message.find("PID")) feed.identifiers = read_identifiers(*pid, 3);
    if (auto const other = message.find("PID", 2))
        feed.other_identifiers = read_identifiers(*other, 3);
    if (auto const mrg = message.find("MRG")) feed.prior_identifiers = read_identifiers(*mrg, 1);
    return feed;
}

}  // namespace musubi::hl7v2
