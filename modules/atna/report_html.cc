#include "atna/report_parts.h"
#include "atna/report_words.h"

#include <vector>

namespace musubi::atna {
namespace {

std::string escaped(std::string_view text) { return html_escaped(text); }

std::string filled(std::string_view pattern, std::vector<std::string> const& values) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        auto const next = i + 1 < pattern.size() ? pattern[i + 1] : '0';
        if (pattern[i] == '%' && next >= '1' && next <= '9' &&
            static_cast<std::size_t>(next - '1') < values.size()) {
            out += values[static_cast<std::size_t>(next - '1')];
            ++i;
        } else {
            out += pattern[i];
        }
    }
    return out;
}

class Page {
public:
    Page(Report const& report, Language language)
        : report_(report), language_(language), words_(report_words(language)) {}

    std::string written() {
        bool const to_member = report_.patient.empty();
        out_ = html_head(words_.language, to_member ? words_.member_title : words_.patient_title) +
               "<p>" + escaped(to_member ? words_.about_member : words_.about_patient) + "</p>\n";
        head();
        summary();
        section(AccessKind::kEmergency);
        section(AccessKind::kSeen);
        if (!to_member) section(AccessKind::kOther);
        section(AccessKind::kRefused);
        out_ += "<h2>" + escaped(words_.proof) + "</h2>\n<p>" + escaped(words_.proof_text) +
                "</p>\n" + std::string(kHtmlEnd);
        return std::move(out_);
    }

private:
    void pair(std::string_view what, std::string const& value) {
        out_ += "<tr><th scope=\"row\">" + escaped(what) + "</th><td>" + value + "</td></tr>\n";
    }
    std::string name_of(std::string const& member) const {
        auto const found = report_.names.find(member);
        return escaped(found == report_.names.end() ? member : found->second);
    }
    void head() {
        auto const whom =
            report_.patient.empty() ? name_of(report_.member) : escaped(report_.patient);
        auto const& at = report_.position;
        std::string position =
            filled(words_.position_text, {std::to_string(at.last), to_hex(at.hash)});
        position += at.root == 0 ? std::string(words_.no_root)
                                 : " root-" + std::to_string(at.root) + ": 1-" +
                                       std::to_string(at.root_last);
        out_ += "<table>\n";
        pair(words_.region, escaped(report_.region));
        pair(words_.for_whom, whom);
        pair(words_.period,
             escaped(report_.period.words.empty() ? words_.all_time
                                                  : std::string_view(report_.period.words)));
        pair(words_.made_at, japan_time(report_.made_at) + " (" + escaped(words_.time_zone) + ")");
        pair(words_.position, escaped(position));
        out_ += "</table>\n";
    }
    void count(std::string_view what, std::int64_t value) {
        out_ += "<tr><th scope=\"row\">" + escaped(what) + "</th><td class=\"number\">" +
                std::to_string(value) + "</td></tr>\n";
    }
    void summary() {
        auto const counts = report_.counts();
        out_ += "<h2>" + escaped(words_.summary) + "</h2>\n<table>\n";
        count(words_.seen, counts.seen);
        count(words_.emergency, counts.emergency);
        count(words_.refused, counts.refused);
        if (!report_.patient.empty()) count(words_.other, counts.other);
        if (report_.patient.empty()) {
            count(words_.lines_of_itself, counts.by_itself);
            count(words_.different_patients, counts.patients);
        }
        count(words_.different_documents, counts.documents);
        out_ += "</table>\n";
    }
    void section(AccessKind kind) {
        auto const title = escaped(kind_words(kind, language_));
        out_ += "<h2>" + title + "</h2>\n";
        bool any = false;
        for (auto const& line : report_.lines) {
            if (line.kind != kind) continue;
            if (!any) begin_table(title);
            any = true;
            row(line);
        }
        out_ += any ? "</tbody>\n</table>\n" : "<p>" + escaped(words_.none) + "</p>\n";
    }
    void begin_table(std::string const& title) {
        out_ += "<table>\n<caption>" + title + " (" + escaped(words_.time_zone) +
                ")</caption>\n<thead><tr>";
        for (auto const column :
             {words_.time, words_.member, words_.user, words_.role, words_.purpose, words_.what,
              words_.patient, words_.documents, words_.rule, words_.record})
            out_ += "<th scope=\"col\">" + escaped(column) + "</th>";
        out_ += "</tr></thead>\n<tbody>\n";
    }
    void cell(std::string const& value) { out_ += "<td>" + value + "</td>"; }
    void cells(std::vector<std::string> const& values) {
        out_ += "<td>";
        for (auto const& value : values)
            out_ += (&value == &values.front() ? "" : "<br>") + escaped(value);
        out_ += "</td>";
    }
    void row(ReportLine const& line) {
        out_ += "<tr>";
        cell(japan_time(line.time));
        cell(name_of(line.member));
        cell(escaped(line.user));
        cell(escaped(line.role));
        cell(escaped(purpose_words(line.purpose, language_)));
        cell(escaped(transaction_words(line.transaction, language_)));
        cells(line.patients);
        cells(line.documents);
        cell(escaped(line.rule));
        cell(std::to_string(line.seq));
        out_ += "</tr>\n";
    }

    Report const& report_;
    Language const language_;
    ReportWords const& words_;
    std::string out_;
};

}  // namespace

std::string report_html(Report const& report, Language language) {
    return Page(report, language).written();
}

}  // namespace musubi::atna
