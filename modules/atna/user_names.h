#pragma once
// Names of users on their way to the tokens by which the log review finds people of the same name.
// A name stays in memory until the next turn of the review's thread and is then forgotten; a crash
// before loses it until the user is met again. Thread-safe. At most kMostWaiting users wait, and
// kMostKnown are remembered as told.

#include "atna/entry.h"
#include "core/namesake_port.h"
#include "platform/pg/pool.h"

#include <map>
#include <mutex>

namespace musubi::atna {

inline constexpr std::size_t kMostWaiting = 10'000, kMostKnown = 100'000;

class UserNames final : public core::UserNamesPort {
public:
    void user_met(std::string const& user_id, std::string const& name) override;
    /// Writes down who waits; on an error they wait on. Returns how many users were new.
    Result<int> write_down(pg::Pool& pool, EntrySealer const& sealer,
                           core::FamilyNamePort const& families);

private:
    std::mutex mutex_;
    std::map<std::string, std::string> waiting_;  // guarded by mutex_; user id -> name
    std::set<std::size_t> known_;                 // guarded by mutex_; hashes of both
};

/// Of these users those that are known, each with the tokens of the family name.
Result<std::map<Bytes, std::vector<Bytes>>> families_of(pg::Pool& pool,
                                                        std::vector<Bytes> const& user_tokens);

}  // namespace musubi::atna
