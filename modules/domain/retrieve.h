#pragma once
// ITI-43 / ITI-39 in domain terms (ITI TF-2 3.43).

#include "platform/base/content.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace musubi::domain {

struct DocumentRequest {
    std::optional<std::string> home;  ///< HomeCommunityId as asked
    std::string repository_unique_id;
    std::string document_unique_id;
};

struct RetrievedDocument {
    DocumentRequest request;  ///< echoed
    std::string mime_type;
    std::shared_ptr<Content const> content;
};

struct RetrieveResponse {
    std::vector<RetrievedDocument> documents;
    std::vector<Issue> issues;  ///< location = the requested DocumentUniqueId
};

}  // namespace musubi::domain
