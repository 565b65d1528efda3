#include "repository/stock.h"

#include "platform/base/digest.h"
#include "repository/sql.h"
#include "repository/store.h"

#include <thread>

namespace musubi::repository {
namespace {

constexpr std::int64_t kPage = 500;

StockItem item_of(pg::Row const& row) {
    StockItem item;
    item.unique_id = row.text(0);
    item.key = row.int64(1);
    item.owner_oid = row.text(2);
    item.size = static_cast<std::uint64_t>(row.int64(3));
    ByteView const sha1 = row.bytes(4);
    item.sha1.assign(sha1.begin(), sha1.end());
    item.blob_id = row.uuid_if(5);
    if (!row.is_null(6)) {
        item.location = {static_cast<std::uint32_t>(row.int64(6)),
                         static_cast<std::uint32_t>(row.int64(7)),
                         static_cast<std::uint32_t>(row.int64(8))};
    }
    return item;
}

Result<std::vector<StockItem>> items_of(pg::Pool& pool, pg::Statement const& statement,
                                        pg::Params const& params) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<StockItem>> {
        std::vector<StockItem> items;
        for (pg::Row const row : TRY(tx.exec(statement, params))) items.push_back(item_of(row));
        return items;
    });
}

/// What the content turns out to be, or why it cannot be read.
struct Seen {
    std::uint64_t size = 0;
    Bytes sha1;
};

Status hand_out(StockDeps const& deps, StockItem const& item, ByteView sealed,
                ByteSink const& sink) {
    return sink(TRY(deps.keys.open(vault::Purpose::kDocument, item.owner_oid, sealed,
                                   content_aad(item.key, item.unique_id))));
}

Result<Seen> look_at(StockDeps const& deps, StockItem const& item) {
    Digest digest(DigestKind::kSha1);
    Seen seen;
    TRY(read_item(deps, item, [&](ByteView piece) -> Status {
        digest.update(piece);
        seen.size += piece.size();
        return {};
    }));
    seen.sha1 = digest.finish();
    return seen;
}

StockState judge(Result<Seen> const& seen, StockItem const& item) {
    if (!seen)
        return seen.error().code == Code::kNotFound ? StockState::kMissing : StockState::kDamaged;
    return seen->size == item.size && seen->sha1 == item.sha1 ? StockState::kGood
                                                              : StockState::kDamaged;
}

/// So many octets a second on average since it was made.
class Pace {
public:
    explicit Pace(std::uint64_t octets_per_second) : rate_(octets_per_second) {}
    void spent(std::uint64_t octets) {
        if (rate_ == 0) return;
        spent_ += octets;
        std::this_thread::sleep_until(
            began_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                         std::chrono::duration<double>(static_cast<double>(spent_) /
                                                       static_cast<double>(rate_))));
    }

private:
    std::uint64_t const rate_;
    std::uint64_t spent_ = 0;
    std::chrono::steady_clock::time_point const began_ = system_clock().monotonic();
};

void note(ScrubReport& report, std::string text) {
    if (report.findings.size() < ScrubReport::kMaxFindings)
        report.findings.push_back(std::move(text));
}

void count(ScrubReport& report, StockItem const& item, StockState state) {
    ++report.documents;
    report.octets += item.size;
    std::string const name = "document " + std::to_string(item.key);
    switch (state) {
        case StockState::kGood: return;
        case StockState::kDestroyed: ++report.destroyed; return;
        case StockState::kDamaged: ++report.damaged; return note(report, name + " is damaged");
        case StockState::kMissing: ++report.missing; return note(report, name + " is missing");
    }
}

Status find_orphans(StockDeps const& deps, WallTime before, ScrubReport& report) {
    TRY(deps.blobs.list(before, [&](blob::BlobInfo const& info) -> Status {
        if (TRY(knows_blob(deps.pool, info.id))) return {};
        ++report.orphans;
        note(report, "file " + info.id.to_string() + " belongs to no document");
        return {};
    }));
    for (std::uint32_t const segment : TRY(deps.segments.segments())) {
        auto const rows = TRY(rows_of_segment(deps.pool, segment));
        TRY(deps.segments.list(segment, [&](blob::RecordInfo const& record) -> Status {
            auto const row = rows.find(record.id);
            if (record.removed || record.written >= before ||
                (row != rows.end() && row->second == record.at))
                return {};
            ++report.orphans;
            note(report, "record " + std::to_string(record.id) + " of segment " +
                             std::to_string(segment) + " belongs to no document");
            return {};
        }));
    }
    return {};
}

}  // namespace

Result<std::vector<StockItem>> stock_sample(pg::Pool& pool, int count) {
    return items_of(pool, sql::kStockSample, pg::Params().int8(count));
}

Status read_item(StockDeps const& deps, StockItem const& item, ByteSink const& sink) {
    if (item.blob_id) return TRY(deps.blobs.get(*item.blob_id, item.owner_oid))->read(sink);
    if (item.location)
        return hand_out(deps, item, TRY(deps.segments.read(*item.location, item.key)), sink);
    auto const sealed = TRY(read_sealed(deps.pool, {item.key}));
    auto const found = sealed.by_key.find(item.key);
    if (found == sealed.by_key.end()) return Error(Code::kNotFound, "document without content");
    return hand_out(deps, item, found->second, sink);
}

Result<StockState> examine(StockDeps const& deps, StockItem const& item) {
    if (deps.keys.is_erased(item.owner_oid)) return StockState::kDestroyed;
    auto const seen = look_at(deps, item);
    // Nothing is wrong with a document because the database is away.
    if (!seen) TRY(deps.pool.ping());
    return judge(seen, item);
}

Result<StockCount> stock_count(pg::Pool& pool, std::string const& owner_oid) {
    return pool.read([&](pg::ReadTx& tx) -> Result<StockCount> {
        auto const rows = TRY(tx.exec(sql::kStockCount, pg::Params().text(owner_oid)));
        pg::Row const row = rows.front();
        return StockCount{row.int64(0), row.int64(1), row.int64(2), row.int64(3)};
    });
}

Result<ScrubReport> scrub(StockDeps const& deps, ScrubSettings const& settings) {
    ScrubReport report;
    Pace pace(settings.octets_per_second);
    std::string after;
    std::int64_t after_key = 0;
    for (;;) {
        auto const page = TRY(items_of(deps.pool, sql::kStockAfter,
                                       pg::Params().text(after).int8(after_key).int8(kPage)));
        for (StockItem const& item : page) {
            StockState state = TRY(examine(deps, item));
            count(report, item, state);
            pace.spent(item.size);
            if (settings.progress) settings.progress(report.documents);
        }
        if (page.size() < static_cast<std::size_t>(kPage)) break;
        after = page.back().unique_id;
        after_key = page.back().key;
    }
    TRY(find_orphans(deps, settings.orphans_before, report));
    return report;
}

}  // namespace musubi::repository
