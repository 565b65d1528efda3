// A report of maintenance as files: HTML and CSV in Japanese or English, JSON, a terminal's table.

#include "atna/report_parts.h"
#include "node/maintenance/report.h"
#include "platform/base/json_text.h"

namespace musubi::node {
namespace {

using atna::html_escaped;
using atna::japan_time;

struct Words {
    std::string_view language, title, about, region, order, made_at, position, plan, persons,
        opened_by, window, ended_itself, still_open, summary, as_announced, differs,
        commands_not_announced, commands_not_done, patients_not_announced, patients_not_touched,
        none, commands, patients, confirmed, not_confirmed, lines, time, person, command, what,
        documents, outcome, good, bad, record, proof;
};

constexpr Words kJapanese{
    .language = "ja",
    .title = "保守作業の報告書",
    .about =
        "作業指示のもとで運営者が行った操作を、監査記録から集め、事前の計画と照合したものです。",
    .region = "地域",
    .order = "作業指示番号",
    .made_at = "作成日時（日本時間）",
    .position = "監査記録の範囲",
    .plan = "計画",
    .persons = "作業者",
    .opened_by = "開始した者",
    .window = "作業時間（日本時間）",
    .ended_itself = "時間切れで終了",
    .still_open = "作業中",
    .summary = "計画との照合",
    .as_announced = "計画のとおりです。",
    .differs = "計画と異なる点があります。",
    .commands_not_announced = "計画にない操作",
    .commands_not_done = "計画にあり、行われなかった操作",
    .patients_not_announced = "計画になく、記録に触れた患者",
    .patients_not_touched = "計画にあり、触れなかった患者",
    .none = "なし",
    .commands = "行った操作と回数",
    .patients = "記録に触れた患者",
    .confirmed = "確認した機関",
    .not_confirmed = "まだ確認されていません",
    .lines = "記録",
    .time = "日時",
    .person = "作業者",
    .command = "操作",
    .what = "内容",
    .documents = "文書",
    .outcome = "結果",
    .good = "成功",
    .bad = "失敗・拒否",
    .record = "監査記録の番号",
    .proof =
        "この報告書には、同じ名前に .p7s "
        "を付けた電子署名のファイルが付いています。確認した機関は、この報告書に"
        "自らの署名を付けて返します。",
};

constexpr Words kEnglish{
    .language = "en",
    .title = "Report of maintenance",
    .about =
        "What operators did under the work order, collected from the audit trail and compared "
        "with what was announced.",
    .region = "Region",
    .order = "Work order",
    .made_at = "Made at (Japan)",
    .position = "Audit records",
    .plan = "Plan",
    .persons = "Persons",
    .opened_by = "Opened by",
    .window = "Window (Japan)",
    .ended_itself = "ended by its time",
    .still_open = "still open",
    .summary = "Compared with the plan",
    .as_announced = "As announced.",
    .differs = "Not everything is as announced.",
    .commands_not_announced = "Commands that were not announced",
    .commands_not_done = "Announced commands that were not used",
    .patients_not_announced = "Patients touched that were not announced",
    .patients_not_touched = "Announced patients that were not touched",
    .none = "none",
    .commands = "Commands and how often",
    .patients = "Patients touched",
    .confirmed = "Confirmed by",
    .not_confirmed = "nobody yet",
    .lines = "Records",
    .time = "Time",
    .person = "Person",
    .command = "Command",
    .what = "What",
    .documents = "Documents",
    .outcome = "Outcome",
    .good = "done",
    .bad = "failed or refused",
    .record = "Audit record",
    .proof =
        "A signature lies beside this report, in a file of the same name with .p7s. A member "
        "that confirms it signs this file and sends its signature back.",
};

Words const& words_of(atna::Language language) {
    return language == atna::Language::kJapanese ? kJapanese : kEnglish;
}

template <class List>
std::string listed(List const& list, std::string_view none) {
    std::string out;
    for (auto const& one : list) out += (out.empty() ? "" : ", ") + one;
    return out.empty() ? std::string(none) : out;
}

std::string commands_of(MaintenanceReport const& report, std::string_view none) {
    std::vector<std::string> out;
    for (auto const& [command, count] : report.commands)
        out.push_back(command + " (" + std::to_string(count) + ")");
    return listed(out, none);
}

std::string confirmed_by(MaintenanceReport const& report, std::string_view none) {
    std::vector<std::string> out;
    for (auto const& [member, at] : report.confirmed) out.push_back(member + " " + japan_time(at));
    return listed(out, none);
}

std::string span_of(MaintenanceWindow const& window, Words const& w) {
    auto const end = window.ended.value_or(window.until);
    std::string out = japan_time(window.opened) + " - " + japan_time(end);
    if (!window.ended) return out + " (" + std::string(w.still_open) + ")";
    return window.ended_by.empty() ? out + " (" + std::string(w.ended_itself) + ")" : out;
}

void pair(std::string& out, std::string_view what, std::string const& value) {
    out += "<tr><th scope=\"row\">" + html_escaped(what) + "</th><td>" + html_escaped(value) +
           "</td></tr>\n";
}

void head(std::string& out, MaintenanceReport const& report, Words const& w) {
    out += "<table>\n";
    pair(out, w.region, report.region);
    pair(out, w.order, report.order);
    pair(out, w.made_at, japan_time(report.made_at));
    pair(out, w.position,
         "1-" + std::to_string(report.position.last) + " " + to_hex(report.position.hash));
    for (auto const& window : report.windows) {
        pair(out, w.window, span_of(window, w));
        pair(out, w.persons, listed(window.persons, w.none));
        pair(out, w.opened_by, window.opened_by);
        pair(out, w.plan, window.plan);
    }
    out += "</table>\n";
}

void summary(std::string& out, MaintenanceReport const& report, Words const& w) {
    out += "<h2>" + html_escaped(w.summary) + "</h2>\n<p>" +
           html_escaped(report.as_announced() ? w.as_announced : w.differs) + "</p>\n<table>\n";
    pair(out, w.commands, commands_of(report, w.none));
    pair(out, w.patients, listed(report.patients, w.none));
    pair(out, w.commands_not_announced, listed(report.commands_not_announced, w.none));
    pair(out, w.patients_not_announced, listed(report.patients_not_announced, w.none));
    pair(out, w.commands_not_done, listed(report.commands_not_done, w.none));
    pair(out, w.patients_not_touched, listed(report.patients_not_touched, w.none));
    pair(out, w.confirmed, confirmed_by(report, w.not_confirmed));
    out += "</table>\n";
}

std::vector<std::string> header(Words const& w) {
    std::vector<std::string> out;
    for (auto const word :
         {w.time, w.person, w.command, w.what, w.patients, w.documents, w.outcome, w.record})
        out.emplace_back(word);
    return out;
}

std::vector<std::string> cells(MaintenanceLine const& line, Words const& w) {
    return {japan_time(line.time),
            line.person,
            line.command,
            line.what,
            atna::joined(line.patients),
            atna::joined(line.documents),
            std::string(line.good ? w.good : w.bad),
            std::to_string(line.seq)};
}

template <class List>
std::string json_list(List const& list) {
    std::string out = "[";
    for (auto const& one : list) out += (out.size() > 1 ? "," : "") + json_text(one);
    return out + "]";
}

std::string member(char const* key, std::string const& value) {
    return std::string("\"") + key + "\":" + json_text(value);
}

std::string json_window(MaintenanceWindow const& window) {
    return "{" + member("opened", to_rfc3339(window.opened)) + "," +
           member("opened_by", window.opened_by) + "," + member("until", to_rfc3339(window.until)) +
           "," + member("ended", window.ended ? to_rfc3339(*window.ended) : "") + "," +
           member("ended_by", window.ended_by) + "," + member("plan", window.plan) +
           ",\"persons\":" + json_list(window.persons) +
           ",\"commands\":" + json_list(window.commands) +
           ",\"patients\":" + json_list(window.patients) + "}";
}

}  // namespace

std::string maintenance_html(MaintenanceReport const& report, atna::Language language) {
    Words const& w = words_of(language);
    std::string out =
        atna::html_head(w.language, w.title) + "<p>" + html_escaped(w.about) + "</p>\n";
    head(out, report, w);
    summary(out, report, w);
    out += "<h2>" + html_escaped(w.lines) + "</h2>\n<table>\n<thead><tr>";
    for (auto const& column : header(w))
        out += "<th scope=\"col\">" + html_escaped(column) + "</th>";
    out += "</tr></thead>\n<tbody>\n";
    for (auto const& line : report.lines) {
        out += "<tr>";
        for (auto const& cell : cells(line, w)) out += "<td>" + html_escaped(cell) + "</td>";
        out += "</tr>\n";
    }
    return out + "</tbody>\n</table>\n<p>" + html_escaped(w.proof) + "</p>\n" +
           std::string(atna::kHtmlEnd);
}

std::string maintenance_csv(MaintenanceReport const& report, atna::Language language) {
    Words const& w = words_of(language);
    std::string out = std::string(atna::kCsvBegin) + atna::csv_line(header(w));
    for (auto const& line : report.lines) out += atna::csv_line(cells(line, w));
    return out;
}

std::string maintenance_json(MaintenanceReport const& report) {
    std::string out = "{\"format\":\"musubi-maintenance-report-1\"," +
                      member("region", report.region) + "," + member("order", report.order) + "," +
                      member("made_at", to_rfc3339(report.made_at)) +
                      ",\"record\":" + std::to_string(report.position.last) + "," +
                      member("hash", to_hex(report.position.hash)) + ",\"windows\":[";
    for (auto const& window : report.windows)
        out += (&window == &report.windows.front() ? "" : ",") + json_window(window);
    out += "],\"as_announced\":" + std::string(report.as_announced() ? "true" : "false") +
           ",\"patients\":" + json_list(report.patients) +
           ",\"commands_not_announced\":" + json_list(report.commands_not_announced) +
           ",\"commands_not_done\":" + json_list(report.commands_not_done) +
           ",\"patients_not_announced\":" + json_list(report.patients_not_announced) +
           ",\"patients_not_touched\":" + json_list(report.patients_not_touched) + ",\"lines\":[";
    for (auto const& line : report.lines) {
        out += &line == &report.lines.front() ? "\n" : ",\n";
        out += "{\"record\":" + std::to_string(line.seq) + "," +
               member("time", to_rfc3339(line.time)) + "," + member("person", line.person) + "," +
               member("command", line.command) + "," + member("what", line.what) +
               ",\"good\":" + (line.good ? "true" : "false") +
               ",\"patients\":" + json_list(line.patients) +
               ",\"documents\":" + json_list(line.documents) + "}";
    }
    return out + "]}\n";
}

std::string maintenance_table(MaintenanceReport const& report) {
    Words const& w = kEnglish;
    std::string out;
    for (auto const& window : report.windows)
        out += report.order + "  " + span_of(window, w) + "  " + listed(window.persons, w.none) +
               "  " + window.plan + "\n";
    for (auto const& line : report.lines) {
        for (auto const& cell : cells(line, w)) out += (cell.empty() ? "-" : cell) + "  ";
        out += "\n";
    }
    out += std::string(report.as_announced() ? w.as_announced : w.differs) + "\n";
    auto const differing = [&](std::string_view what, std::set<std::string> const& which) {
        if (!which.empty()) out += std::string(what) + ": " + listed(which, w.none) + "\n";
    };
    differing(w.commands_not_announced, report.commands_not_announced);
    differing(w.patients_not_announced, report.patients_not_announced);
    differing(w.commands_not_done, report.commands_not_done);
    differing(w.patients_not_touched, report.patients_not_touched);
    return out + std::string(w.confirmed) + ": " + confirmed_by(report, w.not_confirmed) + "\n";
}

}  // namespace musubi::node
