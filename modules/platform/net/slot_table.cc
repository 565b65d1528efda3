#include "platform/net/slot_table.h"

#include "platform/net/engine.h"

namespace musubi::net {

SlotTable::SlotTable(int capacity) : slots_(static_cast<std::size_t>(capacity)) {
    for (int i = capacity - 1; i >= 0; --i) free_.push_back(static_cast<std::uint32_t>(i));
}

std::uint64_t SlotTable::insert(std::unique_ptr<Connection> connection) {
    std::lock_guard const lock(mutex_);
    if (free_.empty()) return 0;
    std::uint32_t const index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    // Generations start at 1 and have 30 bits: an id is never 0 and never one of the engine's
    // tokens.
    std::uint64_t generation = ((slot.word.load(std::memory_order_relaxed) >> 2) + 1) & 0x3fffffff;
    if (generation == 0) generation = 1;
    std::uint64_t const id = generation << 32 | index;
    connection->id = id;
    slot.connection = connection.release();
    slot.word.store(word_of(id, kOwned), std::memory_order_release);
    if (static_cast<int>(index) >= high_water_.load(std::memory_order_relaxed)) {
        high_water_.store(static_cast<int>(index) + 1, std::memory_order_release);
    }
    return id;
}

std::unique_ptr<Connection> SlotTable::erase(std::uint64_t id) {
    std::lock_guard const lock(mutex_);
    Slot& slot = slots_[index_of(id)];
    std::unique_ptr<Connection> connection(slot.connection);
    slot.connection = nullptr;
    slot.word.store(word_of(id, kFree), std::memory_order_release);
    free_.push_back(static_cast<std::uint32_t>(index_of(id)));
    return connection;
}

Connection* SlotTable::take(std::uint64_t id) {
    Slot& slot = slots_[index_of(id)];
    std::uint64_t word = slot.word.load(std::memory_order_acquire);
    while (true) {
        if (word == word_of(id, kParked)) {
            if (slot.word.compare_exchange_weak(word, word_of(id, kOwned),
                                                std::memory_order_acq_rel)) {
                return slot.connection;
            }
        } else if (word == word_of(id, kOwned)) {
            if (slot.word.compare_exchange_weak(word, word_of(id, kOwnedWithEvent),
                                                std::memory_order_acq_rel)) {
                return nullptr;
            }
        } else {
            return nullptr;
        }
    }
}

Connection* SlotTable::take_if_parked(int index, std::uint64_t* id) {
    Slot& slot = slots_[static_cast<std::size_t>(index)];
    std::uint64_t word = slot.word.load(std::memory_order_acquire);
    if ((word & 3) != kParked) return nullptr;
    if (!slot.word.compare_exchange_strong(word, (word & ~std::uint64_t{3}) | kOwned,
                                           std::memory_order_acq_rel)) {
        return nullptr;
    }
    *id = (word >> 2) << 32 | static_cast<std::uint64_t>(index);
    return slot.connection;
}

bool SlotTable::park(std::uint64_t id, std::int64_t deadline_ms, bool idle) {
    Slot& slot = slots_[index_of(id)];
    slot.deadline_ms.store(deadline_ms, std::memory_order_relaxed);
    slot.idle.store(idle, std::memory_order_relaxed);
    std::uint64_t word = word_of(id, kOwned);
    if (slot.word.compare_exchange_strong(word, word_of(id, kParked), std::memory_order_acq_rel)) {
        return true;
    }
    slot.word.store(word_of(id, kParked), std::memory_order_release);
    return false;
}

bool SlotTable::parked(int index, std::int64_t* deadline_ms, bool* idle) const {
    Slot const& slot = slots_[static_cast<std::size_t>(index)];
    if ((slot.word.load(std::memory_order_acquire) & 3) != kParked) return false;
    *deadline_ms = slot.deadline_ms.load(std::memory_order_relaxed);
    *idle = slot.idle.load(std::memory_order_relaxed);
    return true;
}

}  // namespace musubi::net
