#pragma once
// Identity feeds and questions about patients as every codec reads them (ITI-8, 30, 44, 64; ITI-9,
// 45; ITI-21, 22, 47, 55). Authorities are as the sender named them: who knows the region's
// authorities resolves them and can point at the place where a wrong one stood.

#include "domain/demographics.h"
#include "domain/visit.h"

#include <optional>

#include <string>
#include <vector>

namespace musubi::domain {

/// HD: an authority by namespace id, by universal id and type, or both.
struct SentAuthority {
    std::string namespace_id, universal_id, universal_id_type;
    std::string location;  ///< v2 "QPD^1^8^2", v3 an XPath: for the answer
    bool empty() const { return namespace_id.empty() && universal_id.empty(); }
};

/// CX or II as sent. HL7 v3 gives `universal_id` (root) with type ISO.
struct SentIdentifier {
    std::string id;
    SentAuthority authority;
    std::string type_code;
    std::string location;  ///< "PID^1^3^2"
};

enum class FeedEvent : std::uint8_t {
    kAdd,       ///< A01 A04 A05 A28; PRPA_IN201301UV02
    kUpdate,    ///< A08 A31; PRPA_IN201302UV02
    kMerge,     ///< A40; PRPA_IN201304UV02: prior ids are subsumed
    kChangeId,  ///< A47: the same patient, prior id corrected
    kLink,      ///< A24: the source says that two records are one person
    kUnlink,    ///< A37: and takes it back
    kRelink,    ///< A43: a local id goes from one regional id to another (ITI-64)
};

struct PatientFeed {
    FeedEvent event = FeedEvent::kAdd;
    std::string trigger;                            ///< "A08", "PRPA_IN201302UV02"
    std::string control_id;                         ///< MSH-10 / message id
    std::string application, facility;              ///< the sender, as it names itself
    std::vector<SentIdentifier> identifiers;        ///< at least one
    std::vector<SentIdentifier> prior_identifiers;  ///< kMerge, kChangeId: MRG-1 / replacementOf
    std::vector<SentIdentifier> other_identifiers;  ///< kLink, kUnlink: the second PID
    DemographicsChange demographics;
    VisitChange visit = {};  ///< kAdd, kUpdate of HL7 v2
};

/// ITI-9, ITI-45.
struct CrossReferenceQuery {
    SentIdentifier id;
    std::vector<SentAuthority> domains;  ///< empty: all
};

/// A name asked for. Parts may be empty; a trailing `*` asks for a prefix.
struct NameCriterion {
    std::string family, given, middle;
    Script script = Script::kUntold;  ///< kUntold: any spelling may hit
    std::string type_code;            ///< empty: any
    bool fuzzy = false;               ///< v3 use SRCH
};

/// YYYY[MM[DD]] bounds, both included; equal for a single (possibly imprecise) date.
struct DateRange {
    std::string low, high;  ///< empty: open
};

struct IdCriterion {
    SentIdentifier id;  ///< `id` may end in `*`
};

/// ITI-21, 22, 47, 55. Criteria combine with AND; entries of one list as noted.
struct DemographicsQuery {
    std::vector<NameCriterion> names;                 ///< OR
    std::vector<NameCriterion> mothers_maiden_names;  ///< OR
    std::optional<DateRange> birth;
    std::string sex;                         ///< table 0001
    std::vector<IdCriterion> ids;            ///< AND
    std::vector<PostalAddress> addresses;    ///< OR; filled parts must agree
    std::vector<std::string> phones;         ///< OR
    std::optional<SentIdentifier> account;   ///< PID-18
    std::vector<SentAuthority> domains;      ///< what domains returned; empty: all
    std::optional<int> minimum_degree;       ///< 0..100
    std::vector<VisitCriterion> visit = {};  ///< AND; ITI-22
};

}  // namespace musubi::domain
