#include "pix/iti8.h"

#include "domain/reason.h"
#include "pix/authorities.h"
#include "platform/base/fault.h"

namespace musubi::pix {
namespace {

/// MRG-1 and PID-3 are read as one pair: the first prior id whose authority also has a surviving id
/// (ITI TF-2 3.8.4.2.3: the same assigning authority in both).
Result<std::pair<domain::PatientId, domain::PatientId>> merge_pair(
    std::vector<domain::PatientId> const& prior, std::vector<domain::PatientId> const& surviving) {
    for (domain::PatientId const& subsumed : prior) {
        for (domain::PatientId const& survivor : surviving) {
            if (survivor.authority == subsumed.authority) return std::pair(subsumed, survivor);
        }
    }
    return Error(Code::kInvalidContent,
                 {{Severity::kError, Reason::kUnknownKeyIdentifier,
                   "MRG-1 and PID-3 have no assigning authority in common", "MRG^1^1"}});
}

core::AuditDraft draft_for(std::string const& patient, domain::PatientFeed const* feed,
                           char action) {
    core::AuditDraft draft;
    draft.action = action;
    if (!patient.empty()) {
        domain::AuditObject object = domain::audit_patient(patient);
        object.details.push_back({"MSH-10", feed->control_id});
        draft.objects.push_back(std::move(object));
    }
    return draft;
}

}  // namespace

core::TransactionSpec const& Iti8::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-8",
        .name = "Patient Identity Feed",
        .action = domain::Action::kFeedPatient,
        .changes_data = true,
        .event_id = domain::dcm("110110", "Patient Record"),
        .event_action = 'C',
        .requester_is_source = true,
        .soap = {},
        .hl7v2 = {{"ADT", {"A01", "A04", "A05", "A08", "A40"}}},
    };
    return kSpec;
}

Result<Iti8::Request> Iti8::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    return hl7v2::read_patient_feed(wire.message, deps.rules);
}

Result<core::Located> Iti8::locate(Deps&, Request const&, domain::Subject const&) {
    return core::Located{};
}

core::PolicyQuery Iti8::policy_query(Request const&, core::Located const&) { return {}; }

Result<Iti8::Response> Iti8::handle(Deps& deps, core::Authorized<Request> const& request) {
    domain::Member const& member = request.subject().member;
    auto const ids = TRY(feedable_ids(request->identifiers, member, deps.feed));
    pg::Tx& tx = request.tx().tx();
    switch (request->event) {
        case domain::FeedEvent::kAdd: {
            FeedOutcome outcome;
            outcome.patient = TRY(deps.feed.add(tx, ids));
            TRY(FAULT("iti8.after_add"));
            return outcome;
        }
        case domain::FeedEvent::kUpdate:
            return FeedOutcome{};  // the registry ignores A08 (ITI TF-2 3.8.4.1.3)
        case domain::FeedEvent::kMerge: {
            auto const prior = TRY(feedable_ids(request->prior_identifiers, member, deps.feed));
            auto const [subsumed, surviving] = TRY(merge_pair(prior, ids));
            auto const merged = TRY(deps.feed.merge(tx, subsumed, surviving));
            TRY(FAULT("iti8.after_merge"));
            return FeedOutcome{merged.surviving_cx, merged.subsumed_cx};
        }
        case domain::FeedEvent::kChangeId:
        case domain::FeedEvent::kLink:
        case domain::FeedEvent::kUnlink: break;  // events of ITI-30, not routed here
    }
    return Error(Code::kInternal, "unknown feed event");
}

int Iti8::withhold(core::Permit const&, Response&) { return 0; }

std::vector<core::AuditDraft> Iti8::audit(Deps&, core::AuditInput<Request, Response> const& input) {
    if (!input.request) return {core::AuditDraft{}};
    bool const update = input.request->event == domain::FeedEvent::kUpdate;
    bool const merge = input.request->event == domain::FeedEvent::kMerge;
    if (!input.response) return {draft_for("", input.request, update || merge ? 'U' : 'C')};
    if (merge) {
        return {draft_for(input.response->subsumed, input.request, 'D'),
                draft_for(input.response->patient, input.request, 'U')};
    }
    return {draft_for(input.response->patient, input.request, update ? 'U' : 'C')};
}

Result<Iti8::Reply> Iti8::encode(Deps&, Response&&, Request const&) { return Reply{}; }

Iti8::Reply Iti8::encode_error(Deps&, Error const& error, Request const*) { return Reply{error}; }

}  // namespace musubi::pix
