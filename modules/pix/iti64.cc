#include "pix/iti64.h"

#include "domain/reason.h"
#include "pix/authorities.h"
#include "platform/base/fault.h"
#include "platform/base/ids.h"

#include <algorithm>

namespace musubi::pix {
namespace {

/// Collects what is wrong with the ids, so that one answer tells all of it.
class Resolver {
public:
    Resolver(core::AuthorityPort const& authorities, domain::Member const& member)
        : authorities_(authorities), member_(member) {}

    /// One that the sender itself keeps.
    domain::LocalId own(domain::SentIdentifier const& sent) {
        domain::LocalId id = any(sent);
        auto const& allowed = member_.assigning_authorities;
        bool const may =
            std::find(allowed.begin(), allowed.end(), id.id.authority) != allowed.end();
        if (!id.id.authority.empty() && !may) {
            refuse(sent, "assigning authority " + id.id.authority +
                             " is not one this sender may speak for");
        }
        return id;
    }
    domain::LocalId any(domain::SentIdentifier const& sent) {
        if (std::string flaw = domain::flaw_of_patient_id(sent.id); !flaw.empty()) {
            issues_.push_back(
                {Severity::kError, Reason::kDataType, std::move(flaw), sent.location});
            return {};
        }
        auto const& authority = sent.authority;
        if (authority.universal_id_type != "ISO" || !is_oid(authority.universal_id)) {
            refuse(sent, "the assigning authority (CX.4) must be an OID of type ISO");
            return {};
        }
        auto const found = authorities_.resolve(authority);
        if (found && *found) return {{sent.id, (*found)->oid}, sent.type_code};
        refuse(sent, "the assigning authority is not one of this region");
        return {};
    }
    std::vector<Issue>& issues() { return issues_; }

private:
    void refuse(domain::SentIdentifier const& sent, std::string why) {
        issues_.push_back(
            {Severity::kError, Reason::kUnknownKeyIdentifier, std::move(why), sent.location});
    }

    core::AuthorityPort const& authorities_;
    domain::Member const& member_;
    std::vector<Issue> issues_;
};

void add_patient(core::AuditDraft& draft, domain::SentIdentifier const& sent,
                 std::string const& control_id) {
    if (sent.id.empty()) return;
    domain::AuditObject object =
        domain::audit_patient(domain::PatientId{sent.id, sent.authority.universal_id}.to_cx());
    object.details.push_back({"MSH-10", control_id});
    draft.objects.push_back(std::move(object));
}

}  // namespace

core::TransactionSpec const& Iti64::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-64",
        .name = "Notify XAD-PID Link Change",
        .action = domain::Action::kFeedPatient,
        .changes_data = true,
        .event_id = domain::dcm("110110", "Patient Record"),
        .event_action = 'U',
        .requester_is_source = true,
        .soap = {},
        .hl7v2 = {{"ADT", {"A43"}}},
    };
    return kSpec;
}

Result<LinkRequest> Iti64::decode(Deps& deps, Wire const& wire,
                                  core::DecodeContext const& context) {
    LinkRequest request{TRY(hl7v2::read_link_change(wire.message)), {}, wire.bytes};
    hl7v2::LinkChange const& link = request.link;
    Resolver resolver(deps.authorities, context.subject.member);
    core::PatientChange& change = request.change;
    change.event = domain::FeedEvent::kRelink;
    change.ids = {resolver.own(link.regional), resolver.any(link.local)};
    change.prior_ids = {resolver.own(link.previous_regional)};
    if (link.subsumed_local) change.prior_ids.push_back(resolver.any(*link.subsumed_local));
    if (!resolver.issues().empty())
        request.problem = Error(Code::kInvalidContent, std::move(resolver.issues()));
    domain::Member const& member = context.subject.member;
    change.member = member.code;
    change.message_key = member.code + "|" + link.manager.namespace_id + "|" +
                         link.manager.universal_id + "|" + link.control_id;
    return request;
}

Result<core::Located> Iti64::locate(Deps&, Request const& request, domain::Subject const&) {
    if (request.problem) return *request.problem;
    return core::Located{};
}

core::PolicyQuery Iti64::policy_query(Request const&, core::Located const&) { return {}; }

Result<core::PatientChangeOutcome> Iti64::handle(Deps& deps,
                                                 core::Authorized<Request> const& request) {
    core::PatientChange change = request->change;
    change.original = request->original;
    auto outcome = TRY(deps.index.apply(request.tx().tx(), change));
    TRY(FAULT("pix.after_apply"));
    if (deps.after_commit) request.tx().after_commit(deps.after_commit);
    return outcome;
}

int Iti64::withhold(core::Permit const&, Response&) { return 0; }

/// ITI TF-2 3.64.5.1: the local id, the one that went into it, the new and the previous one.
std::vector<core::AuditDraft> Iti64::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    if (!input.request) return {draft};
    hl7v2::LinkChange const& link = input.request->link;
    add_patient(draft, link.local, link.control_id);
    if (link.subsumed_local) add_patient(draft, *link.subsumed_local, link.control_id);
    add_patient(draft, link.regional, link.control_id);
    if (link.previous_regional.id != link.regional.id)
        add_patient(draft, link.previous_regional, link.control_id);
    return {std::move(draft)};
}

Result<hl7v2::Outgoing> Iti64::encode(Deps&, Response&&, Request const&) { return Reply{}; }

hl7v2::Outgoing Iti64::encode_error(Deps&, Error const& error, Request const*) {
    return Reply{error};
}

}  // namespace musubi::pix
