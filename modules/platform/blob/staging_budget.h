#pragma once
// What is only on its way through this node (images from an archive or another community to whoever
// asked): sealed files of the blob store's staging folder (small ones in memory), counted, so that
// no asker fills the disk. Thread-safe.

#include "platform/base/content.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace musubi::blob {

/// Octets that may be held, by one request or by all together.
class StagingBudget {
public:
    explicit StagingBudget(std::uint64_t most) : most_(most) {}
    bool take(std::uint64_t octets);
    void give_back(std::uint64_t octets) { held_ -= octets; }
    std::uint64_t held() const { return held_; }

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

class PassingContent final : public Content {
public:
    PassingContent(std::shared_ptr<ReceivedContent> content, std::unique_ptr<StagingShare> share)
        : share_(std::move(share)), content_(std::move(content)) {}
    std::uint64_t size() const override { return content_->size(); }
    Status read(ByteSink const& sink) const override { return content_->read(sink); }
    Bytes const* in_memory() const override { return content_->in_memory(); }

private:
    std::unique_ptr<StagingShare> const share_;  ///< given back when the octets are gone
    std::shared_ptr<ReceivedContent> const content_;
};

}  // namespace musubi::blob
