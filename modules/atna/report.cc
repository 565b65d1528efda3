#include "atna/archive.h"
#include "platform/base/text.h"

#include <algorithm>
#include <array>

namespace musubi::atna {
namespace {

constexpr int kMaxLines = 10'000;
constexpr std::size_t kColumns = 7;
using Line = std::array<std::string, kColumns>;

Line const kHeader = {"time", "organisation", "user", "what", "outcome", "documents", "rule"};

Line line_of(domain::AuditEvent const& event) {
    std::string documents;
    for (auto const& object : event.objects) {
        if (object.type == 2 && (object.role == 3 || object.role == 20)) {
            documents += (documents.empty() ? "" : " ") + object.id;
        }
    }
    std::string what = event.transaction;
    if (!event.event_types.empty()) what += " " + event.event_types.front().text;
    return {to_rfc3339(event.time),
            event.organisation,
            user_of(event),
            std::move(what),
            event.outcome == domain::AuditOutcome::kSuccess ? "success" : "refused or failed",
            std::move(documents),
            event.rule};
}

/// RFC 4180; a leading = + - @ would be run as a formula by spreadsheets.
std::string csv_field(std::string const& value) {
    std::string out = "\"";
    if (!value.empty() && std::string_view("=+-@").find(value[0]) != std::string_view::npos)
        out += '\'';
    for (char const c : value) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string table(std::vector<Line> const& lines) {
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

}  // namespace

Result<PatientReport> report(Archive const& archive, std::string const& patient_cx) {
    SearchQuery query;
    query.patient = patient_cx;
    query.limit = kMaxLines;
    auto const found = TRY(search(archive, query));
    std::vector<Line> lines = {kHeader};
    for (auto const& record : found) lines.push_back(line_of(record.event));

    PatientReport out;
    out.lines = static_cast<int>(found.size());
    out.text = table(lines);
    for (auto const& line : lines) {
        for (std::size_t i = 0; i < kColumns; ++i)
            out.csv += (i == 0 ? "" : ",") + csv_field(line[i]);
        out.csv += "\r\n";
    }
    return out;
}

}  // namespace musubi::atna
