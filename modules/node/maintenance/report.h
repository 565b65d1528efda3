#pragma once
// What was done under a work order, held against what was announced: for the member that has to
// confirm it (guideline controls RM-2, RM-3). From the audit trail alone: every record of a window
// carries the order. Patients stand here by regional id; whoever reads the report knows whose they
// are.

#include "atna/archive.h"
#include "atna/report_facts.h"
#include "atna/report_writers.h"
#include "node/maintenance/window.h"

#include <map>

namespace musubi::node {

struct MaintenanceLine {
    std::int64_t seq = 0;
    WallTime time{};
    std::string person;
    std::string command;  ///< "patient show"
    std::string what;     ///< transaction of the record
    std::vector<std::string> patients, documents;
    bool good = true;
};

struct MaintenanceReport {
    std::string region, order;
    WallTime made_at{};
    atna::ChainPosition position;
    std::vector<MaintenanceWindow> windows;  ///< oldest first
    std::vector<MaintenanceLine> lines;      ///< in the order of the trail
    std::vector<std::pair<std::string, WallTime>> confirmed;

    // Made of these by compare():
    std::map<std::string, std::int64_t> commands;  ///< done, how often
    std::set<std::string> patients;                ///< touched
    std::set<std::string> commands_not_announced, commands_not_done;
    std::set<std::string> patients_not_announced, patients_not_touched;
    bool as_announced() const {
        return commands_not_announced.empty() && patients_not_announced.empty();
    }
};
/// Fills what is made of windows and lines. Pure.
void compare(MaintenanceReport& report);

/// kNotFound: no such order; kTooLarge: more than 10,000 records of one person in one window.
Result<MaintenanceReport> maintenance_report(atna::Archive const& archive, std::string const& order,
                                             WallTime now);

std::string maintenance_html(MaintenanceReport const& report, atna::Language language);
std::string maintenance_csv(MaintenanceReport const& report, atna::Language language);
std::string maintenance_json(MaintenanceReport const& report);
std::string maintenance_table(MaintenanceReport const& report);

}  // namespace musubi::node
