#include "atna/findings.h"

#include "atna/findings_sql.h"
#include "atna/user_names.h"
#include "platform/base/metrics.h"
#include "platform/base/text.h"
#include "platform/pg/pool.h"
#include "platform/vault/durable_file.h"

#include <map>
#include <set>
#include <span>

namespace musubi::atna {
namespace {

constexpr auto kJapan = std::chrono::hours(9);
constexpr auto kDay = std::chrono::hours(24);
constexpr std::size_t kMaxWatched = 1U << 20;

struct Span {
    WallTime from{}, to{};
};

pg::Params bounds(Span const& span, std::int64_t threshold, WallTime now,
                  ReviewSettings const& settings) {
    return std::move(pg::Params()
                         .timestamptz(span.from)
                         .timestamptz(span.to)
                         .int8(threshold)
                         .timestamptz(now)
                         .timestamptz(now + settings.days));
}

Result<int> find(pg::Pool& pool, pg::Statement const& statement, pg::Params const& params) {
    return pool.run(
        [&](pg::Tx& tx) -> Result<int> { return TRY(tx.exec(statement, params)).size(); });
}

WallTime day_of_japan(WallTime time) {
    return WallTime(std::chrono::floor<std::chrono::days>(time + kJapan)) - kJapan;
}

/// The column's forms of every id in the file.
Result<std::vector<std::string>> watched(std::string const& file, EntrySealer const& sealer) {
    auto const content = TRY(vault::read_small_file(file, kMaxWatched));
    std::vector<std::string> out;
    for (auto const line : split(as_text(content), '\n')) {
        auto const id = trim(line);
        if (id.empty() || id.front() == '#') continue;
        for (auto& key : sealer.patient_search_keys(std::string(id))) out.push_back(std::move(key));
    }
    return out;
}

std::vector<AuditFinding> findings_of(pg::Rows const& rows) {
    std::vector<AuditFinding> out;
    for (auto const row : rows) {
        AuditFinding one;
        one.id = row.int64(0);
        one.rule = row.text(1);
        one.begins = row.time(2);
        one.ends = row.time(3);
        one.member = row.text(4);
        auto const token = row.bytes(5);
        one.user_token.assign(token.begin(), token.end());
        one.patient = row.text(6);
        one.records = row.int64(7);
        one.patients = row.int64(8);
        one.first_seq = row.int64(9);
        one.last_seq = row.int64(10);
        one.review_by = row.time(11);
        if (!row.is_null(12)) one.justified = row.boolean(12);
        one.reviewed_by = row.text(13);
        out.push_back(std::move(one));
    }
    return out;
}

/// What one person looked at of one patient on a day.
struct Look {
    std::string member, patient;
    Bytes user;
    std::int64_t records = 0, first = 0, last = 0;
};

/// Those behind `last`, in order; none: the day is through.
Result<std::vector<Look>> looks_behind(pg::Pool& pool, Span const& day, Look const& last,
                                       std::int64_t most) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<Look>> {
        std::vector<Look> out;
        pg::Params params;
        params.timestamptz(day.from).timestamptz(day.to).text(last.member).text(last.patient);
        params.bytea(last.user).int8(most);
        auto const rows = TRY(tx.exec(sql::kLooksOfDay, params));
        for (auto const row : rows) {
            auto const user = row.bytes(1);
            out.push_back({std::string(row.text(0)), std::string(row.text(2)),
                           Bytes(user.begin(), user.end()), row.int64(3), row.int64(4),
                           row.int64(5)});
        }
        return out;
    });
}

/// One member's, ordered by patient: asked about in pieces.
Result<std::set<std::string>> untreated(core::RelationPort const& relations, Span const& day,
                                        std::span<Look const> looks) {
    constexpr std::size_t kPiece = 500;
    std::set<std::string> out;
    std::vector<std::string> piece;
    for (std::size_t i = 0; i < looks.size(); ++i) {
        if (piece.empty() || piece.back() != looks[i].patient) piece.push_back(looks[i].patient);
        if (piece.size() < kPiece && i + 1 < looks.size()) continue;
        out.merge(TRY(relations.untreated(looks[i].member, piece, day.from, day.to)));
        piece.clear();
    }
    return out;
}

/// Writes down as findings of a rule what people looked at on a day.
Result<int> find_looks(pg::Pool& pool, ReviewSettings const& settings, std::string const& rule,
                       std::vector<Look const*> const& looks, Span const& day, WallTime now) {
    if (looks.empty()) return 0;
    std::vector<std::string> members, patients;
    std::vector<Bytes> users;
    std::vector<std::int64_t> records, firsts, lasts;
    for (Look const* look : looks) {
        members.push_back(look->member);
        patients.push_back(look->patient);
        users.push_back(look->user);
        records.push_back(look->records);
        firsts.push_back(look->first);
        lasts.push_back(look->last);
    }
    return find(pool, sql::kFoundLooks,
                pg::Params()
                    .timestamptz(day.from)
                    .timestamptz(day.to)
                    .timestamptz(now)
                    .timestamptz(now + settings.days)
                    .text_array(std::span<std::string const>(members))
                    .bytea_array(std::span<Bytes const>(users))
                    .text_array(std::span<std::string const>(patients))
                    .int8_array(records)
                    .int8_array(firsts)
                    .int8_array(lasts)
                    .text(rule));
}

using Found = std::vector<Look const*>;

Result<Found> without_relation(core::RelationPort const& relations, Span const& day,
                               std::vector<Look> const& looks) {
    Found found;
    for (std::size_t begin = 0, end = 0; begin < looks.size(); begin = end) {
        while (end < looks.size() && looks[end].member == looks[begin].member) ++end;
        std::span<Look const> const own(looks.data() + begin, end - begin);
        auto const strangers = TRY(untreated(relations, day, own));
        for (Look const& look : own) {
            if (strangers.contains(look.patient)) found.push_back(&look);
        }
    }
    return found;
}

Result<Found> namesakes(pg::Pool& pool, core::FamilyNamePort const& names,
                        std::vector<Look> const& looks) {
    std::map<Bytes, std::vector<Look const*>> of_user;
    for (Look const& look : looks) of_user[look.user].push_back(&look);
    std::vector<Bytes> users;
    for (auto const& [user, own] : of_user) users.push_back(user);
    Found found;
    for (auto const& [user, tokens] : TRY(families_of(pool, users))) {
        std::vector<std::string> patients;
        for (Look const* look : of_user[user]) patients.push_back(look->patient);
        auto const same = TRY(names.of_family(patients, tokens));
        for (Look const* look : of_user[user]) {
            if (same.contains(look->patient)) found.push_back(look);
        }
    }
    return found;
}

/// Each look is judged by itself: a busy day goes through in pieces.
Result<int> find_among_looks(pg::Pool& pool, ReviewSettings const& settings,
                             ReviewPorts const& ports, Span const& day, WallTime now) {
    auto const* relations = settings.relation ? ports.relations : nullptr;
    auto const* names = settings.family ? ports.families : nullptr;
    if (!relations && !names) return 0;
    int found = 0;
    Look last;
    while (true) {
        auto const looks = TRY(looks_behind(pool, day, last, settings.looks_at_once));
        if (looks.empty()) return found;
        if (relations) {
            auto const strangers = TRY(without_relation(*relations, day, looks));
            found += TRY(find_looks(pool, settings, "relation", strangers, day, now));
        }
        if (names) {
            auto const relatives = TRY(namesakes(pool, *names, looks));
            found += TRY(find_looks(pool, settings, "family", relatives, day, now));
        }
        last = looks.back();
    }
}

}  // namespace

Result<int> look_through(pg::Pool& pool, EntrySealer const& sealer, ReviewSettings const& settings,
                         ReviewPeriod const& period, ReviewPorts ports) {
    auto const [since, until, now] = period;
    int found = 0;
    Span const hours{std::chrono::floor<std::chrono::hours>(since),
                     std::chrono::floor<std::chrono::hours>(until)};
    if (settings.bulk_patients > 0 && hours.from < hours.to)
        found +=
            TRY(find(pool, sql::kFindBulk, bounds(hours, settings.bulk_patients, now, settings)));
    if (settings.denials > 0 && hours.from < hours.to)
        found += TRY(find(pool, sql::kFindDenials, bounds(hours, settings.denials, now, settings)));
    auto const ids = settings.watched_file.empty() ? std::vector<std::string>()
                                                   : TRY(watched(settings.watched_file, sealer));
    auto const night = std::chrono::hours((settings.night_ends - settings.night_begins + 24) % 24);
    for (auto day = day_of_japan(since) - kDay; day < until; day += kDay) {
        Span const dark{day + std::chrono::hours(settings.night_begins),
                        day + std::chrono::hours(settings.night_begins) + night};
        if (settings.night_records > 0 && dark.to > since && dark.to <= until)
            found += TRY(
                find(pool, sql::kFindNight, bounds(dark, settings.night_records, now, settings)));
        Span const whole{day, day + kDay};
        bool const over = whole.to > since && whole.to <= until;
        if (over) found += TRY(find_among_looks(pool, settings, ports, whole, now));
        if (!ids.empty() && over) {
            auto params = bounds(whole, 1, now, settings);
            params.text_array(std::span<std::string const>(ids));
            found += TRY(find(pool, sql::kFindWatched, params));
        }
    }
    counter("atna_findings_total").add(static_cast<std::uint64_t>(found));
    return found;
}

Result<std::vector<AuditFinding>> audit_findings(pg::Pool& pool, SignedOff which) {
    auto const& statement = which == SignedOff::kNo ? sql::kOpenFindings : sql::kAllFindings;
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<AuditFinding>> {
        return findings_of(TRY(tx.exec(statement)));
    });
}

Result<std::int64_t> overdue_findings(pg::Pool& pool, WallTime now) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::int64_t> {
        return TRY(tx.exec(sql::kOverdueFindings, pg::Params().timestamptz(now))).front().int64(0);
    });
}

Status sign_off(pg::Pool& pool, core::AuditPort& audit, SignOff const& word,
                domain::AuditEvent record, WallTime now) {
    return pool.run([&](pg::Tx& tx) -> Status {
        if (TRY(tx.exec(sql::kOneFinding, pg::Params().int8(word.finding))).empty())
            return Error(Code::kNotFound, "there is no such finding");
        auto const done = TRY(tx.exec(sql::kSignOff, pg::Params()
                                                         .int8(word.finding)
                                                         .boolean(word.justified)
                                                         .text(word.reviewer)
                                                         .timestamptz(now)));
        if (done.empty()) return Error(Code::kConflict, "this finding was signed off before");
        return audit.record_in(tx, {record});
    });
}

}  // namespace musubi::atna
