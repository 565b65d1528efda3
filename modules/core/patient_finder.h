#pragma once
// What the doors of "who is this?" share (ITI-21, 22, 47, 55): authorities resolved, the
// agreement's minimum checked, candidates searched, and of each candidate only what the asker may
// be told. Hidden equals absent: a person without a visible record that fits is nowhere, not even
// in a count. Thread-safe. Source: ITI TF-2 3.21, 3.47, 3.55.
//
// Limits: of an asker who sees everybody at most kMaxSearched persons are looked at. For all others
// it is kMaxLookedThrough, so that what they hear depends on what they may see: a question that
// selects even more of the region than that is refused, whoever asks.

#include "core/disclosure_guard.h"
#include "core/patient_ports.h"
#include "core/ports.h"

#include <functional>

namespace musubi::core {

inline constexpr int kMaxSearched = 1000;
inline constexpr int kMaxLookedThrough = 5'000;

/// What locate() found before anything was decided about single persons; travels in
/// Located::details.
struct FoundCandidates {
    domain::DemographicsQuery query;   ///< authorities resolved to OIDs
    std::vector<std::string> domains;  ///< what domains returned: OIDs; empty: all
    std::vector<DemographicsPort::Candidate> candidates;
    bool too_many = false;              ///< the criteria select more than is looked at
    bool exempt = false;                ///< the asker is not bound by minimum and rates
    std::vector<std::string> own = {};  ///< authorities of the asking member
    domain::DemographicsRules rules;
    /// The agreement's minimum is not met: what each of its sets lacks. Nothing was searched then.
    std::vector<std::vector<domain::DemographicsRules::Criterion>> missing;

    int most_persons(int configured) const;  ///< who fit, at most, before it is an error
};

/// Of one person, what may be told.
struct VisiblePatient {
    /// The id of the affinity domain, of the visible record that fits best: other regional ids of
    /// the same person may belong to records that are hidden.
    domain::PatientId regional;
    std::vector<std::string> names;    ///< regional ids (CX) of all visible records
    std::vector<domain::LocalId> ids;  ///< visible others, best fit first, then by domain
    domain::Demographics person;       ///< of the best visible record that fits by itself
    int degree = 0;                    ///< 1..100
    /// Beside `person`, of a record of the asker's own: who lies where, and with which doctor, is
    /// told to nobody but the hospital itself (and exempt roles).
    domain::Visit visit = {};
};

using IdentityScopes = std::function<domain::IdentityScope(std::string const& patient)>;
IdentityScopes scopes_of(Permit const& permit);

/// What each of the agreement's sets lacks in this question; empty: one set is complete.
std::vector<std::vector<domain::DemographicsRules::Criterion>> missing_criteria(
    domain::DemographicsRules const& rules, domain::DemographicsQuery const& query);
/// kInvalidContent: which criteria the agreement wants besides, in words; `location` is where the
/// criteria stand.
Error missing_criteria_error(FoundCandidates const& found, std::string location);
/// kInvalidContent, Reason::kTooManyResults.
Error too_many_error();

std::vector<VisiblePatient> visible_patients(FoundCandidates const& found,
                                             IdentityScopes const& scopes);

/// Removes ids that the permit does not show. How many: 0 unless something went wrong before.
int withhold_identities(Permit const& permit, std::vector<VisiblePatient>& patients);

class PatientFinder {
public:
    PatientFinder(AuthorityPort const& authorities, DemographicsPort const& demographics,
                  PolicyPort const& policy, DisclosureGuard& guard)
        : authorities_(authorities), demographics_(demographics), policy_(policy), guard_(guard) {}

    /// The locate stage. kBusy: the member asks too often. kInvalidContent with
    /// kUnknownKeyIdentifier: domains to be returned that nobody knows, at their locations; an id
    /// in a domain that nobody knows only finds nobody.
    Result<Located> find(TransactionSpec const& spec, domain::Subject const& subject,
                         domain::DemographicsQuery const& query) const;

    DisclosureGuard& guard() const { return guard_; }
    AuthorityPort const& authorities() const { return authorities_; }

private:
    /// False: an id stands in a domain that is not of this region.
    Result<bool> resolve(domain::DemographicsQuery const& asked, FoundCandidates& found) const;

    AuthorityPort const& authorities_;
    DemographicsPort const& demographics_;
    PolicyPort const& policy_;
    DisclosureGuard& guard_;
};

/// Null for a request that was not located.
FoundCandidates const* found_in(Located const* located);

/// OBJ-QRY of the audit sheet: `text` is the whole question as it was sent.
domain::AuditObject audit_query(TransactionSpec const& spec, std::string id, std::string text);

}  // namespace musubi::core
