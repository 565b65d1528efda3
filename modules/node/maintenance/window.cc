#include "node/maintenance/window.h"

namespace musubi::node {
namespace {

constexpr std::string_view kUndefinedTable = "42P01";
constexpr std::string_view kNoSchema = "3F000";

constexpr pg::Statement kOpenFor{
    "preservation.window_of",
    "select w.window_uuid, w.work_order, w.persons, w.plan, w.commands, w.patients, w.opened_by, "
    "w.opened_at, w.until_at, e.ended_at, e.ended_by from preservation.maintenance_window w left "
    "join preservation.maintenance_end e using (window_uuid) where $1 = any(w.persons) and "
    "w.opened_at <= $2 and w.until_at > $2 and e.window_uuid is null order by w.opened_at desc "
    "limit 1"};
constexpr pg::Statement kOfOrder{
    "preservation.windows",
    "select w.window_uuid, w.work_order, w.persons, w.plan, w.commands, w.patients, w.opened_by, "
    "w.opened_at, w.until_at, e.ended_at, e.ended_by from preservation.maintenance_window w left "
    "join preservation.maintenance_end e using (window_uuid) where $1 = '' or w.work_order = $1 "
    "order by w.opened_at desc limit 100"};
constexpr pg::Statement kExpired{
    "preservation.windows_expired",
    "select w.window_uuid, w.work_order, w.persons, w.plan, w.commands, w.patients, w.opened_by, "
    "w.opened_at, w.until_at, e.ended_at, e.ended_by from preservation.maintenance_window w left "
    "join preservation.maintenance_end e using (window_uuid) where w.until_at <= $1 and "
    "e.window_uuid is null order by w.until_at limit 100"};
constexpr pg::Statement kOpen{
    "preservation.window_open",
    "insert into preservation.maintenance_window (window_uuid, work_order, persons, plan, "
    "commands, patients, opened_by, opened_at, until_at) values ($1, $2, $3, $4, $5, $6, $7, $8, "
    "$9)"};
constexpr pg::Statement kEnd{
    "preservation.window_end",
    "insert into preservation.maintenance_end (window_uuid, ended_by, ended_at) values ($1, $2, "
    "$3) on conflict do nothing returning window_uuid"};
constexpr pg::Statement kReport{
    "preservation.maintenance_report",
    "insert into preservation.maintenance_report (sha256, work_order, made_by, made_at) values "
    "($1, $2, $3, $4) on conflict do nothing"};
constexpr pg::Statement kFindReport{
    "preservation.maintenance_report_find",
    "select work_order from preservation.maintenance_report where sha256 = $1"};
constexpr pg::Statement kConfirm{
    "preservation.maintenance_confirm",
    "insert into preservation.maintenance_confirmation (sha256, member, signature, confirmed_at) "
    "values ($1, $2, $3, $4)"};
constexpr pg::Statement kConfirmed{
    "preservation.maintenance_confirmed",
    "select c.member, min(c.confirmed_at) from preservation.maintenance_confirmation c join "
    "preservation.maintenance_report r using (sha256) where r.work_order = $1 group by c.member "
    "order by c.member"};

std::set<std::string> set_of(std::vector<std::string> list) {
    return {std::make_move_iterator(list.begin()), std::make_move_iterator(list.end())};
}

std::vector<MaintenanceWindow> windows_of(pg::Rows const& rows) {
    std::vector<MaintenanceWindow> out;
    for (pg::Row const row : rows) {
        MaintenanceWindow one;
        one.id = row.uuid(0);
        one.order = row.text(1);
        one.persons = set_of(row.text_array(2));
        one.plan = row.text(3);
        one.commands = set_of(row.text_array(4));
        one.patients = set_of(row.text_array(5));
        one.opened_by = row.text(6);
        one.opened = row.time(7);
        one.until = row.time(8);
        one.ended = row.time_if(9);
        one.ended_by = row.text_if(10).value_or("");
        out.push_back(std::move(one));
    }
    return out;
}

Result<std::vector<MaintenanceWindow>> ask(pg::Pool& pool, pg::Statement const& statement,
                                           pg::Params const& params) {
    auto const rows = pool.read([&](pg::ReadTx& tx) { return tx.exec(statement, params); });
    if (rows) return windows_of(*rows);
    auto const state = pg::sqlstate(rows.error());
    if (state == kUndefinedTable || state == kNoSchema) return std::vector<MaintenanceWindow>();
    return rows.error();
}

domain::AuditEvent window_event(MaintenanceTrail const& trail, MaintenanceWindow const& window,
                                bool started) {
    domain::AuditEvent event;
    event.event_id = domain::dcm("110113", "Security Alert");
    event.event_types = {started ? domain::dcm("110139", "Remote Service Operation Started")
                                 : domain::dcm("110140", "Remote Service Operation Stopped")};
    event.source_id = trail.source_id;
    event.enterprise_site_id = trail.region;
    event.organisation = trail.region;
    event.transaction = started ? "maintenance-open" : "maintenance-close";
    for (std::string const& person : window.persons) {
        domain::AuditParticipant one;
        one.user_id = person;
        one.roles = {{"operator", "Musubi agreement role", "operator"}};
        event.participants.push_back(std::move(one));
    }
    domain::AuditObject order;
    order.id = order_uri(window.order);
    order.role = 13;  // security resource
    order.id_type = {"12", "RFC-3881", "URI"};
    order.details = {{"Work order", window.order},
                     {"Until", to_rfc3339(window.until)},
                     {"Alert Description", window.plan}};
    event.objects = {std::move(order)};
    return event;
}

void name_actor(domain::AuditEvent& event, std::string const& by) {
    domain::AuditParticipant actor;
    actor.user_id = by;
    actor.is_requestor = true;
    event.participants.insert(event.participants.begin(), std::move(actor));
}

}  // namespace

bool is_work_order(std::string_view text) {
    constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-";
    return !text.empty() && text.size() <= 64 &&
           text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string order_uri(std::string_view order) {
    return "urn:musubi:maintenance:" + std::string(order);
}

Result<std::optional<MaintenanceWindow>> window_of(pg::Pool& pool, std::string const& person,
                                                   WallTime now) {
    auto found = TRY(ask(pool, kOpenFor, pg::Params().text(person).timestamptz(now)));
    if (found.empty()) return std::optional<MaintenanceWindow>();
    return std::optional(std::move(found.front()));
}

Result<std::vector<MaintenanceWindow>> windows(pg::Pool& pool, std::string const& order) {
    return ask(pool, kOfOrder, pg::Params().text(order));
}

Status open_window(pg::Pool& pool, MaintenanceTrail const& trail, MaintenanceWindow const& window) {
    auto event = window_event(trail, window, true);
    event.time = window.opened;
    name_actor(event, window.opened_by);
    return pool.run([&](pg::Tx& tx) -> Status {
        std::vector<std::string> const persons(window.persons.begin(), window.persons.end());
        std::vector<std::string> const commands(window.commands.begin(), window.commands.end());
        std::vector<std::string> const patients(window.patients.begin(), window.patients.end());
        tx.queue(kOpen,
                 std::move(pg::Params()
                               .uuid(window.id)
                               .text(window.order)
                               .text_array(std::span<std::string const>(persons))
                               .text(window.plan)
                               .text_array(std::span<std::string const>(commands))
                               .text_array(std::span<std::string const>(patients))
                               .text(window.opened_by)
                               .timestamptz(window.opened)
                               .timestamptz(window.until)),
                 1);
        return trail.audit.record_in(tx, {event});
    });
}

Status close_window(pg::Pool& pool, MaintenanceTrail const& trail, MaintenanceWindow const& window,
                    std::string const& by, WallTime now) {
    auto event = window_event(trail, window, false);
    event.time = now;
    if (!by.empty()) name_actor(event, by);
    return pool.run([&](pg::Tx& tx) -> Status {
        pg::Params params;
        params.uuid(window.id)
            .text_or_null(by.empty() ? std::nullopt : std::optional<std::string_view>(by))
            .timestamptz(by.empty() ? window.until : now);
        if (TRY(tx.exec(kEnd, params)).empty())
            return Error(Code::kConflict, "this window is closed already");
        return trail.audit.record_in(tx, {event});
    });
}

Result<int> close_expired(pg::Pool& pool, MaintenanceTrail const& trail, WallTime now) {
    int closed = 0;
    for (auto const& window : TRY(ask(pool, kExpired, pg::Params().timestamptz(now)))) {
        auto const done = close_window(pool, trail, window, "", now);
        if (!done && done.error().code != Code::kConflict) return done.error();
        closed += done ? 1 : 0;
    }
    return closed;
}

void queue_report(pg::Tx& tx, Bytes const& sha256, std::string const& order, std::string const& by,
                  WallTime now) {
    tx.queue(kReport, std::move(pg::Params().bytea(sha256).text(order).text(by).timestamptz(now)));
}

Result<std::string> order_of_report(pg::Pool& pool, Bytes const& sha256) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::string> {
        auto const rows = TRY(tx.exec(kFindReport, pg::Params().bytea(sha256)));
        if (rows.empty())
            return Error(Code::kNotFound, "no report of maintenance says this, octet for octet");
        return std::string(rows.front().text(0));
    });
}

void queue_confirmation(pg::Tx& tx, Confirmation const& confirmation) {
    tx.queue(kConfirm,
             std::move(pg::Params()
                           .bytea(confirmation.sha256)
                           .text(confirmation.member)
                           .bytea(confirmation.signature)
                           .timestamptz(confirmation.at)),
             1);
}

Result<std::vector<std::pair<std::string, WallTime>>> confirmations(pg::Pool& pool,
                                                                    std::string const& order) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<std::pair<std::string, WallTime>>> {
        std::vector<std::pair<std::string, WallTime>> out;
        auto const rows = TRY(tx.exec(kConfirmed, pg::Params().text(order)));
        for (pg::Row const row : rows) out.emplace_back(row.text(0), row.time(1));
        return out;
    });
}

}  // namespace musubi::node
