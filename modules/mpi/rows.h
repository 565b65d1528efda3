#pragma once
// Rows of the record statements (MPI_RECORD in sql.h) as values. Internal.

#include "mpi/records.h"
#include "platform/pg/rows.h"

namespace musubi::mpi {

/// The first column is the statement's own, and `more` behind it.
inline Record read_record(pg::Row const& row, int more = 0) {
    Record r;
    r.key = row.int64(1 + more);
    r.authority = row.text(2 + more);
    r.person = row.int64(3 + more);
    r.status = static_cast<RecordStatus>(row.int16(4 + more));
    r.survivor = row.int64(5 + more);
    r.institution = row.text(6 + more);
    ByteView const sealed = row.bytes(7 + more);
    r.sealed.assign(sealed.begin(), sealed.end());
    r.home = row.text(8 + more);
    r.owns_home = row.boolean(9 + more);
    r.home_issued = row.boolean(10 + more);
    r.home_age = row.int64(11 + more);
    r.home_survivor = row.text(12 + more);
    return r;
}

inline std::vector<Record> read_records(pg::Rows const& rows, int more = 0) {
    std::vector<Record> out;
    for (pg::Row const row : rows) out.push_back(read_record(row, more));
    return out;
}

/// `first`: column of the edge's first end.
inline Edge read_edge(pg::Row const& row, int first = 0) {
    Edge e;
    e.a = row.int64(first);
    e.b = row.int64(first + 1);
    e.state = static_cast<EdgeState>(row.int16(first + 2));
    e.verdict = static_cast<EdgeVerdict>(row.int16(first + 3));
    e.score = row.float8(first + 4);
    e.held = row.text(first + 5);
    e.levels = row.text(first + 6);
    e.weights_version = row.int16(first + 7);
    e.decided_by = row.text(first + 8);
    e.decided_at = row.int64(first + 9);
    return e;
}

}  // namespace musubi::mpi
