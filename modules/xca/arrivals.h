#pragma once
// Several errands as one that others can be added to while it goes on: whoever waits goes on when
// all of them are done, or as soon as one is that something depends on. It may be waited for again
// and again, one at a time. Thread-safe; the errands are kept by others.

#include "core/errand.h"

#include <atomic>
#include <memory>
#include <mutex>

namespace musubi::xca {

class Arrivals final : public core::Errand, public std::enable_shared_from_this<Arrivals> {
public:
    enum class Wakes : std::uint8_t { kWithTheLast, kAtOnce };
    struct Part {
        std::atomic<bool> done{false};
    };
    /// The errand may be done already.
    std::shared_ptr<Part const> add(core::Errand& errand, Wakes wakes);
    bool all_done() const;

    void when_done(std::function<void()> done) override;

private:
    void arrived(Wakes wakes);

    mutable std::mutex mutex_;
    int under_way_ = 0;
    bool news_ = false;  ///< somebody depends on what arrived, and was not told yet
    std::function<void()> waiting_;
};

}  // namespace musubi::xca
