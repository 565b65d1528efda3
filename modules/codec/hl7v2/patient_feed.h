#pragma once
// ITI-8 Patient Identity Feed: ADT A01, A04, A05, A08 and A40 to a struct. Source: ITI TF-2 3.8,
// Appendices C, D, E. Who may feed which authority, and what an id without one means, is decided by
// those who hold that state. Pure.

#include "codec/hl7v2/header.h"
#include "codec/hl7v2/message.h"
#include "platform/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace musubi::hl7v2 {

enum class FeedEvent : std::uint8_t {
    kAdd,     ///< A01, A04, A05
    kUpdate,  ///< A08
    kMerge,   ///< A40
};

/// CX: the id and its assigning authority (any part may be empty) and identifier type.
struct PatientIdentifier {
    std::string id;
    std::string namespace_id;
    std::string universal_id;
    std::string universal_id_type;
    std::string type_code;
    std::string location;  ///< "PID^1^3^2": where it stood, for the answer
};

/// XPN: one repetition is one spelling of a name.
struct PersonName {
    std::string family, given, middle, suffix, prefix;
    std::string type_code;       ///< XPN.7: L legal, B at birth, S pseudonym ...
    std::string representation;  ///< XPN.8: I ideographic, P phonetic, A alphabetic
};

/// XAD. Japanese senders put the whole address into `whole` (XAD.8) or split city and state.
struct PostalAddress {
    std::string street, other, city, state, postal_code, country, type_code, whole;
};

/// XTN. Old senders write all of it into component 1, Japanese ones into component 12: `number` is
/// the one that is there.
struct Telecom {
    std::string number, use_code, equipment, email;
};

/// A field that was not sent leaves the stored value alone; a value that is there but empty came as
/// `""` and deletes it.
template <class T>
using Sent = std::optional<T>;

struct PatientFeed {
    FeedEvent event = FeedEvent::kAdd;
    std::string trigger;  ///< MSH-9.2
    std::string version;
    std::string control_id;
    std::string processing_id;
    HierarchicDesignator sending_application, sending_facility, receiving_application,
        receiving_facility;
    std::string recorded;  ///< EVN-2, HL7 TS; empty when EVN is missing

    std::vector<PatientIdentifier> identifiers;  ///< PID-3, at least one
    std::vector<PatientIdentifier>
        prior_identifiers;  ///< MRG-1, at least one for a merge, else none

    Sent<std::vector<PersonName>> names;                ///< PID-5
    Sent<std::vector<PersonName>> mothers_maiden_name;  ///< PID-6
    Sent<std::string> birth_time;                       ///< PID-7, HL7 TS as sent
    Sent<std::string> sex;                              ///< PID-8, table 0001
    Sent<std::vector<PostalAddress>> addresses;         ///< PID-11
    Sent<std::vector<Telecom>> home_phones;             ///< PID-13
    Sent<std::vector<Telecom>> business_phones;         ///< PID-14
    Sent<std::string> account_number;                   ///< PID-18.1
    Sent<std::string> multiple_birth;                   ///< PID-24, Y or N
    Sent<std::string> birth_order;                      ///< PID-25
};

struct FeedRules {
    /// MSH-12.1. From 2.5 on the message structure (MSH-9.3) must be named (ITI TF-2 3.30): a 2.5
    /// header over an ITI-8 message without it is an unsupported version.
    std::vector<std::string> versions = {"2.3", "2.3.1", "2.4", "2.5"};
};

/// kUnsupported (AR 200-203) when the header asks for something else; then the content is not
/// looked at. Otherwise kInvalidContent with one issue for each problem found, not only the first.
Result<PatientFeed> read_patient_feed(Message const& message, FeedRules const& rules = {});

/// For later use by other transactions: the data types as they stand in any segment.
std::vector<PatientIdentifier> read_identifiers(Segment const& segment, int field);
Sent<std::vector<PersonName>> read_names(Segment const& segment, int field);

}  // namespace musubi::hl7v2
