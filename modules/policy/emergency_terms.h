#pragma once
// What the agreement opens in an emergency: the section `emergency`. Plain values; read by
// agreement_emergency and agreement_disaster.

#include "domain/access.h"

#include <set>
#include <string>
#include <vector>

namespace musubi::policy {

/// Somebody whose signature seals an account, or declares a disaster.
struct Officer {
    std::string code, name;
    std::set<std::string> fingerprints;  ///< SHA-256 of certificates that may sign for this person
    int line = 0;
};

/// An account that was prepared in advance and lies in an envelope (guideline 6.9): a certificate
/// that is refused until its seal is broken on record, and refused for good after that use.
struct SealedAccountTerms {
    std::string code, clause;
    std::string member, role;       ///< in whose name and as what its holder acts
    std::set<std::string> keepers;  ///< officers; one of them seals
    std::set<std::string, std::less<>> transactions;
    std::set<std::string> reasons;  ///< one of these must be given
    domain::Confidentiality highest = domain::Confidentiality::kN;
    int minutes = 0;      ///< that it stays open
    int review_days = 0;  ///< until somebody must have looked at each access
    int line = 0;
};

inline constexpr char const* kGatewaysOff = "gateways-off";

/// What changes while officers have declared a disaster.
struct DisasterTerms {
    std::string clause;           ///< empty: none can be declared
    std::set<std::string> kinds;  ///< one of these must be given
    std::set<std::string> officers;
    int quorum = 0;                 ///< of the officers must have signed a declaration
    int quorum_to_end = 1;          ///< and its end before the time
    std::set<std::string> roles;    ///< that see more
    std::set<std::string> members;  ///< that do; empty: any
    std::set<std::string> purposes;
    domain::Confidentiality highest = domain::Confidentiality::kN;
    bool opens_identifiers = false;
    std::set<std::string> modes;  ///< that a declaration may ask for
    int hours = 0;                ///< that one declaration lasts at most
    int review_days = 0;          ///< after its end
};

/// A node on a copy of the database, for when the one that writes is gone.
struct StandInTerms {
    std::string clause;            ///< empty: none may
    bool gateways_closed = false;  ///< nothing passes to and from other communities meanwhile
};

struct EmergencyTerms {
    std::string clause;              ///< empty: nothing is opened
    std::set<std::string> roles;     ///< that may use it
    std::set<std::string> purposes;  ///< purpose of use codes that claim it
    std::set<std::string> reasons;   ///< one of these must be given
    domain::Confidentiality highest = domain::Confidentiality::kN;
    int minutes = 0;      ///< that one claim lasts
    int review_days = 0;  ///< until somebody must have looked at it
    bool suspends_overdue =
        false;                    ///< who has an access that was not looked at in time gets no new
    bool tells_sources = false;   ///< members with a record of the patient are told at once
    std::set<std::string> tells;  ///< and these, by code
    std::vector<std::pair<std::string, std::string>>
        addresses;               ///< member, https:// of its receiver
    bool tells_patient = false;  ///< stays on the patient's report

    std::vector<Officer> officers = {};
    std::vector<SealedAccountTerms> accounts = {};
    DisasterTerms disaster = {};
    StandInTerms stand_in = {};

    SealedAccountTerms const* account(std::string_view code) const;
    Officer const* officer(std::string_view code) const;
};

}  // namespace musubi::policy
