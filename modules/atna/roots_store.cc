#include "atna/roots_store.h"

#include "atna/roots_sql.h"

namespace musubi::atna::store {
namespace {

Bytes copy(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

Result<std::vector<SignedRoot>> roots(pg::Rows const& rows) {
    std::vector<SignedRoot> out;
    out.reserve(static_cast<std::size_t>(rows.size()));
    for (auto const row : rows) {
        SignedRoot one;
        one.document = row.text(1);
        auto root = read_root(one.document);
        // Somebody was at the table; the number tells where.
        if (!root || root->number != row.int64(0)) {
            return Error(Code::kInvalidContent,
                         "root " + std::to_string(row.int64(0)) + " in the database is no root");
        }
        one.root = std::move(*root);
        one.signature = copy(row.bytes(2));
        if (auto const stamp = row.bytes_if(3)) one.stamp = copy(*stamp);
        out.push_back(std::move(one));
    }
    return out;
}

Result<std::optional<SignedRoot>> first_of(Result<std::vector<SignedRoot>> found) {
    if (!found) return std::move(found).error();
    if (found->empty()) return std::optional<SignedRoot>();
    return std::optional<SignedRoot>(std::move(found->front()));
}

}  // namespace

Result<bool> try_root_lock(pg::Tx& tx) {
    auto const rows = TRY(tx.exec(sql::kTryRootLock));
    return rows.front().boolean(0);
}

Result<std::optional<SignedRoot>> newest_root(pg::Tx& tx) {
    return first_of(roots(TRY(tx.exec(sql::kNewestRoot))));
}

void queue_root(pg::Tx& tx, SignedRoot const& root) {
    tx.queue(sql::kInsertRoot,
             std::move(pg::Params()
                           .int8(root.root.number)
                           .int8(root.root.first)
                           .int8(root.root.last)
                           .text(root.document)
                           .bytea(root.signature)),
             1);
}

Result<std::vector<SignedRoot>> roots_after(pg::ReadTx& tx, std::int64_t after, int limit) {
    return roots(TRY(tx.exec(sql::kRootsAfter, pg::Params().int8(after).int8(limit))));
}

Result<std::optional<SignedRoot>> root_over(pg::ReadTx& tx, std::int64_t seq) {
    auto found = TRY(first_of(roots(TRY(tx.exec(sql::kRootOver, pg::Params().int8(seq))))));
    if (found && found->root.first > seq) found.reset();
    return found;
}

Result<std::vector<SignedRoot>> unstamped_roots(pg::ReadTx& tx, int limit) {
    return roots(TRY(tx.exec(sql::kUnstamped, pg::Params().int8(limit))));
}

void queue_stamp(pg::Tx& tx, std::int64_t number, ByteView stamp) {
    tx.queue(sql::kInsertStamp, std::move(pg::Params().int8(number).bytea(stamp)));
}

}  // namespace musubi::atna::store
