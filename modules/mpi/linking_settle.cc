// The second half of Linking: from what changed to rows, aliases and those who follow.

#include "core/temporary_ids.h"
#include "mpi/linking.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>
#include <cmath>

namespace musubi::mpi {

Result<Linking::Settled> Linking::settle() {
    Status failed;  // far_apart() cannot return one
    ClusterRules rules;
    rules.several_ids = [&](std::string const& authority) {
        return context_.several_ids(authority);
    };
    if (auto const* port = context_.ports.find<core::TemporaryIdsPort>()) {
        rules.temporary = [authorities = port->temporary_authorities()](std::string const& one) {
            return authorities->contains(one);
        };
    }
    rules.max_records = context_.settings.max_person_records;
    rules.far_apart = [&](RecordKey x, RecordKey y) {
        auto const one = subject(x), other = subject(y);
        if (!one) failed = one.error();
        if (!other) failed = other.error();
        if (!one || !other || !*one || !*other) return false;
        return context_.matching->compare(**one, **other).score <
               context_.matching->separate_below();
    };
    auto const groups = cluster(records_, edges_, rules);
    TRY(std::move(failed));
    plan_ = plan_aliases(records_, groups, [&] { return context_.new_regional_id(); });
    assign_persons(groups);
    TRY(open_homes());
    write_records();
    write_edges();
    write_aliases();
    TRY(FAULT("mpi.before_watchers"));
    TRY(tell_aliases());
    TRY(tell_moves(groups));
    TRY(FAULT("mpi.after_moves"));
    TRY(tell_sets(groups));
    Settled out;
    for (AliasChange const& change : plan_.changes) {
        if (change.before.empty()) out.subsumed.push_back(change.home);
    }
    return out;
}

/// A group keeps the person of its first record, unless an earlier group has it already.
void Linking::assign_persons(std::vector<std::vector<RecordKey>> const& groups) {
    std::set<std::int64_t> taken;
    for (auto const& group : groups) {
        std::int64_t person = 0;
        for (RecordKey const key : group) {
            if (!taken.contains(find(key)->person)) {
                person = find(key)->person;
                break;
            }
        }
        if (!person) person = context_.ids.key();
        taken.insert(person);
        for (RecordKey const key : group) {
            find(key)->person = person;
            find(key)->home = plan_.homes.at(key);
        }
    }
}

Status Linking::open_homes() {
    for (std::string const& home : plan_.issued) {
        tx_.queue(sql::kIssuePatient, pg::Params().text(home), 1);
        tx_.queue(sql::kHistory, pg::Params().text("added").text(home).null());
        for (auto* watcher : context_.ports.all<core::PatientWatcherPort>())
            TRY(watcher->patient_known(tx_, home));
    }
    return {};
}

void Linking::write_records() {
    std::vector<std::int64_t> keys, persons, survivors;
    std::vector<std::int16_t> states;
    std::vector<std::string> homes;
    for (std::size_t i = 0; i < records_.size(); ++i) {
        if (records_[i] == before_[i]) continue;
        keys.push_back(records_[i].key);
        persons.push_back(records_[i].person);
        states.push_back(static_cast<std::int16_t>(records_[i].status));
        survivors.push_back(records_[i].survivor);
        homes.push_back(records_[i].home);
    }
    if (keys.empty()) return;
    pg::Params params;
    params.int8_array(keys).int8_array(persons).int2_array(states).int8_array(survivors);
    params.text_array(std::span<std::string const>(homes));
    tx_.queue(sql::kUpdateRecords, std::move(params));
}

void Linking::write_edges() {
    std::vector<std::int64_t> a, b, milli_bits;
    std::vector<std::int16_t> states, verdicts, versions;
    std::vector<std::string> held, levels, by;
    for (std::size_t i = 0; i < edges_.size(); ++i) {
        Edge const& edge = edges_[i];
        if (i < edges_before_.size() && edge == edges_before_[i]) continue;
        a.push_back(edge.a);
        b.push_back(edge.b);
        states.push_back(static_cast<std::int16_t>(edge.state));
        verdicts.push_back(static_cast<std::int16_t>(edge.verdict));
        milli_bits.push_back(std::lround(edge.score * 1000));
        held.push_back(edge.held);
        levels.push_back(edge.levels);
        versions.push_back(edge.weights_version);
        by.push_back(edge.decided_by);
    }
    if (a.empty()) return;
    pg::Params params;
    params.int8_array(a).int8_array(b).int2_array(states).int2_array(verdicts);
    params.int8_array(milli_bits)
        .text_array(std::span<std::string const>(held))
        .text_array(std::span<std::string const>(levels))
        .int2_array(versions)
        .text_array(std::span<std::string const>(by));
    tx_.queue(sql::kPutEdges, std::move(params));
}

Status Linking::tell_added() {
    if (added_.empty()) return {};
    std::vector<core::PatientWatcherPort::Added> added;
    for (std::string const& home : added_) {
        auto const found = plan_.survivor.find(home);
        added.push_back({home, found == plan_.survivor.end() ? std::string() : found->second});
    }
    for (auto* watcher : context_.ports.all<core::PatientWatcherPort>())
        TRY(watcher->patients_added(tx_, added));
    return {};
}

void Linking::write_aliases() {
    if (plan_.changes.empty()) return;
    std::vector<std::string> homes, survivors, kinds, changed, others;
    for (AliasChange const& change : plan_.changes) {
        homes.push_back(change.home);
        survivors.push_back(change.now);
        for (auto const& [kind, other] :
             {std::pair("split", &change.before), std::pair("aliased", &change.now)}) {
            if (other->empty()) continue;
            kinds.emplace_back(kind);
            changed.push_back(change.home);
            others.push_back(*other);
        }
    }
    tx_.queue(sql::kSetSurvivors, pg::Params()
                                      .text_array(std::span<std::string const>(homes))
                                      .text_array(std::span<std::string const>(survivors)));
    tx_.queue(sql::kHistories, pg::Params()
                                   .text_array(std::span<std::string const>(kinds))
                                   .text_array(std::span<std::string const>(changed))
                                   .text_array(std::span<std::string const>(others)));
}

/// First every alias that ends, then ids that are new, then every alias that begins: nobody sees a
/// circle.
Status Linking::tell_aliases() {
    auto const watchers = context_.ports.all<core::PatientWatcherPort>();
    for (AliasChange const& change : plan_.changes) {
        if (change.before.empty()) continue;
        for (auto* watcher : watchers)
            TRY(watcher->patient_unmerged(tx_, change.home, change.before));
    }
    TRY(tell_added());
    std::set<std::string_view> const told(added_.begin(), added_.end());
    for (AliasChange const& change : plan_.changes) {
        if (change.now.empty() || told.contains(change.home)) continue;
        for (auto* watcher : watchers) TRY(watcher->patient_merged(tx_, change.home, change.now));
    }
    return {};
}

/// Records that were one person and are no longer: what one of them published under a regional id
/// that now belongs to another goes with it.
Status Linking::tell_moves(std::vector<std::vector<RecordKey>> const& groups) {
    std::map<RecordKey, std::size_t> group_of;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (RecordKey const key : groups[g]) group_of[key] = g;
    }
    std::map<std::int64_t, std::vector<Record const*>> persons;
    for (Record const& record : before_) {
        if (!fresh_.contains(record.key)) persons[record.person].push_back(&record);
    }
    for (auto const& [person, members] : persons) {
        // Where each record's documents belong now; and the ids that belong to somebody else.
        std::map<std::pair<std::size_t, std::string>, std::vector<domain::PatientId>> leaving;
        std::map<std::string, std::size_t> homes;
        std::set<std::size_t> parts;
        for (Record const* record : members) {
            homes[plan_.homes.at(record->key)] = group_of.at(record->key);
            parts.insert(group_of.at(record->key));
        }
        if (parts.size() < 2) continue;
        for (Record const* record : members) {
            domain::PatientId const& id = TRY(content(record->key))->id.id;
            if (id.id.empty()) continue;  // from before records kept their ids: never told again
            leaving[{group_of.at(record->key), plan_.stands_for(record->key)}].push_back(id);
        }
        for (auto const& [where, ids] : leaving) {
            for (auto const& [home, group] : homes) {
                if (group == where.first || home == where.second) continue;
                for (auto* watcher : context_.ports.all<core::PatientWatcherPort>())
                    TRY(watcher->source_ids_moved(tx_, ids, home, where.second));
            }
        }
    }
    return {};
}

Status Linking::tell_sets(std::vector<std::vector<RecordKey>> const& groups) {
    auto const watchers = context_.ports.all<core::CrossReferenceWatcherPort>();
    if (watchers.empty()) return {};
    std::map<std::int64_t, std::set<RecordKey>> sets;
    for (Record const& record : before_) {
        if (record.active() && !fresh_.contains(record.key)) sets[record.person].insert(record.key);
    }
    std::set<std::set<RecordKey>> before;
    for (auto& [person, set] : sets) before.insert(std::move(set));
    for (auto const& group : groups) {
        std::set<RecordKey> active;
        bool changed = false;
        for (RecordKey const key : group) {
            if (find(key)->active()) active.insert(key);
            changed = changed || changed_.contains(key);
        }
        if (active.empty() || (!changed && before.contains(active))) continue;
        std::vector<domain::LocalId> ids;
        for (RecordKey const key : active) {
            domain::LocalId id = TRY(content(key))->id;
            if (!id.id.id.empty()) ids.push_back(std::move(id));
        }
        std::sort(ids.begin(), ids.end(), [](auto const& x, auto const& y) {
            return std::tie(x.id.authority, x.id.id) < std::tie(y.id.authority, y.id.id);
        });
        for (auto* watcher : watchers)
            TRY(watcher->ids_changed(tx_, plan_.stands_for(*active.begin()), ids));
    }
    return {};
}

}  // namespace musubi::mpi
