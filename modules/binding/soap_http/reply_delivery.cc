#include "binding/soap_http/reply_delivery.h"

#include "platform/base/log.h"
#include "platform/base/metrics.h"

#include <algorithm>

namespace musubi::binding {

ReplyDelivery::ReplyDelivery(Post post, Settings settings)
    : post_(std::move(post)), settings_(settings), thread_([this] { work(); }) {}

ReplyDelivery::~ReplyDelivery() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
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

void ReplyDelivery::work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        auto const next =
            std::min_element(waiting_.begin(), waiting_.end(),
                             [](Waiting const& a, Waiting const& b) { return a.due < b.due; });
        if (next == waiting_.end()) {
            changed_.wait(lock);
        } else if (next->due > std::chrono::steady_clock::now()) {
            changed_.wait_until(lock, next->due);
        } else {
            Waiting item = std::move(*next);
            waiting_.erase(next);
            lock.unlock();
            attempt(std::move(item));
            lock.lock();
        }
    }
}

void ReplyDelivery::attempt(Waiting item) {
    auto const sent = post_(item.address, item.reply);
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
    std::lock_guard const lock(mutex_);
    waiting_.push_back(std::move(item));
}

}  // namespace musubi::binding
