#include "pix/authorities.h"

#include "domain/reason.h"
#include "platform/base/ids.h"

#include <algorithm>

namespace musubi::pix {
namespace {

struct Judged {
    std::string authority;
    std::string problem;
};

Judged authority_of(domain::SentIdentifier const& id, domain::Member const& member,
                    core::PatientFeedPort const& authorities) {
    if (id.id.empty()) return {"", "the id (CX.1) is empty"};
    domain::SentAuthority const& sent = id.authority;
    std::string const by_name =
        sent.namespace_id.empty() ? "" : authorities.authority_of_namespace(sent.namespace_id);
    if (!sent.universal_id.empty()) {
        if (sent.universal_id_type != "ISO" || !is_oid(sent.universal_id)) {
            return {"", "the assigning authority (CX.4) must be an OID of type ISO"};
        }
        if (!by_name.empty() && by_name != sent.universal_id) {
            return {"", "namespace and OID of the assigning authority name different domains"};
        }
        return {sent.universal_id, ""};
    }
    if (!sent.namespace_id.empty()) {
        if (by_name.empty()) return {"", "the assigning authority's namespace is not configured"};
        return {by_name, ""};
    }
    // A sender with one domain need not name it (PID-3.4 is filled from the configuration of that
    // source).
    if (member.assigning_authorities.size() == 1) return {member.assigning_authorities.front(), ""};
    return {"", "the assigning authority (CX.4) is missing"};
}

}  // namespace

Result<std::vector<domain::PatientId>> feedable_ids(
    std::vector<domain::SentIdentifier> const& identifiers, domain::Member const& member,
    core::PatientFeedPort const& authorities) {
    std::vector<domain::PatientId> ids;
    std::vector<Issue> issues;
    for (domain::SentIdentifier const& identifier : identifiers) {
        Judged judged = authority_of(identifier, member, authorities);
        auto const& allowed = member.assigning_authorities;
        if (judged.problem.empty() &&
            std::find(allowed.begin(), allowed.end(), judged.authority) == allowed.end()) {
            judged.problem =
                "assigning authority " + judged.authority + " is not one this sender may feed";
        }
        if (judged.problem.empty()) {
            domain::PatientId id{identifier.id, judged.authority};
            if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
        } else {
            issues.push_back({Severity::kError, Reason::kUnknownKeyIdentifier, judged.problem,
                              identifier.location});
        }
    }
    if (ids.empty()) return Error(Code::kInvalidContent, std::move(issues));
    return ids;
}

}  // namespace musubi::pix
