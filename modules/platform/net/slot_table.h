#pragma once
// Inside the room: who owns a connection right now. A connection is parked (nobody's, an event or
// its deadline will fetch it) or owned by exactly one thread. Slots have generations, so an event
// that was harvested for a connection that is gone finds nobody, although the slot and the
// descriptor were used again.
//
// Thread-safety: all members, without locks except insert and erase.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace musubi::net {

struct Connection;

class SlotTable {
public:
    explicit SlotTable(int capacity);

    /// Owned by the caller; 0 when the table is full. Sets the connection's id.
    std::uint64_t insert(std::unique_ptr<Connection> connection);
    /// The owner lets it go for ever and gets it back to destroy it.
    std::unique_ptr<Connection> erase(std::uint64_t id);

    /// Takes a parked connection. Null when it is gone or somebody owns it; that owner is told that
    /// an event came.
    Connection* take(std::uint64_t id);
    /// As take(), for the one who looks at deadlines: an owner is not disturbed.
    Connection* take_if_parked(int index, std::uint64_t* id);
    /// The owner parks it. False: an event came meanwhile, the connection must be offered again (it
    /// is parked). Neither case leaves the caller with any right to the connection.
    bool park(std::uint64_t id, std::int64_t deadline_ms, bool idle);

    int high_water() const { return high_water_.load(std::memory_order_acquire); }
    bool parked(int index, std::int64_t* deadline_ms, bool* idle) const;

private:
    enum State : std::uint64_t { kFree, kOwned, kOwnedWithEvent, kParked };
    struct Slot {
        std::atomic<std::uint64_t> word{kFree};  ///< generation << 2 | state
        std::atomic<std::int64_t> deadline_ms{0};
        std::atomic<bool> idle{false};
        Connection* connection = nullptr;
    };
    static std::uint64_t index_of(std::uint64_t id) { return id & 0xffffffff; }
    static std::uint64_t word_of(std::uint64_t id, State state) { return (id >> 32) << 2 | state; }

    std::vector<Slot> slots_;
    std::mutex mutex_;
    std::vector<std::uint32_t> free_;
    std::atomic<int> high_water_{0};
};

}  // namespace musubi::net
