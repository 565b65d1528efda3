#include "xca/reply_box.h"

#include <algorithm>

namespace musubi::xca {
namespace {

constexpr std::size_t kRemembered = 4'096;

}  // namespace

class ReplyBox::Slot final : public AwaitedAnswer {
public:
    explicit Slot(Expectation what) : what(std::move(what)) {}

    void when_done(std::function<void()> done) override {
        {
            std::lock_guard const lock(mutex_);
            if (!over_) {
                done_ = std::move(done);
                return;
            }
        }
        done();
    }
    Result<ArrivedReply>& answer() override { return answer_; }
    std::chrono::milliseconds took() const override { return took_; }

    /// Once.
    void end(Result<ArrivedReply> answer) {
        answer_ = std::move(answer);
        took_ = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - since_);
        std::function<void()> done;
        {
            std::lock_guard const lock(mutex_);
            over_ = true;
            done.swap(done_);
        }
        if (done) done();
    }

    Expectation const what;

private:
    std::chrono::steady_clock::time_point const since_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    bool over_ = false;
    std::function<void()> done_;
    Result<ArrivedReply> answer_ = Error(Code::kPeerUnavailable, "not answered in time");
    std::chrono::milliseconds took_{0};
};

ReplyBox::~ReplyBox() {
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (watcher_.joinable()) watcher_.join();
    for (auto& [id, slot] : waiting_) slot->end(Error(Code::kPeerUnavailable, "the node stops"));
}

std::shared_ptr<AwaitedAnswer> ReplyBox::expect(Expectation what) {
    auto slot = std::make_shared<Slot>(std::move(what));
    std::lock_guard const lock(mutex_);
    if (!watcher_.joinable()) watcher_ = std::thread([this] { watch(); });
    waiting_[slot->what.message_id] = slot;
    changed_.notify_all();
    return slot;
}

/// Under the lock. Nobody is left waiting for it.
std::shared_ptr<ReplyBox::Slot> ReplyBox::take(std::string const& message_id) {
    auto const found = waiting_.find(message_id);
    if (found == waiting_.end()) return nullptr;
    auto slot = std::move(found->second);
    waiting_.erase(found);
    remember(message_id);
    return slot;
}

void ReplyBox::remember(std::string const& message_id) {
    ended_.push_back(message_id);
    if (ended_.size() > kRemembered) ended_.pop_front();
}

void ReplyBox::fail(std::string const& message_id, Error why) {
    std::shared_ptr<Slot> slot;
    {
        std::lock_guard const lock(mutex_);
        slot = take(message_id);
    }
    if (slot) slot->end(std::move(why));
}

Delivery ReplyBox::deliver(std::string const& relates_to, std::string const& member,
                           std::string const& action, ArrivedReply reply) {
    std::shared_ptr<Slot> slot;
    {
        std::lock_guard const lock(mutex_);
        auto const found = waiting_.find(relates_to);
        if (found == waiting_.end()) {
            bool const known = std::find(ended_.begin(), ended_.end(), relates_to) != ended_.end();
            return known ? Delivery::kOver : Delivery::kUnknown;
        }
        if (found->second->what.member != member) return Delivery::kSomebodyElse;
        if (found->second->what.action != action) return Delivery::kWrongAction;
        if (found->second->what.deadline <= std::chrono::steady_clock::now())
            return Delivery::kOver;
        slot = take(relates_to);
    }
    slot->end(std::move(reply));
    return Delivery::kTaken;
}

std::size_t ReplyBox::waiting() const {
    std::lock_guard const lock(mutex_);
    return waiting_.size();
}

void ReplyBox::watch() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        auto const now = std::chrono::steady_clock::now();
        auto next = std::chrono::steady_clock::time_point::max();
        std::vector<std::shared_ptr<Slot>> late;
        for (auto it = waiting_.begin(); it != waiting_.end();) {
            if (it->second->what.deadline > now) {
                next = std::min(next, it->second->what.deadline);
                ++it;
                continue;
            }
            remember(it->first);
            late.push_back(std::move(it->second));
            it = waiting_.erase(it);
        }
        if (!late.empty()) {
            lock.unlock();
            for (auto const& slot : late)
                slot->end(Error(Code::kPeerUnavailable, "not answered in time"));
            lock.lock();
        } else if (next == std::chrono::steady_clock::time_point::max()) {
            changed_.wait(lock);
        } else {
            changed_.wait_until(lock, next);
        }
    }
}

}  // namespace musubi::xca
