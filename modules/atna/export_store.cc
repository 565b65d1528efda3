#include "atna/export_store.h"

#include "atna/export_sql.h"

namespace musubi::atna::store {

Result<std::int64_t> export_cursor(pg::ReadTx& tx, std::string const& destination) {
    auto const rows = TRY(tx.exec(sql::kExportCursor, pg::Params().text(destination)));
    return rows.empty() ? std::int64_t{0} : rows.front().int64(0);
}

void queue_advance_cursor(pg::Tx& tx, std::string const& destination, std::int64_t seq) {
    tx.queue(sql::kAdvanceCursor, std::move(pg::Params().text(destination).int8(seq)), 1);
}

Result<std::vector<ExportRow>> export_page(pg::ReadTx& tx, std::int64_t after, int limit) {
    auto const rows = TRY(tx.exec(sql::kExportPage, pg::Params().int8(after).int8(limit)));
    std::vector<ExportRow> out;
    out.reserve(static_cast<std::size_t>(rows.size()));
    for (auto const row : rows) {
        auto const sealed = row.bytes(4);
        out.push_back({row.int64(0), row.uuid(1), row.time(2), std::string(row.text(3)),
                       Bytes(sealed.begin(), sealed.end())});
    }
    return out;
}

Result<std::int64_t> newest_seq(pg::ReadTx& tx) {
    auto const rows = TRY(tx.exec(sql::kNewestSeq));
    return rows.front().int64(0);
}

}  // namespace musubi::atna::store
