#pragma once
// Working memory that is lent for one call at a time, the one given back last first: it is still in
// the processor's cache. One for each thread would be cold nearly every time, where there are many
// more threads than processors. Thread-safe; outlives what it lends. Holds as many as were ever
// lent at a time.

#include <memory>
#include <mutex>
#include <vector>

namespace musubi {

template <class Owned>
class LifoPool {
public:
    explicit LifoPool(Owned (*make)()) : make_(make) {}
    LifoPool(LifoPool const&) = delete;
    LifoPool& operator=(LifoPool const&) = delete;

    class Lent {
    public:
        Lent(LifoPool& pool, Owned one) : pool_(pool), one_(std::move(one)) {}
        Lent(Lent const&) = delete;
        Lent& operator=(Lent const&) = delete;
        ~Lent() {
            std::lock_guard const lock(pool_.mutex_);
            pool_.idle_.push_back(std::move(one_));  // has the room since it was taken
        }
        auto* get() const { return one_.get(); }

    private:
        LifoPool& pool_;
        Owned one_;
    };

    Lent lend() {
        {
            std::lock_guard const lock(mutex_);
            if (!idle_.empty()) {
                Owned one = std::move(idle_.back());
                idle_.pop_back();
                return Lent(*this, std::move(one));
            }
            idle_.reserve(++made_);
        }
        return Lent(*this, make_());
    }

private:
    Owned (*const make_)();
    std::mutex mutex_;
    std::vector<Owned> idle_;  // guarded by mutex_
    std::size_t made_ = 0;     // guarded by mutex_
};

}  // namespace musubi
