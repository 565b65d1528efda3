#pragma once
// Which communities one stored query goes to, by which ids of the patient, and how those are learnt
// that are not known yet (ITI TF-1 18, E.10; ITI TF-2 3.18.4.1.3, 3.55).
//
// Asking for a patient, or who he is, tells that he is one here: each question goes out only as far
// as the agreement lets that community know of him, and is asked with what it may be told.

#include "xca/discovery.h"
#include "xca/initiating.h"
#include "xca/trip.h"

namespace musubi::xca {

/// A community that is being asked who a patient is.
struct Discovering {
    Leg* leg = nullptr;
    domain::Member member;
    std::string known_as;  ///< the patient's surviving id here
    domain::Demographics person;
    DiscoveryQuestion question;
    bool again = false;  ///< asked for the second time, with what it wanted besides
    bool heard = false;
    Status outcome = {};  ///< for the record
};

/// A community of which another one tells whether it knows a patient (ITI-56).
struct ToLocate {
    Community const* community = nullptr;
    domain::Member member;
    Community const* locator = nullptr;
    std::string patient;   ///< as asked for
    std::string known_as;  ///< his surviving id here
};
/// A locator that is being asked.
struct Locating {
    Leg* leg = nullptr;
    std::vector<ToLocate> about;
    domain::PatientId requested;
    bool heard = false;
    Status outcome = {};  ///< for the record
};

struct QueryTrip : Trip {
    using Trip::Trip;
    std::unique_ptr<core::QueryFindings> local;
    std::optional<Error> local_error;
    std::deque<Discovering> discoveries;
    std::vector<ToLocate> to_locate;  ///< whose locator's own id is not known yet
    std::deque<Locating> locations;
    std::vector<ebxml::RegistryErrorRow> rows;  ///< what discoveries have to tell
    int absent = 0;                             ///< communities that do not know the patient

    /// Not a question for documents.
    bool is_about_identity(Leg const& leg) const;
    bool all_heard() const;
};

class QueryDeparture {
public:
    QueryDeparture(InitiatingDeps& deps, core::Authorized<GatewayQuery> const& request,
                   QueryTrip& trip);
    /// Sends what can be sent now.
    Status leave();
    /// Hears discoveries that have arrived, and asks on where they told an id.
    Status go_on();

private:
    struct Patient;
    Status ask_about(Community const& community, domain::Member const& member, Patient& patient);
    Status look_up(Patient& patient);
    Result<std::vector<std::string>> ids_known(Community const& community, Patient& patient);
    Status locate_with_known_id(Community const& locator, Patient& patient);
    Status ask(Community const& community, std::string const& member, std::string const& patient,
               std::string const& sent_as, bool correlated);
    Status discover(Community const& community, domain::Member const& member, Patient& patient);
    Status send_discovery(Community const& community, Discovering next, std::string const& patient,
                          std::set<hl7v3::WantedAttribute> const& wanted);
    Status hear(Discovering& heard);
    /// The locator's own id of the patient is known: it can be asked about those that wait.
    Status locate(Community const& locator, std::string const& member, std::string const& patient,
                  std::string const& id);
    Status hear(Locating& heard);
    void drop_located(Community const& locator, std::string const& patient);
    Status believe(Discovering& heard, DiscoveryOutcome const& outcome, OpenedAnswer const& answer);
    bool still_true(Discovering const& heard) const;
    void note(std::string const& known_as, Community const& community,
              std::optional<std::string> const& id, std::chrono::seconds keep);
    void tell(Community const& community, std::string_view code, std::string const& text);

    InitiatingDeps& deps_;
    core::Authorized<GatewayQuery> const& request_;
    QueryTrip& trip_;
};

}  // namespace musubi::xca
