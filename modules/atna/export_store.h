#pragma once
// The export's tables. Internal to atna; one statement, one round trip per function.

#include "platform/base/bytes.h"
#include "platform/pg/pool.h"

#include <string>
#include <vector>

namespace musubi::atna::store {

struct ExportRow {
    std::int64_t seq = 0;
    Uuid id;
    WallTime time{};
    std::string trace;
    Bytes sealed;
};

/// Up to which number a destination certainly has everything; 0: nothing yet.
Result<std::int64_t> export_cursor(pg::ReadTx& tx, std::string const& destination);
void queue_advance_cursor(pg::Tx& tx, std::string const& destination, std::int64_t seq);
Result<std::vector<ExportRow>> export_page(pg::ReadTx& tx, std::int64_t after, int limit);
Result<std::int64_t> newest_seq(pg::ReadTx& tx);

}  // namespace musubi::atna::store
