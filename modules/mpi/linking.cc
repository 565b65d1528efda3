#include "mpi/linking.h"

#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/log.h"

#include <algorithm>
#include <cmath>

namespace musubi::mpi {
namespace {

/// Persons that hang together by links that may or may not hold: more are left for people.
constexpr std::size_t kMaxLoaded = 2'000;

std::vector<std::int64_t> sorted_locks(std::set<std::int64_t> const& persons) {
    std::vector<std::int64_t> keys;
    for (std::int64_t const person : persons) keys.push_back(lock_key(person));
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

EdgeVerdict verdict_of(match::Verdict verdict) {
    switch (verdict) {
        case match::Verdict::kSeparate: return EdgeVerdict::kSeparate;
        case match::Verdict::kReview: return EdgeVerdict::kReview;
        case match::Verdict::kLink: return EdgeVerdict::kLink;
    }
    return EdgeVerdict::kSeparate;
}

}  // namespace

void note(Edge& edge, match::Evidence const& evidence, std::int16_t weights_version) {
    edge.verdict = verdict_of(evidence.verdict);
    edge.score = std::round(evidence.score * 1000) / 1000;
    edge.weights_version = weights_version;
    edge.levels.clear();
    for (match::Comparison const& c : evidence.comparisons) {
        edge.levels.append(c.name).append(" ").append(c.level).append("=");
        edge.levels.append(std::to_string(std::lround(c.bits * 10))).append(";");
    }
    for (std::string_view const guard : evidence.guards)
        edge.levels.append("guard ").append(guard).append(";");
}

Status Linking::lock_persons(std::set<std::int64_t> const& persons) {
    std::set<std::int64_t> fresh;
    std::set_difference(persons.begin(), persons.end(), persons_.begin(), persons_.end(),
                        std::inserter(fresh, fresh.end()));
    if (holds_index_) {
        persons_.insert(fresh.begin(), fresh.end());
        return {};
    }
    if (persons_.empty()) {
        tx_.queue(sql::kLock, pg::Params().int8_array(sorted_locks(fresh)));
    } else if (!fresh.empty()) {
        pg::Rows const rows =
            TRY(tx_.exec(sql::kTryLock, pg::Params().int8_array(sorted_locks(fresh))));
        if (!rows.front().boolean(0))
            return Error(Code::kBusy, "another feed is changing the same persons");
    }
    persons_.insert(fresh.begin(), fresh.end());
    return {};
}

Result<std::set<RecordKey>> Linking::load_persons() {
    std::vector<std::int64_t> const persons(persons_.begin(), persons_.end());
    std::vector<Edge> edges;
    records_.clear();
    for (pg::Row const row : TRY(tx_.exec(sql::kWholePersons, pg::Params().int8_array(persons)))) {
        if (row.int64(0) == 0)
            records_.push_back(read_record(row));
        else
            edges.push_back(read_edge(row, 13));
    }
    std::sort(records_.begin(), records_.end(),
              [](Record const& x, Record const& y) { return x.key < y.key; });
    edges_.clear();
    edge_at_.clear();
    std::set<RecordKey> outside;
    for (Edge& edge : edges) {
        bool const inside_a = find(edge.a), inside_b = find(edge.b);
        if (inside_a && inside_b) {
            if (edge_at_.try_emplace({edge.a, edge.b}, edges_.size()).second)
                edges_.push_back(std::move(edge));
        } else if (edge.state == EdgeState::kConfirmed ||
                   (edge.state != EdgeState::kRejected && edge.verdict == EdgeVerdict::kLink)) {
            outside.insert(inside_a ? edge.b : edge.a);
        }
    }
    return outside;
}

Result<std::set<std::int64_t>> Linking::persons_of(std::set<RecordKey> const& records) {
    std::vector<std::int64_t> const keys(records.begin(), records.end());
    std::set<std::int64_t> persons;
    for (pg::Row const row : TRY(tx_.exec(sql::kPersonsOf, pg::Params().int8_array(keys))))
        persons.insert(row.int64(0));
    return persons;
}

Status Linking::load(std::set<RecordKey> const& records, std::set<std::int64_t> const& persons) {
    std::set<RecordKey> needed = records;
    std::set<std::int64_t> look = persons;
    for (;;) {
        if (look.empty()) look = TRY(persons_of(needed));
        TRY(lock_persons(look));
        look.clear();
        auto const outside = TRY(load_persons());
        bool const complete = std::all_of(needed.begin(), needed.end(),
                                          [&](RecordKey key) { return find(key) != nullptr; });
        if (!complete) continue;  // one of them moved to another person while we waited
        if (outside.empty()) break;
        if (records_.size() > kMaxLoaded && !holds_index_) {
            log_warning("mpi.persons_too_many", {{"records", std::to_string(records_.size())}});
            break;
        }
        needed.insert(outside.begin(), outside.end());
    }
    before_ = records_;
    edges_before_ = edges_;
    return {};
}

void Linking::load_alone(Record record) {
    records_ = {std::move(record)};
    before_ = records_;
}

Record* Linking::find(RecordKey key) {
    auto const found = std::lower_bound(
        records_.begin(), records_.end(), key,
        [](Record const& record, RecordKey wanted) { return record.key < wanted; });
    return found != records_.end() && found->key == key ? &*found : nullptr;
}

Edge const* Linking::find_edge(RecordKey x, RecordKey y) const {
    auto const found = edge_at_.find(ends(x, y));
    return found == edge_at_.end() ? nullptr : &edges_[found->second];
}

Edge& Linking::edge(RecordKey x, RecordKey y) {
    auto const pair = ends(x, y);
    auto const [place, made] = edge_at_.try_emplace(pair, edges_.size());
    if (!made) return edges_[place->second];
    Edge edge;
    edge.a = pair.first;
    edge.b = pair.second;
    edge.decided_by = "matching";
    edges_.push_back(std::move(edge));
    return edges_.back();
}

Result<Linking::Known*> Linking::known(RecordKey key) {
    auto const found = known_.find(key);
    if (found != known_.end()) return &found->second;
    Record const* record = find(key);
    if (!record) return Error(Code::kInternal, "a record that was not loaded");
    Known made;
    made.content = TRY(context_.open(*record));
    if (context_.matching && !record->sealed.empty())
        made.subject = context_.matching->prepare(made.content.person);
    return &known_.emplace(key, std::move(made)).first->second;
}

Result<RecordContent const*> Linking::content(RecordKey key) { return &TRY(known(key))->content; }

Result<Matching::Subject const*> Linking::subject(RecordKey key) {
    return TRY(known(key))->subject.get();
}

Status Linking::judge(RecordKey x, RecordKey y) {
    Matching::Subject const* one = TRY(subject(x));
    Matching::Subject const* other = TRY(subject(y));
    if (!one || !other) return {};
    match::Evidence const evidence = context_.matching->compare(*one, *other);
    Edge const* known = find_edge(x, y);
    if (!known && evidence.verdict == match::Verdict::kSeparate) return {};
    Edge& pair = edge(x, y);
    note(pair, evidence, context_.matching->version());
    if (pair.state == EdgeState::kConfirmed && evidence.score < context_.matching->separate_below())
        log_warning("mpi.confirmed_pair_differs",
                    {{"a", std::to_string(pair.a)}, {"b", std::to_string(pair.b)}});
    if (!pair.decided_by_people()) pair.decided_by = "matching";
    return {};
}

}  // namespace musubi::mpi
