#pragma once
// Inside the room: holding, or waiting for, a place at a Gate on behalf of one connection.

#include "platform/net/engine.h"
#include "platform/net/gate.h"

namespace musubi::net {

/// The place of one connection at a gate, given back when it ends.
class GatePlace {
public:
    enum class Heir : std::uint8_t {
        kAnybody,     ///< who gets the place is offered to all workers
        kThisWorker,  ///< the worker that leaves goes on with it: Engine::hand_over()
    };
    GatePlace(Gate& gate, Engine& engine, Heir heir = Heir::kAnybody)
        : gate_(gate), engine_(engine), heir_(heir) {}
    ~GatePlace() { leave(); }
    GatePlace(GatePlace const&) = delete;
    GatePlace& operator=(GatePlace const&) = delete;

    /// True when held; false: waiting, the engine will post `id`.
    bool enter(std::uint64_t id) {
        if (state_ == State::kOutside) {
            id_ = id;
            // Before the place can be handed over by another thread.
            state_ = State::kWaiting;
            if (gate_.enter(id)) state_ = State::kHeld;
        } else if (state_ == State::kWaiting && !gate_.is_waiting(id)) {
            state_ = State::kHeld;
        }
        return state_ == State::kHeld;
    }
    void leave() {
        if (state_ == State::kWaiting && gate_.abandon(id_)) state_ = State::kOutside;
        if (state_ != State::kOutside) {
            if (auto const next = gate_.leave()) {
                heir_ == Heir::kThisWorker ? engine_.hand_over(*next) : engine_.post(*next);
            }
        }
        state_ = State::kOutside;
    }

private:
    enum class State : std::uint8_t { kOutside, kWaiting, kHeld };
    Gate& gate_;
    Engine& engine_;
    Heir const heir_;
    State state_ = State::kOutside;
    std::uint64_t id_ = 0;
};

}  // namespace musubi::net
