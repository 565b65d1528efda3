#include "pdq/search.h"

#include "domain/reason.h"

#include <algorithm>
#include <map>

namespace musubi::pdq {
namespace {

bool asked_for(std::vector<std::string> const& domains, std::string const& oid) {
    return domains.empty() || std::find(domains.begin(), domains.end(), oid) != domains.end();
}

}  // namespace

std::vector<domain::LocalId> told_ids(core::VisiblePatient const& patient,
                                      std::vector<std::string> const& domains) {
    std::vector<domain::LocalId> ids;
    if (asked_for(domains, patient.regional.authority)) ids.push_back({patient.regional, "PI"});
    for (domain::LocalId const& own : patient.ids) {
        if (asked_for(domains, own.id.authority)) ids.push_back(own);
    }
    return ids;
}

Result<std::vector<core::VisiblePatient>> everybody(Deps const& deps,
                                                    core::FoundCandidates const& found,
                                                    core::IdentityScopes const& scopes,
                                                    std::string const& location) {
    if (!found.missing.empty()) return core::missing_criteria_error(found, location);
    if (found.too_many) return core::too_many_error();
    auto patients = core::visible_patients(found, scopes);
    if (static_cast<int>(patients.size()) > found.most_persons(deps.settings.max_persons))
        return core::too_many_error();
    return patients;
}

Page page_of(std::vector<core::VisiblePatient> everybody, std::vector<std::string> const& kept,
             std::size_t start, std::size_t size) {
    std::map<std::string, core::VisiblePatient*> by_id;
    for (auto& patient : everybody) by_id.emplace(patient.regional.to_cx(), &patient);
    Page page;
    page.next = kept.size();
    for (std::size_t at = 0; at < kept.size(); ++at) {
        auto const found = by_id.find(kept[at]);
        if (found == by_id.end()) continue;
        ++page.total;
        if (at < start) continue;
        if (page.patients.size() < size) {
            page.patients.push_back(std::move(*found->second));
        } else {
            page.next = std::min(page.next, at);
            ++page.remaining;
        }
    }
    return page;
}

std::vector<std::string> regional_ids(std::vector<core::VisiblePatient> const& patients) {
    std::vector<std::string> ids;
    ids.reserve(patients.size());
    for (auto const& patient : patients) ids.push_back(patient.regional.to_cx());
    return ids;
}

core::AuditDraft audit_of(Page const* page, domain::AuditObject query) {
    core::AuditDraft draft;
    if (page) {
        for (auto const& patient : page->patients)
            draft.objects.push_back(domain::audit_patient(patient.regional.to_cx()));
    }
    draft.objects.push_back(std::move(query));
    return draft;
}

}  // namespace musubi::pdq
