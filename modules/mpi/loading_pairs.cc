// The second half of Loading: who may be the same person, and what follows.

#include "mpi/loading.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>

namespace musubi::mpi {
namespace {

/// `work(i)` for every i < count, in no order, on this thread and another one. Opening and
/// comparing records is half of what a load computes.
template <class F>
Status side_by_side(std::size_t count, F const& work) {
    constexpr std::size_t kWorthAThread = 64;
    std::atomic<std::size_t> next{0};
    auto const run = [&]() -> Status {
        for (std::size_t i = next++; i < count; i = next++) TRY(work(i));
        return {};
    };
    if (count < kWorthAThread) return run();
    auto other = std::async(std::launch::async, run);
    Status mine = run();
    Status theirs = other.get();
    TRY(std::move(mine));
    return theirs;
}

}  // namespace

Status Loading::find_pairs() {
    // Sorted: what lies in one page of the index is looked up together.
    std::vector<std::string_view> texts;
    for (Fresh const* fresh : fresh_) {
        for (Bytes const& token : fresh->tokens.blocking) texts.push_back(as_text(token));
    }
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    if (texts.empty()) return {};
    std::vector<ByteView> tokens;
    for (std::string_view const text : texts) tokens.push_back(as_bytes(text));
    std::vector<std::vector<RecordKey>> members(tokens.size());
    for (pg::Row const row :
         TRY(tx_.exec(sql::kBlockMembers, pg::Params().bytea_array(tokens).int8(kMaxBlock))))
        members[static_cast<std::size_t>(row.int64(0) - 1)].push_back(row.int64(1));
    auto const number_of = [&](Bytes const& token) {
        auto const found = std::lower_bound(texts.begin(), texts.end(), as_text(token));
        return static_cast<std::size_t>(found - texts.begin());
    };
    // Each record sees those before it, as if it had come alone.
    std::vector<std::pair<std::size_t, RecordKey>> pairs;
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
        std::vector<RecordKey> others;
        for (Bytes const& token : fresh_[i]->tokens.blocking) {
            auto& block = members[number_of(token)];
            if (block.size() <= static_cast<std::size_t>(kMaxBlock))
                others.insert(others.end(), block.begin(), block.end());
            block.push_back(fresh_[i]->record.key);
        }
        std::sort(others.begin(), others.end());
        others.erase(std::unique(others.begin(), others.end()), others.end());
        for (RecordKey const other : others) {
            if (other != fresh_[i]->record.key) pairs.emplace_back(i, other);
        }
    }
    return compare(pairs);
}

Status Loading::compare(std::vector<std::pair<std::size_t, RecordKey>> const& pairs) {
    struct Known {
        Matching::Subject const* subject = nullptr;
        std::unique_ptr<Matching::Subject> owned;
        std::int64_t person = 0;
    };
    std::map<RecordKey, Known> known;
    for (Fresh const* fresh : fresh_)
        known[fresh->record.key] = {fresh->subject.get(), nullptr, fresh->record.person};
    std::set<RecordKey> wanted;
    for (auto const& [item, key] : pairs) {
        if (!known.contains(key)) wanted.insert(key);
    }
    std::vector<std::int64_t> const keys(wanted.begin(), wanted.end());
    std::vector<Record> there;
    if (!keys.empty())
        there = read_records(TRY(tx_.exec(sql::kRecordsByKey, pg::Params().int8_array(keys))));
    std::erase_if(there, [](Record const& record) { return !record.active(); });
    std::vector<Known> opened(there.size());
    TRY(side_by_side(there.size(), [&](std::size_t i) -> Status {
        opened[i].owned = context_.matching->prepare(TRY(context_.open(there[i])).person);
        opened[i].subject = opened[i].owned.get();
        opened[i].person = there[i].person;
        return {};
    }));
    for (std::size_t i = 0; i < there.size(); ++i) known[there[i].key] = std::move(opened[i]);
    std::vector<match::Evidence> evidence(pairs.size());
    TRY(side_by_side(pairs.size(), [&](std::size_t i) -> Status {
        auto const other = known.find(pairs[i].second);
        if (other == known.end()) return {};
        evidence[i] =
            context_.matching->compare(*fresh_[pairs[i].first]->subject, *other->second.subject);
        return {};
    }));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (evidence[i].verdict == match::Verdict::kSeparate) continue;
        Record const& record = fresh_[pairs[i].first]->record;
        persons_.insert({record.person, known.at(pairs[i].second).person});
        pairs_.push_back({record.key, pairs[i].second, std::move(evidence[i])});
    }
    return {};
}

Status Loading::link() {
    std::set<RecordKey> needed;
    for (Pair const& pair : pairs_) needed.insert({pair.a, pair.b});
    auto const watchers = context_.ports.all<core::CrossReferenceWatcherPort>();
    for (Fresh const* fresh : fresh_) {
        if (fresh->record.owns_home) {
            // Its regional id may have been somebody's alias before it was fed.
            needed.insert(fresh->record.key);
            persons_.insert(fresh->record.person);
        } else if (!needed.contains(fresh->record.key)) {
            for (auto* watcher : watchers)
                TRY(watcher->ids_changed(tx_, fresh->record.home, {fresh->content.id}));
        }
    }
    if (needed.empty()) return linking_.tell_added();
    TRY(linking_.load(needed, persons_));
    for (Pair const& pair : pairs_)
        note(linking_.edge(pair.a, pair.b), pair.evidence, context_.matching->version());
    TRY(linking_.settle());
    return {};
}

}  // namespace musubi::mpi
