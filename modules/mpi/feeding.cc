#include "mpi/feeding.h"

#include "core/patient_revision_port.h"
#include "domain/reason.h"
#include "mpi/number_keys.h"
#include "mpi/record_index.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

Error refused(char const* location, std::string rule) {
    return Error(Code::kConflict,
                 {{Severity::kError, Reason::kUnknownKeyIdentifier, std::move(rule), location}});
}

/// What others were asked with, or matched it by.
bool told_otherwise(domain::Demographics const& before, domain::Demographics const& after) {
    return before.names != after.names || before.birth_time != after.birth_time ||
           before.sex != after.sex || before.addresses != after.addresses ||
           before.home_phones != after.home_phones ||
           before.mothers_maiden_names != after.mothers_maiden_names;
}

}  // namespace

Result<core::PatientChangeOutcome> Feeding::apply(core::PatientChange const& change) {
    if (change.ids.empty()) return Error(Code::kInvalidContent, "a feed names at least one id");
    TRY(name_all(change));
    if (told_before_) return *told_before_;
    TRY(FAULT("mpi.after_open"));
    switch (change.event) {
        case domain::FeedEvent::kAdd:
        case domain::FeedEvent::kUpdate: return put(change);
        case domain::FeedEvent::kMerge: return merge(change);
        case domain::FeedEvent::kChangeId: return change_id(change);
        case domain::FeedEvent::kLink: return relate(change, EdgeState::kConfirmed);
        case domain::FeedEvent::kUnlink: return relate(change, EdgeState::kRejected);
        case domain::FeedEvent::kRelink: return relink(change);
    }
    return Error(Code::kInternal, "unknown feed event");
}

/// Locks every id of the message in one order for everybody, and looks them up.
Status Feeding::name_all(core::PatientChange const& change) {
    std::set<std::int64_t> locks;
    std::vector<std::string> authorities;
    std::vector<Bytes> tokens;
    std::vector<Named*> order;
    auto const add = [&](std::vector<domain::LocalId> const& ids, std::vector<Named>& to,
                         char const* location) {
        for (domain::LocalId const& id : ids) {
            bool const twice =
                std::any_of(to.begin(), to.end(), [&](Named const& n) { return n.id.id == id.id; });
            if (!twice) to.push_back({id, location, context_.token_of(id.id), std::nullopt});
        }
    };
    add(change.ids, ids_, "PID^1^3");
    add(change.prior_ids, prior_, "MRG^1^1");
    add(change.other_ids, other_, "PID^2^3");
    for (auto* list : {&ids_, &prior_, &other_}) {
        for (Named& named : *list) {
            locks.insert(lock_key(named.token, 'i'));
            authorities.push_back(named.id.id.authority);
            tokens.push_back(named.token);
            order.push_back(&named);
        }
    }
    std::vector<std::int64_t> const keys(locks.begin(), locks.end());
    tx_.queue(sql::kLockIndexShared, pg::Params().int8(sql::kIndexLock));
    tx_.queue(sql::kLock, pg::Params().int8_array(keys));
    pg::Params params;
    params.text_array(std::span<std::string const>(authorities));
    params.bytea_array(std::span<Bytes const>(tokens));
    if (change.message_key.empty())
        params.null().null();
    else
        params.bytea(context_.tokens.message(change.message_key))
            .bytea(context_.tokens.digest(change.original));
    for (pg::Row const row : TRY(tx_.exec(sql::kOpenFeed, params))) {
        Record record = read_record(row);
        if (row.int64(0) == 0) {
            told_before_.emplace();
            told_before_->created = row.boolean(13);
            told_before_->subsumed = row.text_array(14);
            told_before_->patient =
                record.home_survivor.empty() ? record.home : record.home_survivor;
        } else {
            order[static_cast<std::size_t>(row.int64(0) - 1)]->record = std::move(record);
        }
    }
    return {};
}

Status Feeding::refuse_retired() const {
    for (Named const& named : ids_) {
        if (named.record && !named.record->active())
            return refused(named.location, "this id was merged into another one or corrected");
    }
    return {};
}

Status Feeding::make_patient(std::string const& home, bool issued) {
    if (issued)
        tx_.queue(sql::kIssuePatient, pg::Params().text(home), 1);
    else
        tx_.queue(sql::kInsertPatient, pg::Params().text(home).boolean(false));
    tx_.queue(sql::kHistory, pg::Params().text("added").text(home).null());
    if (issued) {
        linking_.add_home(home);  // told when it is known who stands for it
        return {};
    }
    for (auto* watcher : context_.ports.all<core::PatientWatcherPort>())
        TRY(watcher->patient_known(tx_, home));
    return {};
}

/// The affinity domain's own id is the regional id of what is listed beside it.
Result<std::string> Feeding::home_for(Named const& named, std::string const& direct_home) {
    if (context_.is_direct(named.id.id.authority)) {
        std::string const own = named.id.id.to_cx();
        TRY(make_patient(own, false));
        return own;
    }
    if (!direct_home.empty()) return direct_home;
    std::string const issued = context_.new_regional_id();
    TRY(make_patient(issued, true));
    return issued;
}

Status Feeding::make_record(Named& named, core::PatientChange const& change,
                            std::string const& home) {
    RecordContent content{named.id, {}};
    change.demographics.apply_to(content.person);
    change.visit.apply_to(content.visit);
    named.numbers = number_keys(content);
    Record record;
    record.key = context_.ids.key();
    record.authority = named.id.id.authority;
    record.person = record.key;
    record.institution = change.member.empty() ? "region" : change.member;
    record.home = home;
    record.owns_home = context_.is_direct(record.authority);
    record.home_issued = !record.owns_home;
    record.sealed = TRY(context_.seal(record.institution, record.key, content));
    pg::Params params;
    params.text(record.authority).bytea(named.token).text(home).int8(record.key);
    params.text(record.institution)
        .bytea(record.sealed)
        .int2(context_.matching ? context_.matching->version() : std::int16_t{0});
    tx_.queue(sql::kInsertRecord, std::move(params), 1);
    if (!context_.is_direct(record.authority))
        tx_.queue(sql::kHistory, pg::Params().text("linked").text(home).null());
    linking_.set_fresh(record.key);
    named.record = std::move(record);
    created_ = true;
    return {};
}

/// True when what matching sees may have changed.
Result<bool> Feeding::update_record(Named& named, core::PatientChange const& change) {
    Record& record = *named.record;
    RecordContent const before = TRY(context_.open(record));
    RecordContent after = before;
    after.id.id = named.id.id;
    if (!named.id.type_code.empty()) after.id.type_code = named.id.type_code;
    change.demographics.apply_to(after.person);
    change.visit.apply_to(after.visit);
    named.numbers = number_keys(after);
    if (after == before && !record.sealed.empty()) return false;
    if (after.id.type_code != before.id.type_code || before.id.id.id.empty())
        linking_.set_changed(record.key);
    bool const first = record.sealed.empty();
    if (!change.member.empty() || record.institution.empty())
        record.institution = change.member.empty() ? "region" : change.member;
    record.sealed = TRY(context_.seal(record.institution, record.key, after));
    pg::Params params;
    params.int8(record.key).text(record.institution).bytea(record.sealed);
    params.int2(context_.matching ? context_.matching->version() : std::int16_t{0});
    tx_.queue(sql::kUpdateContent, std::move(params), 1);
    if (first || told_otherwise(before.person, after.person)) {
        std::string const& stands =
            record.home_survivor.empty() ? record.home : record.home_survivor;
        for (auto* watcher : context_.ports.all<core::PatientRevisionPort>())
            TRY(watcher->patient_revised(tx_, stands));
    }
    if (first || after.person != before.person) return true;
    if (context_.matching && named.numbers != number_keys(before))
        write_tokens(tx_, record.key, tokens_of(context_, versions_, after));
    return false;
}

Result<core::PatientChangeOutcome> Feeding::put(core::PatientChange const& change) {
    TRY(refuse_retired());
    std::string direct;
    bool known = false;
    for (Named const& named : ids_) {
        known = known || named.record;
        if (direct.empty() && context_.is_direct(named.id.id.authority))
            direct = named.id.id.to_cx();
    }
    if (change.event == domain::FeedEvent::kUpdate && !known &&
        context_.settings.unknown_update == UnknownUpdate::kRefuse) {
        return refused("PID^1^3", "this id is not known");
    }
    // The direct ids first: their patient is the home of what is listed beside them.
    std::stable_partition(ids_.begin(), ids_.end(), [&](Named const& named) {
        return context_.is_direct(named.id.id.authority);
    });
    std::vector<RecordKey> keys, changed;
    std::vector<Named const*> to_index;
    for (Named& named : ids_) {
        bool matters = true;
        if (named.record) {
            matters = TRY(update_record(named, change));
        } else {
            TRY(make_record(named, change, TRY(home_for(named, direct))));
        }
        keys.push_back(named.record->key);
        if (!matters) continue;
        changed.push_back(named.record->key);
        to_index.push_back(&named);
    }
    TRY(FAULT("mpi.after_records"));
    core::PatientChangeOutcome outcome;
    outcome.created = created_;
    if (changed.empty() && keys.size() == 1) {
        Record const& record = *ids_.front().record;
        outcome.patient = record.home_survivor.empty() ? record.home : record.home_survivor;
        TRY(remember(change, keys.front(), outcome));
        return outcome;
    }
    if (!changed.empty() && context_.matching) {
        RecordContent const content = TRY(context_.open(*to_index.front()->record));
        TRY(find_candidates(to_index, content.person));
    }
    TRY(link(changed));
    // A direct id is the answer whatever else is listed beside it.
    outcome.patient = linking_.stands_for(keys.front());
    TRY(remember(change, keys.front(), outcome));
    return outcome;
}

Status Feeding::drop_tokens(RecordKey key) {
    write_tokens(tx_, key, {});
    return {};
}

/// All ids of one message have the same demographics, so one look serves them all.
Status Feeding::find_candidates(std::vector<Named const*> const& of,
                                domain::Demographics const& person) {
    std::vector<RecordKey> keys;
    for (Named const* named : of) keys.push_back(named->record->key);
    auto const subject = context_.matching->prepare(person);
    RecordTokens const tokens = tokens_of(context_, versions_, *subject);
    if (!tokens.blocking.empty()) {
        std::set<std::int64_t> locks;
        for (Bytes const& token : tokens.blocking) locks.insert(lock_key(token, 'b'));
        std::vector<std::int64_t> const sorted(locks.begin(), locks.end());
        tx_.queue(sql::kLock, pg::Params().int8_array(sorted));
        candidates_ = read_records(
            TRY(tx_.exec(sql::kCandidates, pg::Params()
                                               .bytea_array(std::span<Bytes const>(tokens.blocking))
                                               .int8(kMaxBlock)
                                               .int8_array(keys))));
    }
    for (Named const* named : of) {
        RecordTokens own = tokens;
        add_numbers(own, context_, versions_, named->numbers);
        if (linking_.is_fresh(named->record->key))
            add_new_tokens(tx_, named->record->key, own);
        else
            write_tokens(tx_, named->record->key, own);
    }
    TRY(FAULT("mpi.after_candidates"));
    for (Record const& candidate : candidates_) {
        RecordContent const content = TRY(context_.open(candidate));
        auto const other = context_.matching->prepare(content.person);
        match::Evidence evidence = context_.matching->compare(*subject, *other);
        if (evidence.verdict != match::Verdict::kSeparate)
            evidence_.emplace_back(candidate.key, std::move(evidence));
    }
    return {};
}

Status Feeding::link(std::vector<RecordKey> const& changed) {
    if (created_ && ids_.size() == 1 && evidence_.empty() && !ids_.front().record->owns_home) {
        linking_.load_alone(*ids_.front().record);
    } else {
        std::set<RecordKey> needed;
        std::set<std::int64_t> persons;
        for (Named const& named : ids_) {
            needed.insert(named.record->key);
            persons.insert(named.record->person);
        }
        for (auto const& [key, evidence] : evidence_) needed.insert(key);
        for (Record const& candidate : candidates_) {
            if (needed.contains(candidate.key)) persons.insert(candidate.person);
        }
        TRY(linking_.load(needed, persons));
    }
    // What was known about pairs of a changed record is judged anew; then what was found now.
    std::vector<std::pair<RecordKey, RecordKey>> pairs;
    for (Edge const& edge : linking_.edges()) {
        if (std::count(changed.begin(), changed.end(), edge.a) ||
            std::count(changed.begin(), changed.end(), edge.b))
            pairs.emplace_back(edge.a, edge.b);
    }
    if (context_.matching) {
        for (auto const& [a, b] : pairs) TRY(linking_.judge(a, b));
        for (RecordKey const key : changed) {
            for (auto const& [other, evidence] : evidence_) {
                Edge& edge = linking_.edge(key, other);
                note(edge, evidence, context_.matching->version());
            }
        }
    }
    // Ids of one message are one person: the source says so.
    for (std::size_t i = 1; i < ids_.size(); ++i) {
        Edge& edge = linking_.edge(ids_.front().record->key, ids_[i].record->key);
        if (edge.decided_by_people()) continue;
        edge.state = EdgeState::kConfirmed;
        edge.decided_by = "source";
    }
    TRY(linking_.settle());
    TRY(FAULT("mpi.after_links"));
    return {};
}

}  // namespace musubi::mpi
