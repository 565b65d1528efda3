#include "binding/soap_http/reply_delivery.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>

namespace musubi::binding {

ReplyDelivery::ReplyDelivery(Post post, Settings settings)
    : post_(std::move(post)),
      settings_(settings),
      promised_(std::make_shared<std::atomic<std::size_t>>(0)),
      letterbox_(std::make_shared<Letterbox>()) {
    letterbox_->owner = this;
    for (int i = 0; i < settings_.threads; ++i) threads_.emplace_back([this] { work(); });
}

ReplyDelivery::~ReplyDelivery() {
    {
        std::lock_guard const lock(letterbox_->mutex);
        letterbox_->owner = nullptr;
    }
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void ReplyDelivery::deliver(std::string address, core::HttpReply reply) {
    std::lock_guard const lock(mutex_);
    if (waiting_.size() >= settings_.max_waiting) {
        counter("musubi_async_replies_total", "outcome=\"dropped\"").add();
        log_warning("async.dropped", {{"reason", "too many answers wait"}});
        return;
    }
    waiting_.push_back({std::move(address), std::move(reply), 0, std::chrono::steady_clock::now()});
    changed_.notify_all();
}

std::shared_ptr<void> ReplyDelivery::promise() {
    std::lock_guard const lock(mutex_);
    if (waiting_.size() + *promised_ >= settings_.max_waiting) return nullptr;
    ++*promised_;
    return {promised_.get(), [promised = promised_](void*) { --*promised; }};
}

std::function<void(ReplyDelivery::Job)> ReplyDelivery::job_taker() const {
    return [letterbox = letterbox_](Job job) {
        std::lock_guard const lock(letterbox->mutex);
        if (letterbox->owner) letterbox->owner->take(std::move(job));
    };
}

void ReplyDelivery::take(Job job) {
    std::lock_guard const lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_all();
}

/// What is due first of those whose address is free.
ReplyDelivery::Queue::iterator ReplyDelivery::next() {
    auto best = waiting_.end();
    for (auto item = waiting_.begin(); item != waiting_.end(); ++item) {
        if (busy_.contains(item->address)) continue;
        if (best == waiting_.end() || item->due < best->due) best = item;
    }
    return best;
}

void ReplyDelivery::work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (!jobs_.empty()) {
            Job const job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            try {
                job();
            } catch (std::exception const&) {
                log_error("async.job_threw");
            }
            lock.lock();
            continue;
        }
        auto const found = next();
        if (found == waiting_.end()) {
            changed_.wait(lock);
        } else if (found->due > std::chrono::steady_clock::now()) {
            // A copy: another thread may take the item away meanwhile.
            auto const due = found->due;
            changed_.wait_until(lock, due);
        } else {
            Waiting item = std::move(*found);
            waiting_.erase(found);
            busy_.insert(item.address);
            lock.unlock();
            auto const sent = post_(item.address, item.reply);
            lock.lock();
            busy_.erase(item.address);
            finish(std::move(item), sent);
            changed_.notify_all();
        }
    }
}

void ReplyDelivery::finish(Waiting item, Status const& sent) {
    if (sent) {
        counter("musubi_async_replies_total", "outcome=\"delivered\"").add();
        return;
    }
    log_warning("async.failed",
                {{"attempt", std::to_string(item.failures + 1)}, {"detail", sent.error().detail}});
    if (++item.failures == settings_.attempts) {
        counter("musubi_async_replies_total", "outcome=\"dropped\"").add();
        return;
    }
    item.due =
        std::chrono::steady_clock::now() + settings_.first_pause * (1 << (item.failures - 1));
    waiting_.push_back(std::move(item));
}

}  // namespace musubi::binding
