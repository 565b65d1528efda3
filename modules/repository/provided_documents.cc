#include "repository/provided_documents.h"

#include "domain/reason.h"
#include "platform/base/text.h"

#include <algorithm>
#include <map>

namespace musubi::repository {
namespace {

void check_pair(domain::DocumentEntry const& entry, ReceivedContent const& content,
                std::vector<Issue>& issues) {
    std::string const object = "DocumentEntry " + entry.id;
    if (entry.hash && !equals_ignore_case(*entry.hash, content.sha1_hex())) {
        issues.push_back({Severity::kError, Reason::kRepositoryMetadata,
                          object + ": hash " + *entry.hash + " is not the SHA-1 of the document, " +
                              content.sha1_hex(),
                          ""});
    }
    if (entry.size && *entry.size != std::to_string(content.size())) {
        issues.push_back({Severity::kError, Reason::kRepositoryMetadata,
                          object + ": size " + *entry.size +
                              " is not the length of the document, " +
                              std::to_string(content.size()) + " octets",
                          ""});
    }
}

}  // namespace

std::vector<Issue> check_documents(ProvideRequest const& request) {
    std::vector<Issue> issues;
    std::map<std::string, ProvidedDocument const*> by_id;
    for (ProvidedDocument const& document : request.documents) {
        if (!by_id.try_emplace(document.entry_id, &document).second) {
            issues.push_back({Severity::kError, Reason::kRepositoryMetadata,
                              "Document " + document.entry_id + " occurs twice", ""});
        }
        auto const& entries = request.submission.entries;
        bool const described = std::any_of(entries.begin(), entries.end(), [&](auto const& entry) {
            return entry.id == document.entry_id;
        });
        if (!described) {
            issues.push_back({Severity::kError, Reason::kMissingDocumentMetadata,
                              "Document " + document.entry_id +
                                  " has no DocumentEntry of that id in the submission",
                              ""});
        }
    }
    for (domain::DocumentEntry const& entry : request.submission.entries) {
        auto const found = by_id.find(entry.id);
        if (found != by_id.end()) {
            check_pair(entry, *found->second->content, issues);
        } else if (entry.kind() == domain::EntryKind::kStable) {
            issues.push_back(
                {Severity::kError, Reason::kMissingDocument,
                 "DocumentEntry " + entry.id + " has no Document of that id in the request", ""});
        }
    }
    return issues;
}

void complete_metadata(domain::Submission& submission,
                       std::vector<ProvidedDocument> const& documents,
                       std::string const& repository_unique_id) {
    for (domain::DocumentEntry& entry : submission.entries) {
        entry.repository_unique_id = repository_unique_id;
        for (ProvidedDocument const& document : documents) {
            if (document.entry_id != entry.id) continue;
            if (!entry.hash) entry.hash = document.content->sha1_hex();
            if (!entry.size) entry.size = std::to_string(document.content->size());
        }
    }
}

}  // namespace musubi::repository
