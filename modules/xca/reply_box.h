#pragma once
// Answers that come on connections of their own (WS-Addressing with a ReplyTo address; ITI TF-2
// V.5): who waits for which, and whether what comes may be handed over. Only the community that was
// asked may answer, once, in time, with the action of the answer.
//
// Thread-safe. One thread ends those who wait too long; it begins with the first of them.

#include "core/errand.h"
#include "platform/base/content.h"
#include "platform/base/result.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace musubi::xca {

/// A message as it came in, to be read by whoever waits for it.
struct ArrivedReply {
    std::string envelope;                                               ///< as text
    std::map<std::string, std::shared_ptr<Content const>> attachments;  ///< by Content-ID
};

/// One that is waited for. Ends with the answer, with a failure, or with its time.
class AwaitedAnswer : public core::Errand {
public:
    /// Once it is done.
    virtual Result<ArrivedReply>& answer() = 0;
    virtual std::chrono::milliseconds took() const = 0;
};

struct Expectation {
    std::string message_id;
    std::string member;  ///< whose certificate the answer has to come with
    std::string action;  ///< of the answer
    std::chrono::steady_clock::time_point deadline;
};

enum class Delivery : std::uint8_t {
    kTaken,
    kUnknown,       ///< nobody asked this, or nobody remembers
    kOver,          ///< it was answered, given up or too late
    kSomebodyElse,  ///< another member answers what was not asked of it
    kWrongAction,
};

class ReplyBox {
public:
    ReplyBox() = default;
    ~ReplyBox();
    ReplyBox(ReplyBox const&) = delete;
    ReplyBox& operator=(ReplyBox const&) = delete;

    std::shared_ptr<AwaitedAnswer> expect(Expectation what);
    /// The question did not get there.
    void fail(std::string const& message_id, Error why);
    Delivery deliver(std::string const& relates_to, std::string const& member,
                     std::string const& action, ArrivedReply reply);
    std::size_t waiting() const;

private:
    class Slot;
    void watch();
    std::shared_ptr<Slot> take(std::string const& message_id);
    void remember(std::string const& message_id);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::map<std::string, std::shared_ptr<Slot>> waiting_;  ///< by message id
    std::deque<std::string> ended_;  ///< message ids, oldest first: to tell late from unknown
    std::thread watcher_;
};

}  // namespace musubi::xca
