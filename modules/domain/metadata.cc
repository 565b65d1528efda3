#include "domain/metadata.h"

#include <algorithm>
#include <array>
#include <set>

namespace musubi::domain {
namespace {

constexpr std::array<std::string_view, 10> kAssociationUrns = {
    "",
    "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember",
    "urn:ihe:iti:2007:AssociationType:RPLC",
    "urn:ihe:iti:2007:AssociationType:APND",
    "urn:ihe:iti:2007:AssociationType:XFRM",
    "urn:ihe:iti:2007:AssociationType:XFRM_RPLC",
    "urn:ihe:iti:2007:AssociationType:signs",
    "urn:ihe:iti:2010:AssociationType:IsSnapshotOf",
    "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus",
    "urn:ihe:iti:2010:AssociationType:SubmitAssociation",
};

}  // namespace

std::string_view to_urn(Availability status) {
    return status == Availability::kApproved
               ? "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
               : "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated";
}

EntryKind DocumentEntry::kind() const {
    return object_type == kOnDemandEntryType ? EntryKind::kOnDemand : EntryKind::kStable;
}

AssociationType association_type_of(std::string_view urn) {
    for (std::size_t i = 1; i < kAssociationUrns.size(); ++i) {
        if (kAssociationUrns[i] == urn) return static_cast<AssociationType>(i);
    }
    return AssociationType::kUnknown;
}

std::string_view to_urn(AssociationType type) {
    return kAssociationUrns[static_cast<std::size_t>(type)];
}

bool is_relationship(AssociationType type) {
    return type >= AssociationType::kReplace && type <= AssociationType::kIsSnapshotOf;
}

bool is_replacement(AssociationType type) {
    return type == AssociationType::kReplace || type == AssociationType::kTransformReplace;
}

bool points_outside(Submission const& submission) {
    std::set<std::string_view> inside;
    for (auto const& set : submission.submission_sets) inside.insert(set.id);
    for (auto const& entry : submission.entries) inside.insert(entry.id);
    for (auto const& folder : submission.folders) inside.insert(folder.id);
    for (auto const& association : submission.associations) inside.insert(association.id);
    return std::any_of(submission.associations.begin(), submission.associations.end(),
                       [&](Association const& association) {
                           return !inside.contains(association.source) ||
                                  !inside.contains(association.target);
                       });
}

}  // namespace musubi::domain
