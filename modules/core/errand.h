#pragma once
// Something under way at neighbours that ends by itself: with their answers or at its deadline. A
// request that waits for one is parked and holds no thread, no work slot and no database
// connection.

#include <functional>

namespace musubi::core {

class Errand {
public:
    virtual ~Errand() = default;
    /// `done` is called exactly once, by any thread, as soon as nothing is awaited any more; at
    /// once, inside this call, when that is so already. It must be short and must not throw. Call
    /// once.
    virtual void when_done(std::function<void()> done) = 0;
};

}  // namespace musubi::core
