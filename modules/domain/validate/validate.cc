#include "domain/validate/validate.h"

#include "domain/validate/object_checker.h"

namespace musubi::domain {

std::vector<Issue> validate(Submission const& submission, ValidationContext const& context) {
    std::vector<Issue> issues;
    // What the codec marks as a warning is a form of an older framework: wrong, unless this sender
    // may use it.
    for (Issue issue : submission.issues) {
        if (issue.severity == Severity::kWarning && context.strictness == Strictness::kLenient)
            continue;
        issue.severity = Severity::kError;
        issues.push_back(std::move(issue));
    }
    check_message(submission, context, issues);
    for (auto const& set : submission.submission_sets) check_submission_set(set, context, issues);
    for (auto const& entry : submission.entries) check_document_entry(entry, context, issues);
    for (auto const& folder : submission.folders) check_folder(folder, context, issues);
    check_associations(submission, context, issues);
    return issues;
}

}  // namespace musubi::domain
