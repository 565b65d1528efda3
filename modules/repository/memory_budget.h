#pragma once
// How much memory something may hold in the whole process. Nobody waits for it: who gets no share
// does the work in a way that needs none. Thread-safe; outlives its shares. Units: octets.

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace musubi::repository {

class MemoryBudget {
public:
    explicit MemoryBudget(std::uint64_t size) : left_(size) {}
    MemoryBudget(MemoryBudget const&) = delete;
    MemoryBudget& operator=(MemoryBudget const&) = delete;

    /// Gives itself back.
    class Share {
    public:
        Share() = default;
        Share(Share&& other) noexcept
            : budget_(std::exchange(other.budget_, nullptr)), size_(other.size_) {}
        Share& operator=(Share&&) = delete;
        ~Share() {
            if (budget_) budget_->left_ += size_;
        }

    private:
        friend class MemoryBudget;
        Share(MemoryBudget& budget, std::uint64_t size) : budget_(&budget), size_(size) {}
        MemoryBudget* budget_ = nullptr;
        std::uint64_t size_ = 0;
    };

    /// None: too little is left.
    std::optional<Share> take(std::uint64_t size) {
        std::uint64_t left = left_.load();
        while (left >= size) {
            if (left_.compare_exchange_weak(left, left - size)) return Share(*this, size);
        }
        return std::nullopt;
    }
    std::uint64_t left() const { return left_.load(); }

private:
    std::atomic<std::uint64_t> left_;
};

}  // namespace musubi::repository
