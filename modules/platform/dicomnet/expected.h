#pragma once
// Inside the room: which objects are asked for right now with C-MOVE, so that nothing else is
// taken from whoever stores with us. Thread-safe.

#include "platform/dicomnet/archive.h"

#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace musubi::dicomnet {

/// One object that somebody waits for. Filled by the thread of the association that brings it,
/// while the one that asked waits.
class Wanted {
public:
    Wanted(std::string instance, Offer offer, Patience patience, ObjectReader& reader)
        : instance_(std::move(instance)),
          offer_(std::move(offer)),
          patience_(std::move(patience)),
          reader_(&reader) {}

    /// kPeerUnavailable when nobody waits any more.
    Status piece(ByteView octets);
    void finish(Status outcome);

    bool claimed() const;
    /// The outcome, when there is one by then.
    std::optional<Status> outcome(std::chrono::steady_clock::time_point until);
    /// The reader is not used from here on.
    void withdraw();
    bool withdrawn() const;

    std::string const& instance() const { return instance_; }
    Offer const& offer() const { return offer_; }
    Patience const& patience() const { return patience_; }

private:
    friend class Expected;
    std::string const instance_;
    Offer const offer_;
    Patience const patience_;
    mutable std::mutex mutex_;
    std::condition_variable done_;
    ObjectReader* reader_;           // guarded by mutex_; null: withdrawn
    bool claimed_ = false;           // guarded by mutex_
    std::optional<Status> outcome_;  // guarded by mutex_
};

class Expected {
public:
    /// Expected until it is forgotten. `archive`: our name for who shall send it.
    std::shared_ptr<Wanted> expect(std::string const& archive, std::string const& instance,
                                   Offer const& offer, Patience const& patience,
                                   ObjectReader& reader);
    void forget(std::string const& archive, std::shared_ptr<Wanted> const& wanted);

    /// Whoever asked first for it and waits still; null: nobody does.
    std::shared_ptr<Wanted> claim(std::string const& archive, std::string_view instance,
                                  std::string_view sop_class, std::string_view transfer_syntax);
    /// Whether several wait for it: each may get what another one's request brought.
    bool is_shared(std::string const& archive, std::string_view instance) const;
    /// "class syntax" of all that is expected of this archive now.
    std::set<std::string> kinds(std::string const& archive) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::list<std::shared_ptr<Wanted>>> wanted_;  // guarded by mutex_
};

}  // namespace musubi::dicomnet
