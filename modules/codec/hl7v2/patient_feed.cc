#include "codec/hl7v2/patient_feed.h"

#include "domain/reason.h"

#include <algorithm>

namespace musubi::hl7v2 {
namespace {

struct Trigger {
    std::string_view name;
    FeedEvent event;
    std::string_view structure;
};
// ITI TF-2 3.8.4.1: the structure, when it is sent at all, is one of two.
constexpr Trigger kTriggers[] = {
    {"A01", FeedEvent::kAdd, "ADT_A01"},   {"A04", FeedEvent::kAdd, "ADT_A01"},
    {"A05", FeedEvent::kAdd, "ADT_A01"},   {"A08", FeedEvent::kUpdate, "ADT_A01"},
    {"A40", FeedEvent::kMerge, "ADT_A39"},
};

class Problems {
public:
    void add(Reason reason, std::string location, std::string text) {
        issues_.push_back({Severity::kError, reason, std::move(text), std::move(location)});
    }
    bool empty() const { return issues_.empty(); }
    Error error(Code code) {
        Error made(code, std::move(issues_));
        made.detail = "patient identity feed refused: " + made.issues.front().context;
        return made;
    }

private:
    std::vector<Issue> issues_;
};

Trigger const* trigger_of(Header const& header) {
    for (Trigger const& trigger : kTriggers) {
        if (trigger.name == header.trigger) return &trigger;
    }
    return nullptr;
}

/// What the header asks for. Only these problems are rejects (AR).
void check_header(Header const& header, FeedRules const& rules, Problems& problems) {
    Trigger const* const trigger = trigger_of(header);
    if (header.message_type != "ADT") {
        problems.add(Reason::kUnsupportedMessageType, "MSH^1^9^1^1", "not an ADT message");
    } else if (trigger == nullptr) {
        problems.add(Reason::kUnsupportedEvent, "MSH^1^9^1^2",
                     "not an event of the patient identity feed");
    } else if (!header.structure.empty() && header.structure != trigger->structure) {
        problems.add(Reason::kUnsupportedMessageType, "MSH^1^9^1^3",
                     "structure does not belong to the event");
    }
    auto const& mode = header.processing_id;
    if (mode != "P" && mode != "T" && mode != "D") {
        problems.add(Reason::kUnsupportedProcessingId, "MSH^1^11",
                     "processing id is not P, T or D");
    }
    bool const known = std::find(rules.versions.begin(), rules.versions.end(), header.version) !=
                       rules.versions.end();
    bool const structure_due = header.version >= "2.5" && header.structure.empty();
    if (!known || structure_due) {
        problems.add(Reason::kUnsupportedVersion, "MSH^1^12",
                     "version not supported for this transaction");
    }
}

std::string location_of(Segment const& segment, int field, int repetition) {
    return std::string(segment.name()) + "^" + std::to_string(segment.occurrence()) + "^" +
           std::to_string(field) + "^" + std::to_string(repetition);
}

Sent<std::string> read_text(Segment const& segment, int field) {
    switch (segment.field_presence(field)) {
        case Presence::kAbsent: return std::nullopt;
        case Presence::kDelete: return std::string();
        case Presence::kValue: break;
    }
    return segment.get({field});
}

/// `read` makes one value of one repetition; repetitions that are empty or `""` give none.
template <class T, class Read>
Sent<std::vector<T>> read_list(Segment const& segment, int field, Read const& read) {
    if (segment.field_presence(field) == Presence::kAbsent) return std::nullopt;
    std::vector<T> list;
    int const count = segment.repetition_count(field);
    for (int r = 1; r <= count; ++r) {
        std::string_view const raw = segment.raw_repetition(field, r);
        if (!raw.empty() && raw != "\"\"") list.push_back(read(r));
    }
    return list;
}

Sent<std::vector<PostalAddress>> read_addresses(Segment const& segment, int field) {
    return read_list<PostalAddress>(segment, field, [&](int r) {
        auto const part = [&](int c) { return segment.get({field, r, c, 1}); };
        return PostalAddress{part(1), part(2), part(3), part(4),
                             part(5), part(6), part(7), part(8)};
    });
}

Sent<std::vector<Telecom>> read_telecoms(Segment const& segment, int field) {
    return read_list<Telecom>(segment, field, [&](int r) {
        auto const part = [&](int c) { return segment.get({field, r, c, 1}); };
        std::string number = part(1);
        if (number.empty()) number = part(12);
        return Telecom{std::move(number), part(2), part(3), part(4)};
    });
}

/// The one segment of this name that the event needs.
std::optional<Segment> required(Message const& message, std::string_view name, Problems& problems) {
    std::string const n(name);
    if (message.count(name) > 1) {
        // One pair per message: taking the first and ignoring the second would lose a change
        // silently.
        problems.add(Reason::kSegmentSequence, n + "^2", n + " segment repeats");
    }
    auto found = message.find(name);
    if (!found) problems.add(Reason::kSegmentSequence, n + "^1", n + " segment is missing");
    return found;
}

void read_demographics(Segment const& pid, PatientFeed& feed) {
    feed.names = read_names(pid, 5);
    feed.mothers_maiden_name = read_names(pid, 6);
    feed.birth_time = read_text(pid, 7);
    feed.sex = read_text(pid, 8);
    feed.addresses = read_addresses(pid, 11);
    feed.home_phones = read_telecoms(pid, 13);
    feed.business_phones = read_telecoms(pid, 14);
    feed.account_number = read_text(pid, 18);
    feed.multiple_birth = read_text(pid, 24);
    feed.birth_order = read_text(pid, 25);
}

void read_header_into(Header const& header, PatientFeed& feed) {
    feed.trigger = header.trigger;
    feed.version = header.version;
    feed.control_id = header.control_id;
    feed.processing_id = header.processing_id;
    feed.sending_application = header.sending_application;
    feed.sending_facility = header.sending_facility;
    feed.receiving_application = header.receiving_application;
    feed.receiving_facility = header.receiving_facility;
}

}  // namespace

std::vector<PatientIdentifier> read_identifiers(Segment const& segment, int field) {
    std::vector<PatientIdentifier> identifiers;
    int const count = segment.repetition_count(field);
    for (int r = 1; r <= count; ++r) {
        PatientIdentifier one;
        one.id = segment.get({field, r, 1, 1});
        if (one.id.empty()) continue;  // absent, or `""`: nothing to know a patient by
        HierarchicDesignator authority = read_hd_component(segment, {field, r, 4, 1});
        one.namespace_id = std::move(authority.namespace_id);
        one.universal_id = std::move(authority.universal_id);
        one.universal_id_type = std::move(authority.universal_id_type);
        one.type_code = segment.get({field, r, 5, 1});
        one.location = location_of(segment, field, r);
        identifiers.push_back(std::move(one));
    }
    return identifiers;
}

Sent<std::vector<PersonName>> read_names(Segment const& segment, int field) {
    return read_list<PersonName>(segment, field, [&](int r) {
        auto const part = [&](int c) { return segment.get({field, r, c, 1}); };
        return PersonName{part(1), part(2), part(3), part(4), part(5), part(7), part(8)};
    });
}

Result<PatientFeed> read_patient_feed(Message const& message, FeedRules const& rules) {
    Header const header = read_header(message);
    Problems rejects;
    check_header(header, rules, rejects);
    if (!rejects.empty()) return rejects.error(Code::kUnsupported);

    PatientFeed feed;
    Problems problems;
    feed.event = trigger_of(header)->event;
    read_header_into(header, feed);
    if (header.control_id.empty()) {
        problems.add(Reason::kRequiredFieldMissing, "MSH^1^10", "message control id is missing");
    }
    feed.recorded = message.get("EVN", {2});
    if (auto const pid = required(message, "PID", problems)) {
        feed.identifiers = read_identifiers(*pid, 3);
        if (feed.identifiers.empty()) {
            problems.add(Reason::kRequiredFieldMissing, "PID^1^3", "no patient identifier");
        }
        read_demographics(*pid, feed);
    }
    if (feed.event == FeedEvent::kMerge) {
        if (auto const mrg = required(message, "MRG", problems)) {
            feed.prior_identifiers = read_identifiers(*mrg, 1);
            if (feed.prior_identifiers.empty()) {
                problems.add(Reason::kRequiredFieldMissing, "MRG^1^1",
                             "no prior patient identifier");
            }
        }
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent);
    return feed;
}

}  // namespace musubi::hl7v2
