#include "domain/validate/validate.h"

#include "domain/validate/object_checker.h"

namespace musubi::domain {

std::vector<Issue> form_issues(Submission const& submission, Strictness strictness) {
    std::vector<Issue> issues;
    for (Issue issue : submission.issues) {
        bool const not_kept = issue.reason == Reason::kExtraMetadataNotSaved;
        bool const old_form = issue.severity == Severity::kWarning && !not_kept;
        if (old_form && strictness == Strictness::kLenient) continue;
        if (!not_kept) issue.severity = Severity::kError;
        issues.push_back(std::move(issue));
    }
    return issues;
}

std::vector<Issue> validate(Submission const& submission, ValidationContext const& context) {
    std::vector<Issue> issues = form_issues(submission, context.strictness);
    check_message(submission, context, issues);
    for (auto const& set : submission.submission_sets) check_submission_set(set, context, issues);
    for (auto const& entry : submission.entries) check_document_entry(entry, context, issues);
    for (auto const& folder : submission.folders) check_folder(folder, context, issues);
    check_associations(submission, context, issues);
    return issues;
}

}  // namespace musubi::domain
