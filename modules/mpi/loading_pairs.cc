// The second half of Loading: who may be the same person, and what follows.

#include "mpi/loading.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/fault.h"

#include <algorithm>
#include <map>

namespace musubi::mpi {

Status Loading::find_pairs() {
    std::map<ByteView, std::size_t, bool (*)(ByteView, ByteView)> numbers(
        [](ByteView x, ByteView y) {
            return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
        });
    std::vector<ByteView> tokens;
    for (Fresh const* fresh : fresh_) {
        for (Bytes const& token : fresh->tokens.blocking) {
            if (numbers.emplace(token, tokens.size()).second) tokens.emplace_back(token);
        }
    }
    if (tokens.empty()) return {};
    std::vector<std::vector<RecordKey>> members(tokens.size());
    for (pg::Row const row :
         TRY(tx_.exec(sql::kBlockMembers, pg::Params().bytea_array(tokens).int8(kMaxBlock))))
        members[static_cast<std::size_t>(row.int64(0) - 1)].push_back(row.int64(1));
    // Each record sees those before it, as if it had come alone.
    std::vector<std::pair<std::size_t, RecordKey>> pairs;
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
        std::vector<RecordKey> others;
        for (Bytes const& token : fresh_[i]->tokens.blocking) {
            auto& block = members[numbers.at(token)];
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
    if (!keys.empty()) {
        for (pg::Row const row : TRY(tx_.exec(sql::kRecordsByKey, pg::Params().int8_array(keys)))) {
            Record const record = read_record(row);
            if (!record.active()) continue;
            Known made;
            made.owned = context_.matching->prepare(TRY(context_.open(record)).person);
            made.subject = made.owned.get();
            made.person = record.person;
            known[record.key] = std::move(made);
        }
    }
    for (auto const& [item, key] : pairs) {
        auto const other = known.find(key);
        if (other == known.end()) continue;
        Fresh const& fresh = *fresh_[item];
        match::Evidence evidence =
            context_.matching->compare(*fresh.subject, *other->second.subject);
        if (evidence.verdict == match::Verdict::kSeparate) continue;
        persons_.insert({fresh.record.person, other->second.person});
        pairs_.push_back({fresh.record.key, key, std::move(evidence)});
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
    if (needed.empty()) return {};
    TRY(linking_.load(needed, persons_));
    for (Pair const& pair : pairs_)
        note(linking_.edge(pair.a, pair.b), pair.evidence, context_.matching->version());
    TRY(linking_.settle());
    return {};
}

}  // namespace musubi::mpi
