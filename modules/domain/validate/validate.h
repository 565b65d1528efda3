#pragma once
// Judges a decoded submission against the profile's attribute rules and the affinity domain:
// everything that can be said without looking into a store (ITI TF-3 4.2, ITI TF-2 3.42.4.1.3; the
// checklist of registry-validation). Pure, thread-safe. All findings are returned, in the order of
// the message; errors and warnings mixed.

#include "domain/affinity_domain.h"
#include "domain/metadata.h"

namespace musubi::domain {

enum class SubmissionKind : std::uint8_t {
    kRegisterDocumentSet /* ITI-42 */,
    kRegisterOnDemand /* ITI-61 */
};

struct ValidationContext {
    AffinityDomain const& affinity_domain;
    Strictness strictness = Strictness::kStrict;
    SubmissionKind kind = SubmissionKind::kRegisterDocumentSet;
};

/// submission.issues as this sender is to hear them: forms of an older framework are wrong, unless
/// the sender may use them.
std::vector<Issue> form_issues(Submission const& submission, Strictness strictness);

/// Includes form_issues. Empty or warnings only: acceptable so far.
std::vector<Issue> validate(Submission const& submission, ValidationContext const& context);

}  // namespace musubi::domain
