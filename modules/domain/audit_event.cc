#include "domain/audit_event.h"

#include "domain/metadata.h"

namespace musubi::domain {

AuditObject audit_patient(std::string const& cx) {
    AuditObject object;
    object.id = cx;
    object.type = 1;
    object.role = 1;
    object.id_type = {"2", "RFC-3881", "Patient Number"};
    return object;
}

AuditObject audit_submission_set(std::string const& unique_id) {
    AuditObject object;
    object.id = unique_id;
    object.role = 20;
    object.id_type = {std::string(kSubmissionSetNode), "IHE XDS Metadata",
                      "submission set classificationNode"};
    return object;
}

AuditObject audit_document(std::string const& document_unique_id,
                           std::string const& repository_unique_id,
                           std::optional<std::string> const& home) {
    AuditObject object;
    object.id = document_unique_id;
    object.role = 3;
    object.id_type = {"9", "RFC-3881", "Report Number"};
    object.details.push_back({"Repository Unique ID", repository_unique_id});
    if (home) object.details.push_back({"ihe:homeCommunityID", *home});
    return object;
}

}  // namespace musubi::domain
