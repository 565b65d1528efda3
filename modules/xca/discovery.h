#pragma once
// The question who somebody is in another community (ITI-55, ITI TF-2 3.55), and what its answer is
// worth. Pure, thread-safe.
//
// As little as possible is told: name, date of birth and sex; address, phone and mother's name only
// once the community asks for them. An answer counts when it is about this question, comes in the
// community's own name, names one id and says nothing of the person that contradicts what we know.

#include "codec/hl7v3/initiate.h"
#include "xca/communities.h"

#include <set>

namespace musubi::xca {

/// One question.
struct DiscoveryQuestion {
    hl7v3::InstanceId query_id;
    std::string payload;     ///< the message
    std::string query_text;  ///< its queryByParameter, for the record
};

/// Who asks, from whom.
struct DiscoveryAddress {
    std::string own_home;  ///< urn:oid:...
    Community const* community = nullptr;
    std::string message_id, query_id;  ///< UUIDs
    std::string time;                  ///< TS
};

/// What of it may be asked with; `wanted` is what the community asked for besides. None: too little
/// is known to find anybody by (XCPD wants a name and a whole date of birth).
std::optional<domain::DemographicsQuery> discovery_criteria(
    domain::Demographics const& person, std::set<hl7v3::WantedAttribute> const& wanted);

DiscoveryQuestion write_discovery(DiscoveryAddress const& address,
                                  domain::DemographicsQuery const& criteria);

/// Whether it can be asked by: short, of a real authority, without the marks that part ids.
bool is_usable(domain::PatientId const& id);

struct DiscoveryOutcome {
    enum class Kind : std::uint8_t {
        kMatch,
        kAbsent,     ///< it does not know him
        kWants,      ///< it knows several and wants to be told more
        kAmbiguous,  ///< several ids; nobody guesses
        kUnbelievable,
        kBusy,
        kCannotTell
    };
    Kind kind = Kind::kCannotTell;
    std::string id;  ///< kMatch: by which it is to be asked for him, CX
    std::set<hl7v3::WantedAttribute> wanted = {};
    std::string why = {};  ///< our words, for people
};

/// `known` is the person as it was asked for.
DiscoveryOutcome judge_discovery(DiscoveryQuestion const& question, Community const& community,
                                 domain::Demographics const& known,
                                 hl7v3::FindResponse const& response);

}  // namespace musubi::xca
