#include "atna/store.h"

#include "atna/sql.h"

namespace musubi::atna::store {
namespace {

Bytes copy(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

std::vector<StoredRecord> records(pg::Rows const& rows) {
    std::vector<StoredRecord> out;
    out.reserve(static_cast<std::size_t>(rows.size()));
    for (auto const row : rows) {
        StoredRecord record;
        record.seq = row.int64(0);
        record.id = row.uuid(1);
        auto& c = record.columns;
        c.time = row.time(2);
        c.transaction = row.text(3);
        c.event = row.text(4);
        c.event_type = row.text(5);
        c.outcome = row.int16(6);
        c.organisation = row.text(7);
        c.user_token = copy(row.bytes(8));
        c.patients = row.text_array(9);
        c.documents = row.text_array(10);
        c.rule = row.text(11);
        c.trace = row.text(12);
        record.sealed = copy(row.bytes(13));
        record.hash = copy(row.bytes(14));
        out.push_back(std::move(record));
    }
    return out;
}

/// `{"a","b"}` with what must be escaped.
std::string array_literal(std::vector<std::string> const& values) {
    std::string out = "{";
    for (auto const& value : values) {
        if (out.size() > 1) out += ',';
        out += '"';
        for (char const c : value) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

}  // namespace

void queue_pending(pg::Tx& tx, std::vector<SealedRecord> const& records) {
    if (records.empty()) return;
    std::vector<Uuid> ids;
    std::vector<ByteView> sealed;
    for (auto const& record : records) {
        ids.push_back(record.id);
        sealed.emplace_back(record.sealed);
    }
    tx.queue(sql::kInsertPending,
             std::move(pg::Params()
                           .uuid_array(std::span<Uuid const>(ids))
                           .bytea_array(std::span<ByteView const>(sealed))),
             static_cast<std::int32_t>(records.size()));
}

Result<bool> try_sealer_lock(pg::Tx& tx) {
    auto const rows = TRY(tx.exec(sql::kTrySealerLock));
    return rows.front().boolean(0);
}

Result<std::vector<SealedRecord>> pending(pg::Tx& tx, int limit) {
    auto const rows = TRY(tx.exec(sql::kPending, pg::Params().int8(limit)));
    std::vector<SealedRecord> out;
    for (auto const row : rows) out.push_back({row.uuid(0), copy(row.bytes(1))});
    return out;
}

Result<std::int64_t> pending_count(pg::ReadTx& tx) {
    auto const rows = TRY(tx.exec(sql::kPendingCount));
    return rows.front().int64(0);
}

void queue_delete_pending(pg::Tx& tx, std::vector<Uuid> const& ids) {
    tx.queue(sql::kDeletePending, std::move(pg::Params().uuid_array(std::span<Uuid const>(ids))),
             static_cast<std::int32_t>(ids.size()));
}

Result<std::set<Uuid>> known(pg::Tx& tx, std::vector<Uuid> const& ids) {
    auto const rows =
        TRY(tx.exec(sql::kKnown, pg::Params().uuid_array(std::span<Uuid const>(ids))));
    std::set<Uuid> out;
    for (auto const row : rows) out.insert(row.uuid(0));
    return out;
}

Result<std::set<Uuid>> waiting(pg::Tx& tx, std::vector<Uuid> const& ids) {
    auto const rows =
        TRY(tx.exec(sql::kWaiting, pg::Params().uuid_array(std::span<Uuid const>(ids))));
    std::set<Uuid> out;
    for (auto const row : rows) out.insert(row.uuid(0));
    return out;
}

void queue_reconciliation(pg::Tx& tx, Reconciled const& done, ReconcileOrder const& order) {
    pg::Params params;
    params.int8(done.journal.last.seq)
        .bytea(done.journal.last.hash)
        .int8(done.journal.records)
        .int8(done.added)
        .int8(done.journal.unacknowledged);
    params.timestamptz_or_null(done.first).timestamptz_or_null(done.last);
    params.text(order.by).timestamptz(order.now);
    tx.queue(sql::kInsertReconciliation, std::move(params), 1);
}

Result<Link> last(pg::Tx& tx) {
    auto const rows = TRY(tx.exec(sql::kLast));
    if (rows.empty()) return Link{};
    return Link{rows.front().int64(0), copy(rows.front().bytes(1))};
}

Result<Bytes> hash_at(pg::Tx& tx, std::int64_t seq) {
    auto const rows = TRY(tx.exec(sql::kHashAt, pg::Params().int8(seq)));
    return rows.empty() ? Bytes{} : copy(rows.front().bytes(0));
}

void queue_records(pg::Tx& tx, std::vector<StoredRecord> const& records) {
    // One column after the other, as unnest() takes them.
    auto const column = [&](auto const& get) {
        std::vector<std::decay_t<std::invoke_result_t<decltype(get), StoredRecord const&>>> out;
        out.reserve(records.size());
        for (auto const& record : records) out.push_back(get(record));
        return out;
    };
    auto const texts = [&](std::string Columns::*member) {
        return column([&](StoredRecord const& r) { return std::string_view(r.columns.*member); });
    };
    pg::Params params;
    params.int8_array(column([](StoredRecord const& r) { return r.seq; }))
        .uuid_array(std::span<Uuid const>(column([](StoredRecord const& r) { return r.id; })))
        .timestamptz_array(column([](StoredRecord const& r) { return r.columns.time; }))
        .text_array(std::span<std::string_view const>(texts(&Columns::transaction)))
        .text_array(std::span<std::string_view const>(texts(&Columns::event)))
        .text_array(std::span<std::string_view const>(texts(&Columns::event_type)))
        .int2_array(column([](StoredRecord const& r) { return r.columns.outcome; }))
        .text_array(std::span<std::string_view const>(texts(&Columns::organisation)))
        .bytea_array(std::span<ByteView const>(
            column([](auto const& r) { return ByteView(r.columns.user_token); })))
        .text_array(std::span<std::string const>(
            column([](auto const& r) { return array_literal(r.columns.patients); })))
        .text_array(std::span<std::string const>(
            column([](auto const& r) { return array_literal(r.columns.documents); })))
        .text_array(std::span<std::string_view const>(texts(&Columns::rule)))
        .text_array(std::span<std::string_view const>(texts(&Columns::trace)))
        .bytea_array(
            std::span<ByteView const>(column([](auto const& r) { return ByteView(r.sealed); })))
        .bytea_array(
            std::span<ByteView const>(column([](auto const& r) { return ByteView(r.hash); })));
    tx.queue(sql::kInsertRecords, std::move(params), static_cast<std::int32_t>(records.size()));
}

Result<std::vector<StoredRecord>> page(pg::ReadTx& tx, std::int64_t after, int limit) {
    auto const rows = TRY(tx.exec(sql::kPage, pg::Params().int8(after).int8(limit)));
    return records(rows);
}

Result<std::vector<StoredRecord>> page(pg::Tx& tx, std::int64_t after, int limit) {
    auto const rows = TRY(tx.exec(sql::kPage, pg::Params().int8(after).int8(limit)));
    return records(rows);
}

Result<std::vector<Link>> hashes_after(pg::ReadTx& tx, std::int64_t after, int limit) {
    auto const rows = TRY(tx.exec(sql::kHashesAfter, pg::Params().int8(after).int8(limit)));
    std::vector<Link> out;
    for (auto const row : rows) out.push_back({row.int64(0), copy(row.bytes(1))});
    return out;
}

Result<std::vector<StoredRecord>> search(pg::ReadTx& tx, Filter const& f) {
    auto const& statement = !f.patients.empty()       ? sql::kSearchPatient
                            : !f.documents.empty()    ? sql::kSearchDocument
                            : !f.user_token.empty()   ? sql::kSearchUser
                            : !f.organisation.empty() ? sql::kSearchMember
                                                      : sql::kSearchTime;
    auto const rows = TRY(tx.exec(statement, pg::Params()
                                                 .text_array(f.patients)
                                                 .text_array(f.documents)
                                                 .bytea(f.user_token)
                                                 .text(f.organisation)
                                                 .text(f.transaction)
                                                 .int4(f.outcome)
                                                 .timestamptz(f.from)
                                                 .timestamptz(f.to)
                                                 .int8(f.limit)));
    return records(rows);
}

Result<std::vector<StoredRecord>> disclosures(pg::ReadTx& tx, PeriodCursor const& at, int limit) {
    auto const rows = TRY(tx.exec(
        sql::kDisclosures,
        pg::Params().timestamptz(at.from).timestamptz(at.to).int8(at.after).int8(at.upto).int8(
            limit)));
    return records(rows);
}

}  // namespace musubi::atna::store
