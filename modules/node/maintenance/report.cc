#include "node/maintenance/report.h"

#include <algorithm>

namespace musubi::node {
namespace {

constexpr int kMost = 10'000;
constexpr char const* kCommandRecord = "maintenance-command";

/// The command, where the record was made under this order.
std::optional<std::string> command_under(domain::AuditEvent const& event, std::string const& uri) {
    for (auto const& object : event.objects) {
        if (object.id != uri) continue;
        for (auto const& detail : object.details)
            if (detail.type == "Command") return detail.value;
    }
    return std::nullopt;
}

MaintenanceLine line_of(atna::FoundRecord const& record, std::string command) {
    MaintenanceLine line;
    line.seq = record.seq;
    line.time = record.event.time;
    line.person = atna::user_of(record.event);
    line.command = std::move(command);
    line.what = record.event.transaction;
    line.good = record.event.outcome == domain::AuditOutcome::kSuccess;
    for (auto const& object : record.event.objects) {
        if (object.type == 1 && object.role == 1) line.patients.push_back(object.id);
        if (object.type == 2 && object.role == 3) line.documents.push_back(object.id);
    }
    return line;
}

Status collect(atna::Archive const& archive, MaintenanceWindow const& window, WallTime now,
               std::map<std::int64_t, MaintenanceLine>& lines) {
    std::string const uri = order_uri(window.order);
    for (std::string const& person : window.persons) {
        atna::SearchQuery query;
        query.user = person;
        query.from = window.opened;
        query.to = window.ended.value_or(now) + std::chrono::seconds(1);
        query.limit = kMost;
        auto const records = TRY(atna::search(archive, query));
        if (records.size() == kMost)
            return Error(Code::kTooLarge, "more records in one window than a report can hold");
        for (auto const& record : records) {
            if (record.damaged)
                return Error(Code::kConflict,
                             "record " + std::to_string(record.seq) +
                                 " of the audit trail is damaged (musubi audit verify)");
            if (auto command = command_under(record.event, uri))
                lines.emplace(record.seq, line_of(record, std::move(*command)));
        }
    }
    return {};
}

std::set<std::string> minus(std::set<std::string> const& a, std::set<std::string> const& b) {
    std::set<std::string> out;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
    return out;
}

}  // namespace

void compare(MaintenanceReport& report) {
    std::set<std::string> planned_commands, planned_patients, done;
    for (auto const& window : report.windows) {
        planned_commands.insert(window.commands.begin(), window.commands.end());
        planned_patients.insert(window.patients.begin(), window.patients.end());
    }
    for (auto const& line : report.lines) {
        if (line.what == kCommandRecord) {
            ++report.commands[line.command];
            done.insert(line.command);
        }
        report.patients.insert(line.patients.begin(), line.patients.end());
    }
    report.commands_not_announced = minus(done, planned_commands);
    report.commands_not_done = minus(planned_commands, done);
    report.patients_not_announced = minus(report.patients, planned_patients);
    report.patients_not_touched = minus(planned_patients, report.patients);
}

Result<MaintenanceReport> maintenance_report(atna::Archive const& archive, std::string const& order,
                                             WallTime now) {
    MaintenanceReport out;
    out.order = order;
    out.made_at = now;
    out.windows = TRY(windows(archive.pool, order));
    if (out.windows.empty() || order.empty())
        return Error(Code::kNotFound, "no window was opened for this order");
    std::reverse(out.windows.begin(), out.windows.end());
    out.position = TRY(atna::chain_position(archive));
    std::map<std::int64_t, MaintenanceLine> lines;
    for (auto const& window : out.windows) TRY(collect(archive, window, now, lines));
    for (auto& [seq, line] : lines)
        if (seq <= out.position.last) out.lines.push_back(std::move(line));
    out.confirmed = TRY(confirmations(archive.pool, order));
    compare(out);
    return out;
}

}  // namespace musubi::node
