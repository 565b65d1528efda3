#pragma once
// The documents of an ITI-41 request and the metadata that belongs to them: pairing, size and hash
// checks, and what the repository adds (ITI TF-2 3.41.4.1.3). Nothing else of the metadata is
// judged here: that is the registry's work.

#include "domain/access.h"
#include "domain/metadata.h"
#include "platform/base/content.h"

#include <memory>

namespace musubi::repository {

struct ProvidedDocument {
    std::string entry_id;  ///< Document/@id = DocumentEntry/@id
    std::shared_ptr<ReceivedContent> content;
};

struct ProvideRequest {
    domain::Submission submission;
    std::vector<ProvidedDocument> documents;
};

/// In one submission, in parts of the package or inline.
inline constexpr std::size_t kMaxProvided = 200;

/// XDSMissingDocument, XDSMissingDocumentMetadata, XDSRepositoryMetadataError for a size or hash
/// that is not that of the octets, and XDSRepositoryDuplicateUniqueIdInMessage. Every finding is
/// reported.
std::vector<Issue> check_documents(ProvideRequest const& request);

/// Sets repositoryUniqueId, and hash and size where they are absent and their Document is there.
void complete_metadata(domain::Submission& submission,
                       std::vector<ProvidedDocument> const& documents,
                       std::string const& repository_unique_id);

/// Of a request that is refused: entries without their Document get a hash and a size, so that the
/// registry is not heard to miss what only the missing Document could have told. True: some did.
bool leave_missing_documents_out(domain::Submission& submission);

}  // namespace musubi::repository
