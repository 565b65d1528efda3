#pragma once
// The decision of ITI-42: a numbered submission and what the store knows about it go in, the
// changes to make or all the reasons not to come out (ITI TF-2 3.42.4.1.3; the stateful half,
// domain/validate is the other). Pure.

#include "registry/numbering.h"

#include <set>

namespace musubi::registry {

struct KnownPatient {
    std::int64_t key = 0;
    std::int64_t survivor = 0;  ///< itself while it is not subsumed
};

/// An object of the store that the submission points to.
struct KnownObject {
    ObjectKind kind = ObjectKind::kEntry;
    domain::EntryKind entry_kind = domain::EntryKind::kStable;  ///< entries only
    domain::Availability status = domain::Availability::kApproved;
    std::int64_t patient_key = 0, key = 0;
    std::int64_t survivor = 0;  ///< of its patient
    bool visible = false;       ///< to the submitter; a hidden one counts as absent
    bool own = false;           ///< the submitter may change it: published by the same member
};

struct KnownUniqueId {
    ObjectKind kind = ObjectKind::kEntry;
    std::string hash;  ///< empty for on-demand
    std::optional<std::int64_t> size;
};

struct HoldingFolder {
    Uuid entry;  ///< the replaced entry
    Uuid folder;
    std::int64_t patient_key = 0, key = 0, survivor = 0;
};

struct EntryAt {
    std::int64_t patient_key = 0, key = 0;
    auto operator<=>(EntryAt const&) const = default;
};

/// Read under the patient's lock, so that it stays true until the commit.
struct State {
    std::map<std::string, KnownPatient, std::less<>> patients;  ///< by CX
    std::set<Uuid> taken_uuids;  ///< of the submission, but registered before
    std::map<Uuid, KnownObject> references;
    std::map<std::string, KnownUniqueId, std::less<>> unique_ids;
    std::vector<EntryAt>
        descendants;  ///< approved XFRM and APND of the replaced entries, recursively
    std::vector<HoldingFolder> folders;
};

struct ObjectAt {
    ObjectKind kind = ObjectKind::kEntry;
    std::int64_t patient_key = 0, key = 0;
};

struct PlannedAssociation {
    domain::Association association;
    Uuid uuid;
    std::int64_t key = 0;
    ObjectAt source, target;
    bool propagated = false;  ///< made by us: its UUID is not reserved yet
};

struct Plan {
    std::int64_t patient_key = 0;
    std::vector<PlannedAssociation> associations;
    std::set<EntryAt> deprecate;
    std::vector<std::size_t>
        repeats;  ///< indexes of entries whose unique id is registered with equal content
};

/// What open_submission has to look for. Ordered, without repeats.
std::vector<Uuid> referenced_uuids(NumberedSubmission const& submission);
std::vector<Uuid> replaced_uuids(NumberedSubmission const& submission);

/// kInvalidContent (or kConflict when only the state is in the way) with every issue.
Result<Plan> decide_registration(NumberedSubmission const& submission, State const& state,
                                 IdSource& ids);

}  // namespace musubi::registry
