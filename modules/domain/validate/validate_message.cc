#include "domain/validate/object_checker.h"

#include <map>
#include <set>
#include <string>

namespace musubi::domain {
namespace {

void error(std::vector<Issue>& issues, Reason reason, std::string context) {
    issues.push_back({Severity::kError, reason, std::move(context), {}});
}

/// Calls `visit(kind, object)` for all packages of the message.
template <class F>
void for_each_package(Submission const& submission, F const& visit) {
    for (auto const& set : submission.submission_sets) visit("SubmissionSet", set);
    for (auto const& entry : submission.entries) visit("DocumentEntry", entry);
    for (auto const& folder : submission.folders) visit("Folder", folder);
}

// ITI TF-3 4.1.4: all objects of one submission are about one patient.
void check_one_patient(Submission const& submission, std::vector<Issue>& issues) {
    std::string const* patient = nullptr;
    for_each_package(submission, [&](std::string_view kind, PackageCommon const& object) {
        if (!object.patient_id) return;
        if (!patient) {
            patient = &*object.patient_id;
        } else if (*object.patient_id != *patient) {
            error(issues, Reason::kPatientIdDoesNotMatch,
                  std::string(kind) + " " + object.id + ": patientId '" + *object.patient_id +
                      "' differs from '" + *patient + "' elsewhere in the submission");
        }
    });
}

void check_distinct_unique_ids(Submission const& submission, std::vector<Issue>& issues) {
    std::map<std::string, std::string> owners;
    for_each_package(submission, [&](std::string_view kind, PackageCommon const& object) {
        if (!object.unique_id) return;
        std::string const label = std::string(kind) + " " + object.id;
        auto const [at, fresh] = owners.emplace(*object.unique_id, label);
        if (!fresh) {
            error(issues, Reason::kDuplicateUniqueIdInMessage,
                  label + ": uniqueId '" + *object.unique_id + "' is also that of " + at->second);
        }
    });
}

void check_distinct_ids(Submission const& submission, std::vector<Issue>& issues) {
    std::set<std::string> ids, lids;
    auto const visit = [&](std::string_view kind, RegistryObject const& object) {
        std::string const label = std::string(kind) + " " + object.id;
        if (!ids.insert(object.id).second)
            error(issues, Reason::kMetadata, label + ": id is used twice in the submission");
        if (object.lid && !lids.insert(*object.lid).second) {
            error(issues, Reason::kMetadata, label + ": logicalID is used twice in the submission");
        }
    };
    for_each_package(submission, visit);
    for (auto const& association : submission.associations) visit("Association", association);
}

}  // namespace

void check_message(Submission const& submission, ValidationContext const& context,
                   std::vector<Issue>& issues) {
    std::size_t const sets = submission.submission_sets.size();
    if (sets != 1) {
        error(issues, Reason::kMetadata,
              "SubmissionSet: the submission has " + std::to_string(sets) +
                  ", exactly one is required");
    }
    if (context.kind == SubmissionKind::kRegisterOnDemand && submission.entries.empty()) {
        error(issues, Reason::kMetadata,
              "DocumentEntry: the submission has none, at least one is required");
    }
    check_distinct_ids(submission, issues);
    check_distinct_unique_ids(submission, issues);
    check_one_patient(submission, issues);
}

}  // namespace musubi::domain
