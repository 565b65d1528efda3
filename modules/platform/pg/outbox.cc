#include "platform/pg/outbox.h"

namespace musubi::pg {
namespace {

constexpr Statement kQueue{
    "outbox.queue", "insert into node.outbox (topic, destination, payload) values ($1, $2, $3)"};

// Only the head: whatever stands behind a message that is being sent or waits for its next try must
// not overtake it. The condition on the lease is repeated outside: of two that saw the same head,
// the second waits for the first and then finds it taken.
constexpr Statement kClaim{
    "outbox.claim",
    "with head as (select id, due_at from node.outbox"
    " where topic = $1 and destination = $2 and dead_at is null order by id limit 1)"
    " update node.outbox o set lease_until = now() + $3 * interval '1 millisecond',"
    " attempts = attempts + 1 from head"
    " where o.id = head.id and head.due_at <= now() and o.dead_at is null"
    " and (o.lease_until is null or o.lease_until < now())"
    " returning o.id, o.payload, o.attempts, o.queued_at"};

constexpr Statement kDelivered{"outbox.delivered", "delete from node.outbox where id = $1"};

constexpr Statement kRetry{"outbox.retry",
                           "update node.outbox set lease_until = null,"
                           " due_at = now() + $2 * interval '1 millisecond' where id = $1"};

constexpr Statement kGiveUp{
    "outbox.give_up", "update node.outbox set lease_until = null, dead_at = now() where id = $1"};

constexpr Statement kBacklog{
    "outbox.backlog",
    "select count(*) filter (where dead_at is null), count(*) filter (where dead_at is not null),"
    " min(queued_at) filter (where dead_at is null) from node.outbox where topic = $1"};

constexpr Statement kWaiting{
    "outbox.waiting",
    "select count(*) from node.outbox where topic = $1 and destination = $2 and dead_at is null"};

constexpr Statement kQueues{
    "outbox.queues",
    "select destination, count(*) filter (where dead_at is null),"
    " count(*) filter (where dead_at is not null) from node.outbox where topic = $1"
    " group by destination order by destination"};

constexpr Statement kDrop{"outbox.drop",
                          "delete from node.outbox where topic = $1 and destination = $2"};

constexpr Statement kRevive{"outbox.revive",
                            "update node.outbox set dead_at = null, due_at = now()"
                            " where topic = $1 and destination = $2 and dead_at is not null"};

}  // namespace

void Outbox::queue(Tx& tx, OutboxMessage const& message) {
    tx.queue(kQueue, Params().text(message.topic).text(message.destination).bytea(message.payload),
             1);
}

Result<std::int64_t> Outbox::waiting(Tx& tx, std::string const& topic,
                                     std::string const& destination) {
    Rows const rows = TRY(tx.exec(kWaiting, Params().text(topic).text(destination)));
    return rows.front().int64(0);
}

Result<std::optional<Outbox::Claimed>> Outbox::claim(std::string const& topic,
                                                     std::string const& destination,
                                                     std::chrono::milliseconds lease) {
    return pool_.run([&](Tx& tx) -> Result<std::optional<Claimed>> {
        Rows const rows = TRY(tx.exec(
            kClaim,
            Params().text(topic).text(destination).float8(static_cast<double>(lease.count()))));
        if (rows.empty()) return std::optional<Claimed>();
        Row const row = rows.front();
        ByteView const payload = row.bytes(1);
        return std::optional(Claimed{row.int64(0), Bytes(payload.begin(), payload.end()),
                                     row.int32(2), row.time(3)});
    });
}

Status Outbox::delivered(std::int64_t id) {
    return pool_.run([&](Tx& tx) -> Status {
        tx.queue(kDelivered, Params().int8(id));
        return {};
    });
}

Status Outbox::retry(std::int64_t id, std::chrono::milliseconds pause) {
    return pool_.run([&](Tx& tx) -> Status {
        tx.queue(kRetry, Params().int8(id).float8(static_cast<double>(pause.count())));
        return {};
    });
}

Status Outbox::give_up(std::int64_t id) {
    return pool_.run([&](Tx& tx) -> Status {
        tx.queue(kGiveUp, Params().int8(id));
        return {};
    });
}

Result<Outbox::Backlog> Outbox::backlog(std::string const& topic) {
    return pool_.read([&](ReadTx& tx) -> Result<Backlog> {
        Rows const rows = TRY(tx.exec(kBacklog, Params().text(topic)));
        Row const row = rows.front();
        return Backlog{row.int64(0), row.int64(1), row.time_if(2)};
    });
}

Result<std::vector<Outbox::Queue>> Outbox::queues(std::string const& topic) {
    return pool_.read([&](ReadTx& tx) -> Result<std::vector<Queue>> {
        std::vector<Queue> out;
        for (Row const row : TRY(tx.exec(kQueues, Params().text(topic))))
            out.push_back({std::string(row.text(0)), row.int64(1), row.int64(2)});
        return out;
    });
}

Result<std::int64_t> Outbox::drop(std::string const& topic, std::string const& destination) {
    return pool_.run([&](Tx& tx) -> Result<std::int64_t> {
        return TRY(tx.exec(kDrop, Params().text(topic).text(destination))).affected();
    });
}

Result<std::int64_t> Outbox::revive(std::string const& topic, std::string const& destination) {
    return pool_.run([&](Tx& tx) -> Result<std::int64_t> {
        return TRY(tx.exec(kRevive, Params().text(topic).text(destination))).affected();
    });
}

}  // namespace musubi::pg
