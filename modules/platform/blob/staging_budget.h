#pragma once
// How much may be on its way through this node at a time (passing_spool.h), so that no asker fills
// the disk. Thread-safe.

#include "platform/base/result.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace musubi::blob {

/// Of kTooLarge: it is the request that has too much, whatever the object.
inline constexpr Reason kReasonRequestFull{0xFA01};

/// Octets that may be held, by one request or by all together.
class StagingBudget {
public:
    explicit StagingBudget(std::uint64_t most) : most_(most) {}
    bool take(std::uint64_t octets);
    void give_back(std::uint64_t octets) { held_ -= octets; }
    std::uint64_t held() const { return held_; }
    std::uint64_t most() const { return most_; }

private:
    std::uint64_t const most_;
    std::atomic<std::uint64_t> held_{0};
};

/// What is taken of both budgets by one object, until it was sent or given up.
class StagingShare {
public:
    StagingShare(std::shared_ptr<StagingBudget> of_all, std::shared_ptr<StagingBudget> of_request)
        : of_all_(std::move(of_all)), of_request_(std::move(of_request)) {}
    ~StagingShare();
    StagingShare(StagingShare const&) = delete;
    StagingShare& operator=(StagingShare const&) = delete;
    /// kTooLarge: beyond what one request may have; kBusy: others hold too much now.
    Status take(std::uint64_t octets);

private:
    std::shared_ptr<StagingBudget> const of_all_, of_request_;
    std::uint64_t taken_ = 0;
};

}  // namespace musubi::blob
