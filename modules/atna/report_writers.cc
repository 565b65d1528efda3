#include "atna/report_writers.h"

#include "atna/report_parts.h"
#include "atna/report_words.h"
#include "platform/base/json_text.h"
#include "platform/base/text.h"

#include <algorithm>
#include <array>

namespace musubi::atna {
namespace {

std::string_view kind_code(AccessKind kind) {
    switch (kind) {
        case AccessKind::kSeen: return "seen";
        case AccessKind::kEmergency: return "emergency";
        case AccessKind::kRefused: return "refused";
        case AccessKind::kOther: return "other";
    }
    return "other";
}

std::string json_list(std::vector<std::string> const& values) {
    std::string out = "[";
    for (auto const& value : values) out += (out.size() > 1 ? "," : "") + json_text(value);
    return out + "]";
}

std::string json_line(ReportLine const& line) {
    auto const member = [](char const* key, std::string const& value) {
        return std::string(",\"") + key + "\":" + json_text(value);
    };
    return "{\"record\":" + std::to_string(line.seq) + member("time", to_rfc3339(line.time)) +
           member("kind", std::string(kind_code(line.kind))) +
           member("transaction", line.transaction) + member("member", line.member) +
           member("user", line.user) + member("role", line.role) + member("purpose", line.purpose) +
           member("rule", line.rule) + ",\"patients\":" + json_list(line.patients) +
           ",\"documents\":" + json_list(line.documents) + "}";
}

}  // namespace

std::string report_csv(Report const& report, Language language) {
    auto const& words = report_words(language);
    std::string out(kCsvBegin);
    std::vector<std::string> header;
    for (auto const word :
         {words.kind, words.time, words.member, words.user, words.role, words.purpose, words.what,
          words.patient, words.documents, words.rule, words.record})
        header.emplace_back(word);
    out += csv_line(header);
    for (auto const& line : report.lines) {
        auto const name = report.names.find(line.member);
        out += csv_line({std::string(kind_words(line.kind, language)), japan_time(line.time),
                         name == report.names.end() ? line.member : name->second, line.user,
                         line.role, std::string(purpose_words(line.purpose, language)),
                         std::string(transaction_words(line.transaction, language)),
                         joined(line.patients), joined(line.documents), line.rule,
                         std::to_string(line.seq)});
    }
    return out;
}

std::string report_json(Report const& report) {
    auto const counts = report.counts();
    auto const number = [](char const* key, std::int64_t value) {
        return std::string("\"") + key + "\":" + std::to_string(value);
    };
    std::string out =
        "{\"format\":\"musubi-audit-report-1\",\"region\":" + json_text(report.region) +
        ",\"member\":" + json_text(report.member) + ",\"patient\":" + json_text(report.patient) +
        ",\"period\":" + json_text(report.period.words) +
        ",\"made_at\":" + json_text(to_rfc3339(report.made_at)) + ",\"position\":{" +
        number("record", report.position.last) +
        ",\"hash\":" + json_text(to_hex(report.position.hash)) + "," +
        number("root", report.position.root) + "},\"counts\":{" + number("seen", counts.seen) +
        "," + number("emergency", counts.emergency) + "," + number("refused", counts.refused) +
        "," + number("other", counts.other) + "," + number("by_itself", counts.by_itself) + "," +
        number("documents", counts.documents) + "," + number("patients", counts.patients) +
        "},\"lines\":[";
    for (auto const& line : report.lines)
        out += (&line == &report.lines.front() ? "\n" : ",\n") + json_line(line);
    return out + "]}\n";
}

std::string report_table(Report const& report) {
    constexpr std::size_t kColumns = 8;
    using Line = std::array<std::string, kColumns>;
    std::vector<Line> lines = {
        {"time", "member", "user", "kind", "what", "purpose", "documents", "rule"}};
    for (auto const& line : report.lines) {
        lines.push_back({to_rfc3339(line.time), line.member, line.user,
                         std::string(kind_code(line.kind)), line.transaction, line.purpose,
                         joined(line.documents), line.rule});
    }
    std::array<std::size_t, kColumns> widths{};
    for (auto const& line : lines) {
        for (std::size_t i = 0; i < kColumns; ++i)
            widths[i] = std::max(widths[i], length_in_characters(line[i]));
    }
    std::string out;
    for (auto const& line : lines) {
        for (std::size_t i = 0; i < kColumns; ++i) {
            out += line[i];
            if (i + 1 < kColumns)
                out += std::string(widths[i] - length_in_characters(line[i]) + 2, ' ');
        }
        out += '\n';
    }
    return out;
}

}  // namespace musubi::atna
