#pragma once
// The statements of the export. Executed in export_store.cc only.

#include "platform/pg/statement.h"

namespace musubi::atna::sql {

inline constexpr pg::Statement kExportCursor{
    "atna.export_cursor", "SELECT seq FROM atna.export_cursor WHERE destination = $1"};

/// Never backwards: a second process that sends to the same destination only doubles.
inline constexpr pg::Statement kAdvanceCursor{
    "atna.advance_export_cursor",
    "INSERT INTO atna.export_cursor AS c (destination, seq) VALUES ($1, $2) "
    "ON CONFLICT (destination) DO UPDATE SET seq = greatest(c.seq, excluded.seq), "
    "moved_at = now()"};

inline constexpr pg::Statement kExportPage{
    "atna.export_page",
    "SELECT seq, event_uuid, time, trace, sealed FROM atna.record WHERE seq > $1 "
    "ORDER BY seq LIMIT $2"};

inline constexpr pg::Statement kNewestSeq{"atna.newest_seq",
                                          "SELECT coalesce(max(seq), 0) FROM atna.record"};

}  // namespace musubi::atna::sql
