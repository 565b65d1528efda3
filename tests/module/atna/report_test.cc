// What members and patients are told, counted again by other means.

#include "atna/evidence_json.h"
#include "atna/report_writers.h"
#include "module/atna/audit_fixture.h"

#include <algorithm>
#include <fstream>

namespace musubi::atna {
namespace {

/// hospital-kita published the documents with an even number, clinic-kita the rest.
Result<std::map<std::string, std::string>> owners(std::vector<std::string> const& ids) {
    std::map<std::string, std::string> out;
    for (auto const& id : ids) {
        if (!id.starts_with("1.2.3.")) continue;
        out[id] = std::stoi(id.substr(6)) % 2 == 0 ? "hospital-kita" : "clinic-kita";
    }
    return out;
}

class Reports : public AuditTrail {
protected:
    /// event(): even numbers are asked for by hospital-kita, odd ones by clinic-kita.
    void SetUp() override {
        fill(6);
        DatabaseAudit audit(*pool_, *sealer_, system_ids());
        auto refused = event(7, "R2^^^&2.999.1.1.1&ISO");
        refused.outcome = domain::AuditOutcome::kMinorFailure;
        refused.objects[1].id = "1.2.3.2";
        auto emergency = event(9);
        emergency.objects[0].details = {{"emergency", "UNCONSCIOUS"}};
        emergency.objects[1].id = "1.2.3.4";
        emergency.purposes_of_use = {{"ETREAT", "2.16.840.1.113883.5.8", "ETREAT"}};
        emergency.participants[2].roles = {{"doctor", "Musubi agreement role", "doctor"}};
        auto mixed = event(11);
        mixed.objects.push_back(domain::audit_document("1.2.3.6", "2.999.1.1.2", std::nullopt));
        auto feed = event(13);
        feed.event_id = domain::dcm("110110", "Patient Record");
        feed.transaction = "ITI-8";
        feed.objects.pop_back();
        auto unknown = event(15);
        unknown.objects[1].id = "9.9.9";
        auto later = event(100'000);  // the next day
        ASSERT_TRUE(audit.record({refused, emergency, mixed, feed, unknown, later}).ok());
    }
    Report of_hospital(std::string const& period = "2026-11-21") {
        auto out = member_report(archive(), "hospital-kita", *read_period(period), owners, kTime);
        if (!out) throw std::runtime_error(out.error().detail);
        out->region = "Kita <region>";
        out->names = {{"hospital-kita", "北総合病院"}, {"clinic-kita", "北診療所"}};
        return *out;
    }
};

TEST_F(Reports, AMemberIsToldOfItsOwnDocumentsAndNothingElse) {
    auto const report = of_hospital();
    std::string told;
    for (auto const& line : report.lines) {
        told += std::to_string(line.seq) + ":";
        for (auto const& id : line.documents) told += id + ",";
        told += " ";
    }
    EXPECT_EQ(told, "2:1.2.3.2, 4:1.2.3.4, 6:1.2.3.6, 7:1.2.3.2, 8:1.2.3.4, 9:1.2.3.6, ")
        << "of the mixed record only its own document; nothing of the others'";
    auto const counts = report.counts();
    EXPECT_EQ(counts.seen, 4);
    EXPECT_EQ(counts.emergency, 1);
    EXPECT_EQ(counts.refused, 1);
    EXPECT_EQ(counts.by_itself, 3);
    EXPECT_EQ(counts.documents, 3);
    EXPECT_EQ(counts.patients, 2);
    EXPECT_EQ(report.position.last, 12);
    auto const& look = report.lines[4];
    EXPECT_EQ(look.kind, AccessKind::kEmergency);
    EXPECT_EQ(look.member, "clinic-kita");
    EXPECT_EQ(look.user, "dr-midori");
    EXPECT_EQ(look.role, "doctor");
    EXPECT_EQ(look.purpose, "ETREAT");
    EXPECT_EQ(look.rule, "K3.2");
}

TEST_F(Reports, CountsAreWhatTheDatabaseCounts) {
    auto const counts = of_hospital().counts();
    // By columns alone, without opening a record and without the report's code.
    auto const rows = pg::run_script(
        database_.superuser(),
        "SELECT count(*) FILTER (WHERE outcome = 0), count(*) FILTER (WHERE outcome <> 0), "
        "count(*) FILTER (WHERE organisation = 'hospital-kita') FROM atna.record WHERE event = "
        "'110106' AND documents && '{1.2.3.2,1.2.3.4,1.2.3.6}' AND time >= '2026-11-20 15:00Z' AND "
        "time < '2026-11-21 15:00Z'");
    EXPECT_EQ(std::to_string(counts.seen + counts.emergency), rows->at(0).at(0));
    EXPECT_EQ(std::to_string(counts.refused), rows->at(0).at(1));
    EXPECT_EQ(std::to_string(counts.by_itself), rows->at(0).at(2));
}

TEST_F(Reports, PeriodsAreDaysAndMonthsOfJapan) {
    EXPECT_EQ(of_hospital("2026-11").lines.size(), 7U);
    EXPECT_EQ(of_hospital("2026-11-22").lines.size(), 1U);
    EXPECT_TRUE(of_hospital("2026-10").lines.empty());
    auto const day = *read_period("2024-02-29");
    EXPECT_EQ(to_rfc3339(day.from), "2024-02-28T15:00:00.000000Z");
    EXPECT_EQ(day.to - day.from, std::chrono::hours(24));
    EXPECT_EQ(to_rfc3339(read_period("2026-12")->to), "2026-12-31T15:00:00.000000Z");
    for (char const* wrong : {"2026", "2026-13", "2026-00", "2026-02-30", "2026-1-1", "2026/10",
                              "-026-10", "2026-10-", "2026-10-0x", "10-2026"})
        EXPECT_FALSE(read_period(wrong).ok()) << wrong;
    EXPECT_EQ(japan_time(kTime), "2026-11-21 09:00:00");
}

TEST_F(Reports, ManyLinesComePageByPageWithoutLossOrRepeat) {
    DatabaseAudit audit(*pool_, *sealer_, system_ids());
    std::vector<domain::AuditEvent> many;
    for (int i = 0; i < 4'500; ++i) {
        many.push_back(event(2));  // all at one time
        many.back().trace = "many";
    }
    ASSERT_TRUE(audit.record(many).ok());
    auto const report = of_hospital();
    EXPECT_EQ(report.lines.size(), 4'506U);
    std::set<std::int64_t> numbers;
    for (auto const& line : report.lines) numbers.insert(line.seq);
    EXPECT_EQ(numbers.size(), report.lines.size());
}

TEST_F(Reports, APatientIsToldWhoUsedTheRecord) {
    auto const report = patient_report(archive(), {kPatient}, *read_period("2026-11-21"), kTime);
    ASSERT_TRUE(report.ok()) << report.error().detail;
    auto const counts = report->counts();
    EXPECT_EQ(counts.seen, 8);
    EXPECT_EQ(counts.emergency, 1);
    EXPECT_EQ(counts.other, 1);
    EXPECT_EQ(counts.refused, 0) << "that was about somebody else";
    EXPECT_TRUE(std::is_sorted(report->lines.begin(), report->lines.end(),
                               [](auto const& a, auto const& b) { return a.time < b.time; }));
    // Both ids of a person, and what both are named in counts once.
    auto const both =
        patient_report(archive(), {kPatient, "R2^^^&2.999.1.1.1&ISO"}, *read_period(""), kTime);
    EXPECT_EQ(both->lines.size(), 12U);
}

TEST_F(Reports, HtmlIsWholePlainAndEscaped) {
    auto report = of_hospital();
    report.lines[0].user = "<script>\"&'";
    for (auto const language : {Language::kJapanese, Language::kEnglish}) {
        auto const html = report_html(report, language);
        EXPECT_EQ(html.find("<script"), std::string::npos);
        EXPECT_EQ(html.find("http"), std::string::npos) << "nothing is fetched";
        EXPECT_NE(html.find("&lt;script&gt;&quot;&amp;&#39;"), std::string::npos);
        EXPECT_NE(html.find("Kita &lt;region&gt;"), std::string::npos);
        EXPECT_NE(html.find("北診療所"), std::string::npos);
        EXPECT_NE(html.find("@media print"), std::string::npos);
        EXPECT_EQ(html.find("192.0.2.7"), std::string::npos) << "no addresses of others";
        auto const rows = [&] {
            std::size_t n = 0;
            for (auto at = html.find("<tr><td>"); at != std::string::npos;
                 at = html.find("<tr><td>", at + 1))
                ++n;
            return n;
        }();
        EXPECT_EQ(rows, report.lines.size());
        auto const open = [&](std::string const& tag) {
            std::size_t n = 0;
            for (auto at = html.find("<" + tag); at != std::string::npos;
                 at = html.find("<" + tag, at + 1))
                ++n;
            return n;
        };
        EXPECT_EQ(open("caption>"), open("thead>")) << "each table of lines says what it is";
        EXPECT_EQ(open("table>"), open("/table>"));
    }
    EXPECT_NE(report_html(report, Language::kJapanese).find("<html lang=\"ja\">"),
              std::string::npos);
    EXPECT_NE(report_html(report, Language::kJapanese).find("救急診療"), std::string::npos);
}

TEST_F(Reports, CsvAndJsonCarryTheSameLines) {
    auto report = of_hospital();
    report.lines[0].user = "=1+1,\"x\"";
    auto const csv = report_csv(report, Language::kEnglish);
    EXPECT_TRUE(csv.starts_with("\xEF\xBB\xBF\"Kind\",\"Time\",\"Institution\",\"User\","));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 7);
    EXPECT_NE(csv.find("\"'=1+1,\"\"x\"\"\""), std::string::npos);
    auto const json = report_json(report);
    EXPECT_NE(json.find("\"counts\":{\"seen\":4,\"emergency\":1,\"refused\":1,\"other\":0,"
                        "\"by_itself\":3,\"documents\":3,\"patients\":2}"),
              std::string::npos)
        << json;
    std::ofstream(folder_ / "report.json") << json;
    auto const parsed =
        "python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); "
        "sys.exit(len(d[\"lines\"]) != 6)' " +
        (folder_ / "report.json").string();
    EXPECT_EQ(std::system(parsed.c_str()), 0);
    auto const table = report_table(report);
    EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 7);
}

}  // namespace
}  // namespace musubi::atna
