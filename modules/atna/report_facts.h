#pragma once
// Reports from the trail: to a member, who saw documents that it published; to a patient, what was
// done with the record. Collected here as facts, written by report_writers.h.
//
// A report holds nothing beyond what its reader may know: a member is told of its own documents
// only, never of searches that found somebody else's, and of nobody's network address; people stand
// there by user id, not by name. What other systems delivered into this repository is not part of
// it. Times are of the calendar of Japan (UTC+9). Thread-safe.

#include "atna/archive.h"

#include <functional>
#include <map>

namespace musubi::atna {

/// [from, to), with the words it was asked by.
struct ReportPeriod {
    WallTime from{}, to{};
    std::string words;  ///< "2026-10", "2026-10-05"; empty: everything
};
/// A month or a day of Japan; kInvalidContent.
Result<ReportPeriod> read_period(std::string const& words);
/// "2026-10-05 09:00:00"
std::string japan_time(WallTime time);

/// Unique ids of documents to the member that published each; those that are unknown are left out.
using OwnerLookup = std::function<Result<std::map<std::string, std::string>>(
    std::vector<std::string> const& unique_ids)>;

enum class AccessKind : std::uint8_t {
    kSeen,
    kEmergency,  ///< seen with broken glass
    kRefused,    ///< refused or failed: nothing was seen
    kOther,      ///< patient's report: no look at documents, e.g. a feed or a change of consent
};

struct ReportLine {
    std::int64_t seq = 0;
    WallTime time{};
    AccessKind kind = AccessKind::kSeen;
    std::string transaction;
    std::string member, user, role;      ///< who, from where
    std::string purpose;                 ///< why: code
    std::string rule;                    ///< clause of the agreement, with its version
    std::vector<std::string> patients;   ///< CX
    std::vector<std::string> documents;  ///< unique ids
};

/// Where the trail stood: the report is about records up to here.
struct ChainPosition {
    std::int64_t last = 0;
    Bytes hash;
    std::int64_t root = 0;  ///< newest root, 0: none
    std::int64_t root_last = 0;
};

/// Everything that was recorded before the call is part of it.
Result<ChainPosition> chain_position(Archive const& archive);

struct Report {
    std::string region;   ///< for the reader; filled by who asks
    std::string member;   ///< code; empty in a patient's
    std::string patient;  ///< CX; empty in a member's
    ReportPeriod period;
    WallTime made_at{};
    ChainPosition position;
    std::map<std::string, std::string> names;  ///< member codes to names, as the agreement has them
    std::vector<ReportLine> lines;             ///< in the order of time

    struct Counts {
        std::int64_t seen = 0, emergency = 0, refused = 0, other = 0;  ///< lines
        std::int64_t by_itself = 0;  ///< member's: of all lines, its own
        std::int64_t documents = 0;  ///< different ones among those that were seen
        std::int64_t patients = 0;   ///< different ones of all lines
    };
    Counts counts() const;
};

/// kTooLarge beyond 200,000 lines: ask for days.
Result<Report> member_report(Archive const& archive, std::string const& member,
                             ReportPeriod const& period, OwnerLookup const& owners, WallTime now);
/// `patients`: every regional id (CX) of one person. kTooLarge beyond 10,000 lines.
Result<Report> patient_report(Archive const& archive, std::vector<std::string> const& patients,
                              ReportPeriod const& period, WallTime now);

}  // namespace musubi::atna
