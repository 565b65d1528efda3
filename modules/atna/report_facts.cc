#include "atna/report_facts.h"

#include "atna/found.h"
#include "atna/receiver.h"
#include "atna/roots_store.h"
#include "atna/store.h"
#include "atna/up_to_date.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace musubi::atna {
namespace {

constexpr std::size_t kMaxLines = 200'000;
constexpr int kMaxPatientLines = 10'000;
constexpr int kPage = 2'000;
constexpr auto kJapan = std::chrono::hours(9);

WallTime far_future() { return WallTime(std::chrono::sys_days(std::chrono::year(9999) / 1 / 1)); }

std::optional<int> digits(std::string_view text) {
    int out = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size() || text.front() == '-') return {};
    return out;
}

bool has_detail(domain::AuditEvent const& event, std::string_view type) {
    for (auto const& object : event.objects) {
        for (auto const& detail : object.details)
            if (detail.type == type) return true;
    }
    return false;
}

bool is_look(std::string const& event) {
    return event == "110106" || event == "110104" || event == "110103";
}

AccessKind kind_of(domain::AuditEvent const& event) {
    if (event.outcome != domain::AuditOutcome::kSuccess) return AccessKind::kRefused;
    if (has_detail(event, "emergency")) return AccessKind::kEmergency;
    return is_look(event.event_id.code) ? AccessKind::kSeen : AccessKind::kOther;
}

std::string role_of(domain::AuditEvent const& event) {
    for (auto const& one : event.participants) {
        for (auto const& role : one.roles)
            if (role.system == "Musubi agreement role") return role.code;
    }
    return {};
}

ReportLine line_of(FoundRecord const& found) {
    auto const& event = found.event;
    ReportLine line;
    line.seq = found.seq;
    line.time = event.time;
    line.kind = kind_of(event);
    line.transaction = event.transaction;
    line.member = event.organisation;
    line.user = user_of(event);
    line.role = role_of(event);
    if (!event.purposes_of_use.empty()) line.purpose = event.purposes_of_use.front().code;
    line.rule = event.rule;
    for (auto const& object : event.objects) {
        if (object.type == 1 && object.role == 1) line.patients.push_back(object.id);
        if (object.type == 2 && object.role == 3) line.documents.push_back(object.id);
    }
    return line;
}

Result<ChainPosition> position_of(Archive const& archive) {
    auto tx = TRY(archive.pool.begin());
    auto const end = TRY(store::last(tx));
    ChainPosition out{end.seq, end.hash};
    if (auto const root = TRY(store::newest_root(tx))) {
        out.root = root->root.number;
        out.root_last = root->root.last;
    }
    return out;
}

/// Who published what of a page.
Result<std::map<std::string, std::string>> owners_of(std::vector<StoredRecord> const& page,
                                                     OwnerLookup const& owners) {
    std::set<std::string> ids;
    for (auto const& row : page)
        ids.insert(row.columns.documents.begin(), row.columns.documents.end());
    return owners({ids.begin(), ids.end()});
}

}  // namespace

Result<ChainPosition> chain_position(Archive const& archive) {
    EntrySealer const sealer(archive.keys, archive.regional_authorities);
    TRY(bring_up_to_date(archive, sealer));
    return position_of(archive);
}

std::string japan_time(WallTime time) {
    auto out = to_rfc3339(time + kJapan).substr(0, 19);
    out[10] = ' ';
    return out;
}

Result<ReportPeriod> read_period(std::string const& words) {
    using namespace std::chrono;
    ReportPeriod out{WallTime{}, far_future(), words};
    if (words.empty()) return out;
    Error const wrong(Code::kInvalidContent, "--period: expected 2026-10 or 2026-10-05");
    bool const day = words.size() == 10 && words[7] == '-';
    if ((!day && words.size() != 7) || words[4] != '-') return wrong;
    std::string_view const text(words);
    auto const y = digits(text.substr(0, 4)), m = digits(text.substr(5, 2));
    auto const d = day ? digits(text.substr(8, 2)) : std::optional(1);
    if (!y || !m || !d) return wrong;
    year_month_day const first(year(*y), month(static_cast<unsigned>(*m)),
                               std::chrono::day(static_cast<unsigned>(*d)));
    if (!first.ok()) return wrong;
    year_month_day const next_month(first.year() / first.month() / 1 + months(1));
    out.from = WallTime(sys_days(first)) - kJapan;
    out.to = (day ? WallTime(sys_days(first) + days(1)) : WallTime(sys_days(next_month))) - kJapan;
    return out;
}

Report::Counts Report::counts() const {
    Counts out;
    std::set<std::string> documents_seen, patients_told;
    for (auto const& line : lines) {
        switch (line.kind) {
            case AccessKind::kSeen: ++out.seen; break;
            case AccessKind::kEmergency: ++out.emergency; break;
            case AccessKind::kRefused: ++out.refused; break;
            case AccessKind::kOther: ++out.other; break;
        }
        if (!member.empty() && line.member == member) ++out.by_itself;
        if (line.kind != AccessKind::kRefused)
            documents_seen.insert(line.documents.begin(), line.documents.end());
        patients_told.insert(line.patients.begin(), line.patients.end());
    }
    out.documents = static_cast<std::int64_t>(documents_seen.size());
    out.patients = static_cast<std::int64_t>(patients_told.size());
    return out;
}

Result<Report> member_report(Archive const& archive, std::string const& member,
                             ReportPeriod const& period, OwnerLookup const& owners, WallTime now) {
    EntrySealer const sealer(archive.keys, archive.regional_authorities);
    TRY(bring_up_to_date(archive, sealer));
    Report out;
    out.member = member;
    out.period = period;
    out.made_at = now;
    out.position = TRY(position_of(archive));
    store::PeriodCursor at{period.from, period.to, 0, out.position.last};
    for (bool more = true; more;) {
        auto const page = TRY(
            archive.pool.read([&](pg::ReadTx& tx) { return store::disclosures(tx, at, kPage); }));
        more = page.size() == kPage;
        auto const published = TRY(owners_of(page, owners));
        for (auto const& row : page) {
            at.from = row.columns.time;
            at.after = row.seq;
            auto const is_ours = [&](std::string const& id) {
                auto const found = published.find(id);
                return found != published.end() && found->second == member;
            };
            auto const& all = row.columns.documents;
            if (is_received(row.columns) || std::none_of(all.begin(), all.end(), is_ours)) continue;
            auto line = line_of(TRY(readable_record(sealer, row)));
            std::erase_if(line.documents, [&](auto const& id) { return !is_ours(id); });
            if (out.lines.size() == kMaxLines)
                return Error(Code::kTooLarge, "more than 200,000 lines: ask for single days");
            out.lines.push_back(std::move(line));
        }
    }
    return out;
}

Result<Report> patient_report(Archive const& archive, std::vector<std::string> const& patients,
                              ReportPeriod const& period, WallTime now) {
    EntrySealer const sealer(archive.keys, archive.regional_authorities);
    TRY(bring_up_to_date(archive, sealer));
    Report out;
    out.patient = patients.empty() ? "" : patients.front();
    out.period = period;
    out.made_at = now;
    out.position = TRY(position_of(archive));
    std::set<std::int64_t> seen;
    for (auto const& patient : patients) {
        store::Filter filter;
        filter.patients = sealer.patient_search_keys(patient);
        filter.from = period.from;
        filter.to = period.to;
        filter.limit = kMaxPatientLines + 1;
        auto const rows =
            TRY(archive.pool.read([&](pg::ReadTx& tx) { return store::search(tx, filter); }));
        for (auto const& row : rows) {
            if (is_received(row.columns) || row.seq > out.position.last) continue;
            if (!seen.insert(row.seq).second) continue;
            auto line = line_of(TRY(readable_record(sealer, row)));
            // Others that one record is about are no business of this one.
            line.patients = {patient};
            out.lines.push_back(std::move(line));
        }
        if (out.lines.size() > kMaxPatientLines)
            return Error(Code::kTooLarge, "more than 10,000 lines: ask for a month");
    }
    std::sort(out.lines.begin(), out.lines.end(), [](auto const& a, auto const& b) {
        return std::tie(a.time, a.seq) < std::tie(b.time, b.seq);
    });
    return out;
}

}  // namespace musubi::atna
