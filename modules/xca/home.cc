#include "xca/home.h"

namespace musubi::xca {
namespace {

Issue unknown(std::string const& home, std::string const& own, std::string location) {
    return {Severity::kError, Reason::kUnknownCommunity,
            "homeCommunityId " + home + " is not served here; this is " + own, std::move(location)};
}

}  // namespace

std::optional<Issue> wrong_home(domain::StoredQuery const& query, std::string const& own) {
    if (query.home && *query.home != own) return unknown(*query.home, own, "");
    if (!query.home && query.patient_ids.empty()) {
        return Issue{Severity::kError, Reason::kMissingHomeCommunityId,
                     "a query without a patient id needs AdhocQuery/@home", ""};
    }
    return std::nullopt;
}

std::optional<Issue> wrong_home(domain::DocumentRequest const& request, std::string const& own) {
    if (!request.home) {
        return Issue{Severity::kError, Reason::kMissingHomeCommunityId,
                     "each DocumentRequest needs a HomeCommunityId", request.document_unique_id};
    }
    if (*request.home != own) return unknown(*request.home, own, request.document_unique_id);
    return std::nullopt;
}

void locate_at(std::string const& home, std::vector<ebxml::RegistryErrorRow>& rows) {
    for (ebxml::RegistryErrorRow& row : rows) row.location = home;
}

void locate_documents_at(std::string const& home, std::vector<ebxml::RegistryErrorRow>& rows) {
    for (ebxml::RegistryErrorRow& row : rows) {
        if (!row.location.empty()) {
            row.context += " (DocumentUniqueId " + row.location + ")";
            row.location.insert(0, " ");
        }
        row.location.insert(0, home);
    }
}

void locate_images_at(std::string const& home, std::vector<ebxml::RegistryErrorRow>& rows) {
    for (ebxml::RegistryErrorRow& row : rows) {
        if (!row.location.empty()) row.context += " (SOP Instance UID " + row.location + ")";
        row.location = home;
    }
}

}  // namespace musubi::xca
