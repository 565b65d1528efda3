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
                    core::AuthorityPort const& authorities) {
    if (id.id.empty()) return {"", "the id (CX.1) is empty"};
    domain::SentAuthority const& sent = id.authority;
    if (sent.empty()) {
        // A sender with one domain need not name it (PID-3.4 is filled from the configuration of
        // that source).
        if (member.assigning_authorities.size() == 1)
            return {member.assigning_authorities.front(), ""};
        return {"", "the assigning authority (CX.4) is missing"};
    }
    if (!sent.universal_id.empty() &&
        (sent.universal_id_type != "ISO" || !is_oid(sent.universal_id))) {
        return {"", "the assigning authority (CX.4) must be an OID of type ISO"};
    }
    auto const found = authorities.resolve(sent);
    if (!found) {
        auto const& issues = found.error().issues;
        return {"", issues.empty() ? "the assigning authority is not known" : issues[0].context};
    }
    if (*found != nullptr) return {(*found)->oid, ""};
    return {"", "the assigning authority is not one of this region"};
}

}  // namespace

Result<std::vector<domain::LocalId>> feedable_ids(
    std::vector<domain::SentIdentifier> const& identifiers, domain::Member const& member,
    core::AuthorityPort const& authorities) {
    std::vector<domain::LocalId> ids;
    std::vector<Issue> issues;
    bool flawed = false;
    for (domain::SentIdentifier const& identifier : identifiers) {
        if (std::string flaw = domain::flaw_of_patient_id(identifier.id); !flaw.empty()) {
            flawed = true;
            issues.push_back(
                {Severity::kError, Reason::kDataType, std::move(flaw), identifier.location});
            continue;
        }
        Judged judged = authority_of(identifier, member, authorities);
        auto const& allowed = member.assigning_authorities;
        if (judged.problem.empty() &&
            std::find(allowed.begin(), allowed.end(), judged.authority) == allowed.end()) {
            judged.problem =
                "assigning authority " + judged.authority + " is not one this sender may feed";
        }
        if (!judged.problem.empty()) {
            issues.push_back({Severity::kError, Reason::kUnknownKeyIdentifier, judged.problem,
                              identifier.location});
            continue;
        }
        domain::PatientId id{identifier.id, judged.authority};
        bool const twice =
            std::any_of(ids.begin(), ids.end(), [&](auto const& known) { return known.id == id; });
        if (!twice) ids.push_back({std::move(id), identifier.type_code});
    }
    if (ids.empty() || flawed) return Error(Code::kInvalidContent, std::move(issues));
    return ids;
}

}  // namespace musubi::pix
