#pragma once
// The outbox: messages to others that a transaction made due. queue() joins that transaction, so a
// message exists if and only if the change does. A sender claims the head of one destination's
// queue for the time of a lease, sends it outside any transaction, and says what became of it; a
// sender that died loses the lease and the message is sent again: at least once, in order.
//
// Order: by the moment of queueing within one transaction chain; of two transactions that run at
// the same time either may come first, as neither has seen the other. Thread-safe. Errors:
// errors.h. Table node.outbox; the payload is the caller's, sealed by it.

#include "platform/pg/pool.h"

namespace musubi::pg {

struct OutboxMessage {
    std::string topic;        ///< at most 40 characters
    std::string destination;  ///< name in the configuration of the topic's sender
    Bytes payload;
};

class Outbox {
public:
    explicit Outbox(Pool& pool) : pool_(pool) {}

    static void queue(Tx& tx, OutboxMessage const& message);

    /// How many wait for this destination, not counting what was given up; inside a transaction.
    static Result<std::int64_t> waiting(Tx& tx, std::string const& topic,
                                        std::string const& destination);

    struct Claimed {
        std::int64_t id = 0;
        Bytes payload;
        int attempts = 0;  ///< this one included
        WallTime queued_at{};
    };
    /// The head of the queue if it is due and nobody holds it.
    Result<std::optional<Claimed>> claim(std::string const& topic, std::string const& destination,
                                         std::chrono::milliseconds lease);
    Status delivered(std::int64_t id);
    /// Stays the head and is due again after `pause`.
    Status retry(std::int64_t id, std::chrono::milliseconds pause);
    /// Out of the queue; the next one becomes the head. Kept for an operator.
    Status give_up(std::int64_t id);

    struct Backlog {
        std::int64_t waiting = 0, dead = 0;
        std::optional<WallTime> oldest;
    };
    Result<Backlog> backlog(std::string const& topic);
    struct Queue {
        std::string destination;
        std::int64_t waiting = 0, dead = 0;
    };
    /// The destinations of a topic that hold anything, by name.
    Result<std::vector<Queue>> queues(std::string const& topic);
    /// Everything of one destination, waiting or given up, is gone for good. Returns how many.
    Result<std::int64_t> drop(std::string const& topic, std::string const& destination);
    /// Back into their queues, in their old places. Returns how many.
    Result<std::int64_t> revive(std::string const& topic, std::string const& destination);

private:
    Pool& pool_;
};

}  // namespace musubi::pg
