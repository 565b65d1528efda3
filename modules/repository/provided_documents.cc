#include "repository/provided_documents.h"

#include "domain/reason.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace musubi::repository {
namespace {

/// However many zeros a sender puts in front.
bool is_size(std::string_view digits, std::uint64_t size) {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value == size;
}

// ITI TF-3 table 4.2.4.1-2: whoever sees it first says it in its own name.
void check_unique_ids(domain::Submission const& submission, std::vector<Issue>& issues) {
    std::set<std::string_view> seen;
    auto const take = [&](std::string_view kind, domain::PackageCommon const& object) {
        if (!object.unique_id || seen.insert(*object.unique_id).second) return;
        issues.push_back({Severity::kError, Reason::kDuplicateUniqueIdInMessage,
                          std::string(kind) + " " + object.id + ": uniqueId '" + *object.unique_id +
                              "' is given twice in the submission",
                          ""});
    };
    for (auto const& set : submission.submission_sets) take("SubmissionSet", set);
    for (auto const& entry : submission.entries) take("DocumentEntry", entry);
    for (auto const& folder : submission.folders) take("Folder", folder);
}

void check_pair(domain::DocumentEntry const& entry, ReceivedContent const& content,
                std::vector<Issue>& issues) {
    std::string const object = "DocumentEntry " + entry.id;
    if (entry.hash && !equals_ignore_case(*entry.hash, content.sha1_hex())) {
        issues.push_back({Severity::kError, Reason::kRepositoryMetadata,
                          object + ": hash " + *entry.hash + " is not the SHA-1 of the document, " +
                              content.sha1_hex(),
                          ""});
    }
    if (entry.size && !is_size(*entry.size, content.size())) {
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
    check_unique_ids(request.submission, issues);
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

bool leave_missing_documents_out(domain::Submission& submission) {
    bool any = false;
    for (domain::DocumentEntry& entry : submission.entries) {
        if (entry.kind() != domain::EntryKind::kStable || (entry.hash && entry.size)) continue;
        any = true;
        if (!entry.hash) entry.hash = std::string(40, '0');
        if (!entry.size) entry.size = "0";
    }
    return any;
}

}  // namespace musubi::repository
