#include "pix/feed.h"

#include "pix/authorities.h"
#include "platform/base/fault.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::pix {
namespace {

Result<core::PatientChange> change_of(FeedDeps const& deps, FeedRequest const& request,
                                      domain::Member const& member) {
    domain::PatientFeed const& feed = request.feed;
    core::PatientChange change;
    change.event = feed.event;
    change.ids = TRY(feedable_ids(feed.identifiers, member, deps.authorities));
    switch (feed.event) {
        case domain::FeedEvent::kMerge:
        case domain::FeedEvent::kChangeId:
            change.prior_ids = TRY(feedable_ids(feed.prior_identifiers, member, deps.authorities));
            break;
        case domain::FeedEvent::kLink:
        case domain::FeedEvent::kUnlink:
            change.other_ids = TRY(feedable_ids(feed.other_identifiers, member, deps.authorities));
            break;
        case domain::FeedEvent::kAdd:
        case domain::FeedEvent::kUpdate:
        case domain::FeedEvent::kRelink: break;
    }
    // A merge changes ids only: demographics come in a message of their own (ITI TF-2 3.8.4.2).
    if (feed.event != domain::FeedEvent::kMerge) change.demographics = feed.demographics;
    change.visit = feed.visit;
    change.member = member.code;
    change.message_key =
        member.code + "|" + feed.facility + "|" + feed.application + "|" + feed.control_id;
    change.original = request.original;
    return change;
}

core::AuditDraft draft_for(std::vector<std::string> const& patients, FeedRequest const& request,
                           char action) {
    core::AuditDraft draft;
    draft.action = action;
    for (std::string const& patient : patients) {
        if (patient.empty()) continue;
        domain::AuditObject object = domain::audit_patient(patient);
        if (!request.feed.control_id.empty())
            object.details.push_back({request.detail_type, request.feed.control_id});
        draft.objects.push_back(std::move(object));
    }
    return draft;
}

/// An id as the message told it, with the region's word for its authority where it has one.
std::string told_as(core::AuthorityPort const& authorities, domain::SentIdentifier const& sent) {
    auto const known = authorities.resolve(sent.authority);
    if (known && *known != nullptr) return domain::PatientId{sent.id, (*known)->oid}.to_cx();
    if (!sent.authority.universal_id.empty())
        return domain::PatientId{sent.id, sent.authority.universal_id}.to_cx();
    return sent.id + "^^^" + sent.authority.namespace_id;
}

std::vector<std::string> told_ids(core::AuthorityPort const& authorities,
                                  domain::PatientFeed const& feed) {
    constexpr std::size_t kMost = 20;
    constexpr std::size_t kLongest = 1024;  // octets: of the longest id and its authority
    std::vector<std::string> told;
    for (auto const* list : {&feed.identifiers, &feed.prior_identifiers, &feed.other_identifiers}) {
        for (domain::SentIdentifier const& sent : *list) {
            std::string cx = told_as(authorities, sent);
            bool const twice = std::find(told.begin(), told.end(), cx) != told.end();
            if (told.size() < kMost && cx.size() <= kLongest &&
                length_in_characters(sent.id) <= domain::kLongestPatientId && !twice)
                told.push_back(std::move(cx));
        }
    }
    return told;
}

}  // namespace

Result<core::PatientChangeOutcome> apply_feed(FeedDeps& deps, FeedRequest const& request,
                                              core::CallContext const& call) {
    auto const change = TRY(change_of(deps, request, call.subject.member));
    auto outcome = TRY(deps.index.apply(call.tx->tx(), change));
    TRY(FAULT("pix.after_apply"));
    if (deps.after_commit) call.tx->after_commit(deps.after_commit);
    return outcome;
}

std::vector<core::AuditDraft> audit_feed(core::AuthorityPort const& authorities,
                                         FeedRequest const* request,
                                         core::PatientChangeOutcome const* outcome) {
    if (!request) return {core::AuditDraft{}};
    char const action = request->feed.event == domain::FeedEvent::kAdd ? 'C' : 'U';
    if (!outcome) return {draft_for(told_ids(authorities, request->feed), *request, action)};
    std::vector<std::string> const patient = {outcome->patient, outcome->parted};  // or nobody
    if (request->feed.event != domain::FeedEvent::kMerge)
        return {draft_for(patient, *request, action)};
    // Both ids may have been one person's already: then none stopped to be active.
    return {draft_for(outcome->subsumed.empty() ? patient : outcome->subsumed, *request, 'D'),
            draft_for(patient, *request, 'U')};
}

}  // namespace musubi::pix
