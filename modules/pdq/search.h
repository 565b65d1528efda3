#pragma once
// What ITI-21, 22 and 47 have in common behind their wire forms: the agreement's limits, domains
// returned, pages. Thread-safe. Source: ITI TF-2 3.21.4.2, 3.47.4.2.

#include "core/patient_finder.h"
#include "pdq/result_store.h"

namespace musubi::pdq {

struct Settings {
    int max_persons = 500;             ///< for roles that the agreement's own number does not bind
    int page_size = 100;               ///< persons in one answer at most, whatever was asked for
    std::vector<std::string> sources;  ///< names by which MSH-5 may ask for us; empty: any
    std::string home;                  ///< OID of this community
    std::string region;                ///< for people
};

struct Deps {
    core::PatientFinder finder;
    ResultStore& results;
    Settings settings;
};

/// A page of an answer.
struct Page {
    std::vector<core::VisiblePatient> patients;
    std::vector<std::string> domains;  ///< as asked for, OIDs; empty: all
    std::size_t total = 0;
    std::size_t remaining = 0;
    std::size_t next = 0;  ///< first person not yet delivered
};

/// Everybody who fits and may be shown. `location`: where the criteria stand.
/// kInvalidContent: too few criteria, or more persons than the agreement lets see.
Result<std::vector<core::VisiblePatient>> everybody(Deps const& deps,
                                                    core::FoundCandidates const& found,
                                                    core::IdentityScopes const& scopes,
                                                    std::string const& location);

/// `kept` is the order of the first page: who left it (a consent withdrawn, a merge) is skipped as
/// though absent. Pages begin at positions of that order, so the same position gives the same page.
Page page_of(std::vector<core::VisiblePatient> everybody, std::vector<std::string> const& kept,
             std::size_t start, std::size_t size);

std::vector<std::string> regional_ids(std::vector<core::VisiblePatient> const& patients);

/// The ids to tell of one person: the regional one where it is asked for, then the visible others.
std::vector<domain::LocalId> told_ids(core::VisiblePatient const& patient,
                                      std::vector<std::string> const& domains);

/// OBJ-PAT for each person, then OBJ-QRY (security sheet 6.1).
core::AuditDraft audit_of(Page const* page, domain::AuditObject query);

}  // namespace musubi::pdq
