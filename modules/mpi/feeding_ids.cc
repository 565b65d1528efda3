// Feeds that change which ids and records belong together: A40, A47, A24, A37.

#include "core/temporary_ids.h"
#include "domain/reason.h"
#include "mpi/feeding.h"
#include "mpi/number_keys.h"
#include "mpi/record_index.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

Error refused(char const* location, std::string rule) {
    return Error(Code::kConflict,
                 {{Severity::kError, Reason::kUnknownKeyIdentifier, std::move(rule), location}});
}

Error taken(char const* location, std::string rule) {
    return Error(Code::kConflict,
                 {{Severity::kError, Reason::kDuplicateKeyIdentifier, std::move(rule), location}});
}

bool is_temporary(Context const& context, std::string const& authority) {
    auto const* port = context.ports.find<core::TemporaryIdsPort>();
    return port && port->temporary_authorities()->contains(authority);
}

}  // namespace

/// Each prior id goes into the surviving one of its authority, of the same type where both are
/// told.
Result<core::PatientChangeOutcome> Feeding::merge(core::PatientChange const& change) {
    std::vector<std::pair<Named*, Named*>> pairs;
    for (Named& prior : prior_) {
        Named* into = nullptr;
        // Whoever got a temporary id is merged into the id that was his, of another domain.
        bool const anywhere = is_temporary(context_, prior.id.id.authority) &&
                              std::none_of(ids_.begin(), ids_.end(), [&](Named const& id) {
                                  return id.id.id.authority == prior.id.id.authority;
                              });
        for (Named& id : ids_) {
            if (!anywhere && id.id.id.authority != prior.id.id.authority) continue;
            if (!into ||
                (into->id.type_code != prior.id.type_code && id.id.type_code == prior.id.type_code))
                into = &id;
        }
        if (!into) continue;
        if (into->id.id == prior.id.id)
            return refused("MRG^1^1", "subsumed and surviving id are the same");
        pairs.emplace_back(&prior, into);
    }
    if (pairs.empty()) {
        return refused("MRG^1^1", "subsumed and surviving id must be of one assigning authority");
    }
    std::set<RecordKey> needed;
    for (auto const& [prior, into] : pairs) {
        if (!prior->record) return refused("MRG^1^1", "this id is not known");
        if (!prior->record->active())
            return refused("MRG^1^1", "this id was merged into another one");
        if (!into->record) return refused("PID^1^3", "this id is not known");
        if (!into->record->active())
            return refused("PID^1^3", "this id was merged into another one");
        needed.insert({prior->record->key, into->record->key});
    }
    TRY(linking_.load(needed));
    std::vector<std::string> before;
    for (auto const& [prior, into] : pairs) {
        Record& subsumed = *linking_.find(prior->record->key);
        before.push_back(subsumed.home_survivor.empty() ? subsumed.home : subsumed.home_survivor);
        if (!subsumed.active()) return refused("MRG^1^1", "this id was merged into another one");
        // By a pair before this one: two ids would point to each other, and none would be left.
        if (!linking_.find(into->record->key)->active())
            return refused("PID^1^3", "this id is merged into another one by the same message");
        subsumed.status = RecordStatus::kSubsumed;
        subsumed.survivor = into->record->key;
        TRY(drop_tokens(subsumed.key));
        Edge const* edge = linking_.find_edge(subsumed.key, into->record->key);
        decide("merge", subsumed.key, into->record->key, edge ? edge->state : EdgeState::kNone,
               change.member);
    }
    TRY(FAULT("mpi.after_merge"));
    auto const settled = TRY(linking_.settle());
    core::PatientChangeOutcome outcome;
    outcome.subsumed = settled.subsumed;
    outcome.patient = linking_.stands_for(pairs.front().second->record->key);
    for (std::string const& home : before)
        tx_.queue(sql::kHistory, pg::Params().text("merged").text(home).text(outcome.patient));
    TRY(remember(change, pairs.front().second->record->key, outcome));
    return outcome;
}

/// The new id takes everything over; the old one stays as a name that is never accepted again.
Result<core::PatientChangeOutcome> Feeding::change_id(core::PatientChange const& change) {
    if (prior_.empty()) return refused("MRG^1^1", "the id that changes is missing");
    // Changing the first and acknowledging all would lose the others without a word.
    if (prior_.size() > 1) return refused("MRG^1^1", "one message changes one id");
    Named& prior = prior_.front();
    auto const same = std::find_if(ids_.begin(), ids_.end(), [&](Named const& named) {
        return named.id.id.authority == prior.id.id.authority;
    });
    if (same == ids_.end())
        return refused("MRG^1^1", "old and new id must be of one assigning authority");
    Named now = *same;
    if (now.id.id == prior.id.id) return refused("MRG^1^1", "old and new id are the same");
    if (!prior.record) return refused("MRG^1^1", "this id is not known");
    if (!prior.record->active()) return refused("MRG^1^1", "this id is not active");
    if (now.record) return taken("PID^1^3", "this id belongs to another record");

    core::PatientChange copy = change;
    RecordContent const content = TRY(context_.open(*prior.record));
    if (now.id.type_code.empty()) now.id.type_code = content.id.type_code;
    std::string home = prior.record->home;
    if (context_.is_direct(now.id.id.authority)) home = TRY(home_for(now, ""));
    copy.demographics = {};
    copy.visit = {};
    TRY(make_record(now, copy, home));
    // What the old record told, and what the message tells beside the id.
    RecordContent after{now.id, content.person, content.visit};
    change.demographics.apply_to(after.person);
    now.numbers = number_keys(after);
    now.record->sealed = TRY(context_.seal(now.record->institution, now.record->key, after));
    pg::Params params;
    params.int8(now.record->key).text(now.record->institution).bytea(now.record->sealed);
    params.int2(context_.matching ? context_.matching->version() : std::int16_t{0});
    tx_.queue(sql::kUpdateContent, std::move(params), 1);
    created_ = false;
    TRY(drop_tokens(prior.record->key));
    if (context_.matching) TRY(find_candidates({&now}, after.person));
    std::erase_if(evidence_, [&](auto const& found) { return found.first == prior.record->key; });
    std::set<RecordKey> needed{prior.record->key, now.record->key};
    for (auto const& [key, evidence] : evidence_) needed.insert(key);
    TRY(linking_.load(needed));
    Record& old = *linking_.find(prior.record->key);
    old.status = RecordStatus::kInactive;
    old.survivor = now.record->key;
    linking_.set_changed(now.record->key);
    for (auto const& [key, evidence] : evidence_)
        note(linking_.edge(now.record->key, key), evidence, context_.matching->version());
    decide("change id", old.key, now.record->key, EdgeState::kNone, change.member);
    auto const settled = TRY(linking_.settle());
    core::PatientChangeOutcome outcome;
    outcome.subsumed = settled.subsumed;
    outcome.patient = linking_.stands_for(now.record->key);
    TRY(remember(change, now.record->key, outcome));
    return outcome;
}

Result<core::PatientChangeOutcome> Feeding::relate(core::PatientChange const& change,
                                                   EdgeState state) {
    if (other_.empty()) return refused("PID^2^3", "the second id is missing");
    std::set<RecordKey> needed;
    for (auto const* list : {&ids_, &other_}) {
        for (Named const& named : *list) {
            if (!named.record) return refused(named.location, "this id is not known");
            if (!named.record->active()) return refused(named.location, "this id is not active");
            needed.insert(named.record->key);
        }
    }
    TRY(linking_.load(needed));
    for (Named const& one : ids_) {
        for (Named const& other : other_) {
            if (one.record->key == other.record->key)
                return refused("PID^2^3", "both ids are the same");
            Edge& edge = linking_.edge(one.record->key, other.record->key);
            decide(state == EdgeState::kConfirmed ? "link" : "separate", edge.a, edge.b, edge.state,
                   change.member);
            edge.state = state;
            edge.held.clear();
            edge.decided_by = change.member;
            edge.decided_at = 0;
        }
    }
    auto const settled = TRY(linking_.settle());
    TRY(FAULT("mpi.after_relate"));
    core::PatientChangeOutcome outcome;
    outcome.subsumed = settled.subsumed;
    outcome.patient = linking_.stands_for(ids_.front().record->key);
    auto const second = linking_.stands_for(other_.front().record->key);
    if (second != outcome.patient) outcome.parted = second;
    TRY(remember(change, ids_.front().record->key, outcome));
    return outcome;
}

void Feeding::decide(char const* kind, RecordKey a, RecordKey b, EdgeState before,
                     std::string const& who) {
    pg::Params params;
    params.int8(context_.ids.key()).text(kind).int8(a).int8(b);
    params.int2(static_cast<std::int16_t>(before)).null().text("done").text(who).null();
    tx_.queue(sql::kInsertDecision, std::move(params), 1);
}

Status Feeding::remember(core::PatientChange const& change, RecordKey record,
                         core::PatientChangeOutcome const& outcome) {
    if (change.message_key.empty() && change.original.empty()) return {};
    std::int64_t const key = context_.ids.key();
    std::string const institution = change.member.empty() ? "region" : change.member;
    std::string const aad = "mpi.message:" + std::to_string(key);
    Bytes const sealed = TRY(
        context_.keys.seal(vault::Purpose::kMetadata, institution, change.original, as_bytes(aad)));
    pg::Params params;
    params.int8(key).int8(record).int2(static_cast<std::int16_t>(change.event));
    if (change.message_key.empty())
        params.null();
    else
        params.bytea(context_.tokens.message(change.message_key));
    params.bytea(context_.tokens.digest(change.original)).text(institution).bytea(sealed);
    params.boolean(outcome.created).text_array(std::span<std::string const>(outcome.subsumed));
    tx_.queue(sql::kInsertRecordHistory, std::move(params), 1);
    return {};
}

}  // namespace musubi::mpi
