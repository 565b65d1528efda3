// ITI-64 (A43): whoever keeps the regional ids says that a local id belongs to another one. What
// was published with the local id follows it; the previous regional id stays in use. Source: ITI
// TF-2 3.64.4.1.3.

#include "domain/reason.h"
#include "mpi/feeding.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

constexpr char const* kNew = "PID^1^3^1";
constexpr char const* kLocal = "PID^1^3^2";
constexpr char const* kPrevious = "MRG^1^1^1";
constexpr char const* kSubsumed = "MRG^1^1^2";

Error refused(char const* location, std::string rule) {
    return Error(Code::kConflict,
                 {{Severity::kError, Reason::kUnknownKeyIdentifier, std::move(rule), location}});
}

void say(Edge& edge, EdgeState state, std::string const& who) {
    edge.state = state;
    edge.held.clear();
    edge.decided_by = who;
    edge.decided_at = 0;
}

}  // namespace

/// Of the four ids, which must be known and where they stand now. A local id that no hospital told
/// us about is one all the same: documents may have been published with it.
Status Feeding::check_relink() {
    if (ids_.size() != 2) return refused(kLocal, "the local id is missing, or the regional one");
    if (prior_.empty()) return refused(kPrevious, "the previous regional id is missing");
    Named const& regional = ids_[0];
    Named const& local = ids_[1];
    Named const& previous = prior_[0];
    if (!context_.is_direct(regional.id.id.authority))
        return refused(kNew, "not an id of the affinity domain");
    if (previous.id.id.authority != regional.id.id.authority)
        return refused(kPrevious, "not an id of the affinity domain");
    if (local.id.id.authority == regional.id.id.authority)
        return refused(kLocal, "a regional id is no local one");
    if (regional.record && !regional.record->active())
        return refused(kNew, "this id was merged into another one");
    if (local.record && !local.record->active())
        return refused(kLocal, "this id was merged into another one or corrected");
    std::string const cx = previous.id.id.to_cx();
    bool const there =
        local.record && (local.record->home == cx || local.record->home_survivor == cx);
    if (previous.record && !previous.record->active())
        return refused(kPrevious, "this id was merged into another one");
    if (local.record ? !there : !previous.record)
        return refused(kPrevious, "the local id does not belong to this regional id");
    if (prior_.size() == 1) return {};
    Named const& subsumed = prior_[1];
    if (subsumed.id.id.authority != local.id.id.authority || subsumed.id.id == local.id.id)
        return refused(kSubsumed, "not another id of the local id's authority");
    if (subsumed.record && !subsumed.record->active())
        return refused(kSubsumed, "this id was merged into another one or corrected");
    return {};
}

std::set<RecordKey> Feeding::moving_with(RecordKey local) {
    std::set<RecordKey> moving{local};
    for (std::size_t before = 0; before != moving.size();) {
        before = moving.size();
        for (Record const& record : linking_.records()) {
            if (record.survivor && moving.contains(record.survivor)) moving.insert(record.key);
        }
    }
    return moving;
}

/// They are nobody's any more who has the previous regional id.
void Feeding::part(std::set<RecordKey> const& moving, core::PatientChange const& change) {
    RecordKey const local = ids_[1].record->key;
    std::int64_t const person = linking_.find(local)->person;
    for (Record const& other : linking_.records()) {
        if (other.person != person || moving.contains(other.key)) continue;
        for (RecordKey const key : moving) {
            Edge const* known = linking_.find_edge(key, other.key);
            if (!known && (key != local || !other.active())) continue;
            EdgeState const before = known ? known->state : EdgeState::kNone;
            say(linking_.edge(key, other.key), EdgeState::kRejected, change.member);
            if (key == local) decide("separate", key, other.key, before, change.member);
        }
    }
}

/// And are one person with who has the new one, whatever was said of the two before.
void Feeding::join(std::set<RecordKey> const& moving, core::PatientChange const& change) {
    RecordKey const local = ids_[1].record->key;
    Record const regional = *linking_.find(ids_[0].record->key);
    for (Record const& other : linking_.records()) {
        if (other.person != regional.person) continue;
        for (RecordKey const key : moving) {
            Edge const* known = linking_.find_edge(key, other.key);
            if (known && known->state == EdgeState::kRejected)
                say(linking_.edge(key, other.key), EdgeState::kNone, change.member);
        }
    }
    Edge const* known = linking_.find_edge(local, regional.key);
    decide("link", std::min(local, regional.key), std::max(local, regional.key),
           known ? known->state : EdgeState::kNone, change.member);
    say(linking_.edge(local, regional.key), EdgeState::kConfirmed, change.member);
    for (RecordKey const key : moving) {
        Record& record = *linking_.find(key);
        record.home = regional.home;
        record.home_issued = regional.home_issued;
        record.home_age = regional.home_age;
        record.home_survivor = regional.home_survivor;
    }
    linking_.set_changed(local);
}

/// Documents follow the local ids, also those that no record here tells of.
Status Feeding::tell_followers(std::string const& from, std::string const& to) {
    if (from == to) return {};
    std::vector<domain::PatientId> ids{ids_[1].id.id};
    if (prior_.size() > 1) ids.push_back(prior_[1].id.id);
    for (auto* watcher : context_.ports.all<core::PatientWatcherPort>())
        TRY(watcher->source_ids_moved(tx_, ids, from, to));
    return {};
}

Result<core::PatientChangeOutcome> Feeding::relink(core::PatientChange const& change) {
    TRY(check_relink());
    Named& regional = ids_[0];
    Named& local = ids_[1];
    core::PatientChange bare = change;
    bare.demographics = {};
    if (!regional.record) TRY(make_record(regional, bare, TRY(home_for(regional, ""))));
    std::string const before = local.record ? local.record->home : prior_[0].id.id.to_cx();
    if (!local.record) TRY(make_record(local, bare, regional.record->home));
    std::set<RecordKey> needed{regional.record->key, local.record->key};
    for (Named const& prior : prior_) {
        if (prior.record) needed.insert(prior.record->key);
    }
    TRY(linking_.load(needed));
    if (prior_.size() > 1 && prior_[1].record) {
        Record& subsumed = *linking_.find(prior_[1].record->key);
        subsumed.status = RecordStatus::kSubsumed;
        subsumed.survivor = local.record->key;
        TRY(drop_tokens(subsumed.key));
        decide("merge", subsumed.key, local.record->key, EdgeState::kNone, change.member);
    }
    auto const moving = moving_with(local.record->key);
    std::string const to = linking_.find(regional.record->key)->home;
    bool const together =
        linking_.find(local.record->key)->person == linking_.find(regional.record->key)->person;
    if (!together) part(moving, change);
    if (before != to || !together) join(moving, change);
    TRY(FAULT("mpi.after_relink"));
    auto const settled = TRY(linking_.settle());
    TRY(tell_followers(before, to));
    TRY(tell_followers(prior_[0].id.id.to_cx(), to));
    core::PatientChangeOutcome outcome;
    outcome.subsumed = settled.subsumed;
    outcome.patient = linking_.stands_for(regional.record->key);
    TRY(remember(change, local.record->key, outcome));
    return outcome;
}

}  // namespace musubi::mpi
