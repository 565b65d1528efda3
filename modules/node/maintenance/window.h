#pragma once
// Windows for maintenance (guideline controls RM-1 to RM-3): a work order, the operators named in
// it, an end, and what was announced. Within one everything these operators do is recorded with the
// order. A window that is over is closed by whoever sees it first, the node or a command, with the
// time at which it was over.
//
// Functions without state; rows are never changed. Errors: those of the database.

#include "core/ports.h"
#include "platform/base/clock.h"
#include "platform/base/ids.h"
#include "platform/pg/pool.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace musubi::node {

struct MaintenanceWindow {
    Uuid id;
    std::string order;  ///< A-Z a-z 0-9 . _ / -, 64 at most
    std::set<std::string> persons;
    std::string plan;                ///< in words without personal data
    std::set<std::string> commands;  ///< announced: "patient show"
    std::set<std::string> patients;  ///< announced: regional ids
    std::string opened_by;
    WallTime opened{}, until{};
    std::optional<WallTime> ended;
    std::string ended_by;  ///< empty: its time was over
};

bool is_work_order(std::string_view text);
/// The object that names the order in every record of a window.
std::string order_uri(std::string_view order);

/// The newest one that is open for this operator. None also in a database that is older than
/// windows.
Result<std::optional<MaintenanceWindow>> window_of(pg::Pool& pool, std::string const& person,
                                                   WallTime now);
/// All of an order, or of all orders when it is empty; newest first, at most 100.
Result<std::vector<MaintenanceWindow>> windows(pg::Pool& pool, std::string const& order);

/// Who tells the trail, and as what.
struct MaintenanceTrail {
    core::AuditPort& audit;
    std::string source_id, region;
};
/// DCM 110139 and 110140, Remote Service Operation Started and Stopped (ITI TF-2 table
/// 3.20.4.1.1.1-1; DICOM PS3.15 A.5.3.11).
Status open_window(pg::Pool& pool, MaintenanceTrail const& trail, MaintenanceWindow const& window);
/// kConflict: it is closed already.
Status close_window(pg::Pool& pool, MaintenanceTrail const& trail, MaintenanceWindow const& window,
                    std::string const& by, WallTime now);
/// Those whose time is over; how many.
Result<int> close_expired(pg::Pool& pool, MaintenanceTrail const& trail, WallTime now);

/// Reports, so that a signature can be held against what was reported.
void queue_report(pg::Tx& tx, Bytes const& sha256, std::string const& order, std::string const& by,
                  WallTime now);
struct Confirmation {
    Bytes sha256;
    std::string order;  ///< found
    std::string member;
    Bytes signature;
    WallTime at{};
};
/// Of which order a report with this digest was written; kNotFound.
Result<std::string> order_of_report(pg::Pool& pool, Bytes const& sha256);
void queue_confirmation(pg::Tx& tx, Confirmation const& confirmation);
/// Members that have signed a report of the order, with the times.
Result<std::vector<std::pair<std::string, WallTime>>> confirmations(pg::Pool& pool,
                                                                    std::string const& order);

}  // namespace musubi::node
