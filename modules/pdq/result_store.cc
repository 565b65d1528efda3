#include "pdq/result_store.h"

#include <algorithm>

namespace musubi::pdq {

ResultStore::ResultStore(Clock const& clock, IdSource& ids, Sealing sealing, Limits limits)
    : clock_(clock), ids_(ids), sealing_(std::move(sealing)), limits_(limits) {}

void ResultStore::forget_old(Time now) {
    while (!entries_.empty() && now - entries_.front().used >= limits_.lifetime)
        entries_.pop_front();
}

ResultStore::Entries::iterator ResultStore::locate(ResultKey const& key,
                                                   std::string const& handle) {
    // From the back: with an empty handle the latest one counts.
    for (auto at = entries_.end(); at != entries_.begin();) {
        --at;
        if (at->key == key && (handle.empty() || at->handle == handle)) return at;
    }
    return entries_.end();
}

Result<std::string> ResultStore::keep(ResultKey const& key, KeptResult result) {
    Entry entry{key, ids_.uuid().to_string(), std::move(result), {}, clock_.monotonic()};
    if (!entry.result.question.empty()) {
        entry.sealed = TRY(sealing_.seal(key.member, entry.result.question));
        entry.result.question.clear();
    }
    std::lock_guard const lock(mutex_);
    forget_old(entry.used);
    auto const of_member = [&](Entry const& other) { return other.key.member == key.member; };
    auto const held =
        static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), of_member));
    if (held >= limits_.per_member)
        entries_.erase(std::find_if(entries_.begin(), entries_.end(), of_member));
    if (entries_.size() >= limits_.in_total) entries_.pop_front();
    entries_.push_back(std::move(entry));
    return entries_.back().handle;
}

Result<KeptResult> ResultStore::find(ResultKey const& key, std::string const& handle) {
    KeptResult result;
    Bytes sealed;
    {
        std::lock_guard const lock(mutex_);
        Time const now = clock_.monotonic();
        forget_old(now);
        auto const found = locate(key, handle);
        if (found == entries_.end()) return Error(Code::kNotFound, "no such continuation");
        found->used = now;
        entries_.splice(entries_.end(), entries_, found);
        result = found->result;
        sealed = found->sealed;
    }
    if (!sealed.empty()) result.question = TRY(sealing_.open(key.member, sealed));
    return result;
}

void ResultStore::delivered(ResultKey const& key, std::string const& message, std::size_t start,
                            std::size_t next) {
    std::lock_guard const lock(mutex_);
    auto const found = locate(key, "");
    if (found == entries_.end()) return;
    found->result.last_message = message;
    found->result.last_start = start;
    found->result.next = next;
}

void ResultStore::cancel(ResultKey const& key) {
    std::lock_guard const lock(mutex_);
    entries_.remove_if([&](Entry const& entry) { return entry.key == key; });
}

std::size_t ResultStore::size() {
    std::lock_guard const lock(mutex_);
    forget_old(clock_.monotonic());
    return entries_.size();
}

}  // namespace musubi::pdq
