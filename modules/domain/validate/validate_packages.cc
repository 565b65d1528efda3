// SubmissionSet (ITI TF-3 4.2.3.3) and Folder (4.2.3.4).
#include "domain/validate/object_checker.h"

namespace musubi::domain {
namespace {

constexpr std::size_t kMaxTitle = 256;

}  // namespace

void check_submission_set(SubmissionSet const& set, ValidationContext const& context,
                          std::vector<Issue>& issues) {
    ObjectChecker checker("SubmissionSet", set.id, context, issues);
    checker.check_package(set, rule_of_oid);
    checker.require("submissionTime", set.submission_time);
    checker.judge("submissionTime", set.submission_time, rule_of_dtm);
    checker.require("sourceId", set.source_id);
    checker.judge("sourceId", set.source_id, rule_of_oid, Leniency::kLegacyTaken);
    checker.judge("intendedRecipient", set.intended_recipients, rule_of_recipient,
                  Leniency::kLegacyTaken, Show::kNothing);
    checker.check_title(set.name, kMaxTitle);
    checker.check_codes(CodeSet::kContentTypeCode, set.content_type_codes,
                        ObjectChecker::HowMany::kExactlyOne);
    checker.check_authors(set.authors);
}

void check_folder(Folder const& folder, ValidationContext const& context,
                  std::vector<Issue>& issues) {
    ObjectChecker checker("Folder", folder.id, context, issues);
    checker.check_package(folder, rule_of_oid);
    // The registry sets the time itself, so precision is no matter here; a submitted one must at
    // least be one.
    checker.judge("lastUpdateTime", folder.last_update_time, rule_of_dtm);
    if (folder.name.empty()) checker.fail("title", "is missing, it is required");
    checker.check_title(folder.name, kMaxTitle);
    checker.check_codes(CodeSet::kFolderCode, folder.codes, ObjectChecker::HowMany::kOneOrMore);
}

}  // namespace musubi::domain
