#include "pix/cross_reference.h"

#include "domain/reason.h"

#include <algorithm>
#include <tuple>

namespace musubi::pix {
namespace {

/// What locating found out, for the act stage.
struct Details {
    domain::PatientId asked;
    std::vector<std::string> domains;  ///< OIDs; empty: all
    core::CrossReferencePort::Found found;
};

Issue unknown_key(std::string context, std::string location) {
    return {Severity::kError, Reason::kUnknownKeyIdentifier, std::move(context),
            std::move(location)};
}

/// The same for an id that nobody fed and for one that the asker may not see.
Error unknown_id(QueryRequest const& request) {
    return Error(Code::kNotFound,
                 {unknown_key("patient identifier is not known", request.query.id.location)});
}

core::AssigningAuthority const* known(core::AuthorityPort const& authorities,
                                      domain::SentAuthority const& sent) {
    if (sent.empty()) return nullptr;
    // An authority whose namespace and OID contradict each other is none.
    auto const found = authorities.resolve(sent);
    return found ? *found : nullptr;
}

bool is_visible(domain::IdentityScope const& scope, std::string const& authority,
                std::string const& regional_authority) {
    return authority == regional_authority || scope.allows(authority);
}

}  // namespace

Result<core::Located> locate_ids(QueryDeps const& deps, QueryRequest const& request) {
    if (request.unreadable) return *request.unreadable;
    Details details;
    std::vector<Issue> issues;
    auto const* own = known(deps.authorities, request.query.id.authority);
    if (!own) {
        issues.push_back(unknown_key("the domain of the patient identifier is not known",
                                     request.query.id.authority.location));
    }
    for (domain::SentAuthority const& sent : request.query.domains) {
        if (auto const* domain = known(deps.authorities, sent))
            details.domains.push_back(domain->oid);
        else
            issues.push_back(
                unknown_key("a domain that was asked for is not known", sent.location));
    }
    if (!issues.empty()) {
        if (request.unknown_domains == UnknownDomains::kFirst) issues.resize(1);
        return Error(Code::kInvalidContent, std::move(issues));
    }
    details.asked = {request.query.id.id, own->oid};
    auto found = deps.cross_references.cross_references(details.asked);
    if (!found) {
        if (found.error().code == Code::kNotFound) return unknown_id(request);
        return std::move(found).error();
    }
    details.found = std::move(*found);
    core::Located located;
    located.patients = {details.found.patient};
    located.details = std::move(details);
    return located;
}

Result<IdsFound> find_ids(QueryDeps const& deps, QueryRequest const& request,
                          core::Permit const& permit, core::Located const& located) {
    auto const& details = std::any_cast<Details const&>(located.details);
    domain::IdentityScope const& scope = permit.scope_for(details.found.patient).identities;
    std::string const& regional = deps.regional_authority;
    if (!is_visible(scope, details.asked.authority, regional)) return unknown_id(request);
    // A regional id tells nothing by itself: who may see none of the person's records may not learn
    // that there is such a person.
    bool const sees_one =
        std::any_of(details.found.ids.begin(), details.found.ids.end(),
                    [&](auto const& each) { return scope.allows(each.id.authority); });
    if (!sees_one) return unknown_id(request);

    IdsFound out{details.found.patient, details.asked, {}, regional};
    std::vector<domain::LocalId> all = details.found.ids;
    // The regional id is an identifier like any other, also where no hospital ever fed it.
    if (auto const id = domain::PatientId::parse(details.found.patient)) {
        bool const there =
            std::any_of(all.begin(), all.end(), [&](auto const& each) { return each.id == *id; });
        if (!there) all.push_back({*id, ""});
    }
    for (domain::LocalId& each : all) {
        auto const& wanted = details.domains;
        if (each.id == details.asked || !is_visible(scope, each.id.authority, regional)) continue;
        if (!wanted.empty() &&
            std::find(wanted.begin(), wanted.end(), each.id.authority) == wanted.end())
            continue;
        out.ids.push_back(std::move(each));
    }
    std::sort(out.ids.begin(), out.ids.end(), [](auto const& x, auto const& y) {
        return std::tie(x.id.authority, x.id.id) < std::tie(y.id.authority, y.id.id);
    });
    return out;
}

int withhold_ids(core::Permit const& permit, IdsFound& found) {
    domain::IdentityScope const& scope = permit.scope_for(found.patient).identities;
    return static_cast<int>(std::erase_if(found.ids, [&](domain::LocalId const& each) {
        return !is_visible(scope, each.id.authority, found.regional_authority);
    }));
}

std::vector<core::AuditDraft> audit_query(core::TransactionSpec const& spec,
                                          QueryRequest const* request,
                                          core::Located const* located) {
    core::AuditDraft draft;
    if (!request) return {draft};
    auto const detail = [&](domain::AuditObject& object) {
        if (!request->message_id.empty()) object.details.push_back({"MSH-10", request->message_id});
    };
    if (located) {
        for (std::string const& patient : located->patients) {
            draft.objects.push_back(domain::audit_patient(patient));
        }
    }
    domain::AuditObject query;
    query.id = request->id;
    query.type = 2;
    query.role = 24;
    query.id_type = domain::ihe_transaction(std::string(spec.id), std::string(spec.name));
    query.query = request->text;
    detail(query);
    draft.objects.push_back(std::move(query));
    return {draft};
}

}  // namespace musubi::pix
