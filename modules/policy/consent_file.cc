#include "policy/consent_file.h"

#include "platform/base/date_time.h"
#include "platform/base/text.h"
#include "policy/agreement_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace musubi::policy {
namespace {

constexpr std::size_t kMaxLine = 16 * 1024;
constexpr int kMaxLines = 1'000'000;

using Cells = std::vector<std::pair<std::string, std::string>>;

Error wrong(std::string what) {
    return Error(Code::kInvalidContent, {{Severity::kError, kNoReason, std::move(what), ""}});
}

/// One line of CSV (RFC 4180 without line breaks inside quotes).
Result<std::vector<std::string>> fields_of(std::string const& line) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        char const c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            out.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    if (quoted) return wrong("a quote is not closed");
    return out;
}

/// JSON is YAML: one flow map with scalar values.
Result<Cells> cells_of_json(std::string const& line) {
    try {
        YAML::Node const node = YAML::Load(line);
        if (!node.IsMap()) return wrong("an object is expected");
        Cells out;
        for (auto const& pair : node) {
            if (!pair.first.IsScalar() || !(pair.second.IsScalar() || pair.second.IsNull()))
                return wrong("values must be text");
            out.emplace_back(pair.first.Scalar(), pair.second.IsNull() ? "" : pair.second.Scalar());
        }
        return out;
    } catch (YAML::Exception const&) {
        return wrong("no JSON");
    }
}

class Reader {
public:
    Reader(std::string const& name, ConsentChange const& defaults)
        : name_(name), defaults_(defaults) {}

    Result<std::vector<ConsentLine>> read(std::istream& in) {
        std::string text;
        while (std::getline(in, text)) {
            ++line_;
            if (!text.empty() && text.back() == '\r') text.pop_back();
            if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
            if (line_ > kMaxLines || text.size() > kMaxLine) {
                problem("longer than allowed: 1,000,000 lines of 16 KiB");
                break;
            }
            if (text.find_first_not_of(" \t") == std::string::npos) continue;
            take(text);
        }
        if (!issues_.empty()) return Error(Code::kInvalidContent, std::move(issues_));
        return std::move(lines_);
    }

private:
    void problem(std::string const& what) {
        issues_.push_back(
            {Severity::kError, kNoReason, name_ + ":" + std::to_string(line_) + ": " + what, ""});
    }
    void problems(Error const& error) {
        for (auto const& issue : error.issues) problem(issue.context);
    }

    void take(std::string const& text) {
        auto cells = text.front() == '{' ? cells_of_json(text) : cells_of_csv(text);
        if (!cells) return problems(cells.error());
        if (cells->empty()) return;  // the header
        auto line = consent_line(*cells, defaults_);
        if (!line) return problems(line.error());
        line->line = line_;
        lines_.push_back(*std::move(line));
    }
    Result<Cells> cells_of_csv(std::string const& text) {
        auto fields = TRY(fields_of(text));
        if (header_.empty()) {
            header_ = std::move(fields);
            return Cells();
        }
        if (fields.size() != header_.size())
            return wrong(std::to_string(fields.size()) + " fields, the header has " +
                         std::to_string(header_.size()));
        Cells out;
        for (std::size_t i = 0; i < fields.size(); ++i)
            out.emplace_back(header_[i], std::move(fields[i]));
        return out;
    }

    std::string const& name_;
    ConsentChange const& defaults_;
    std::vector<std::string> header_;
    std::vector<ConsentLine> lines_;
    std::vector<Issue> issues_;
    int line_ = 0;
};

/// True: the column is one of the plain ones.
bool take_plain(ConsentChange& change, std::string const& column, std::string const& value) {
    struct Column {
        char const* name;
        std::string* into;
    };
    for (auto const& [name, into] :
         {Column{"patient", &change.patient}, Column{"member", &change.scope.owner},
          Column{"reader", &change.scope.reader}, Column{"person", &change.scope.person},
          Column{"purpose", &change.scope.purpose}, Column{"department", &change.scope.department},
          Column{"code", &change.scope.code}, Column{"document", &change.scope.document},
          Column{"basis", &change.basis}, Column{"given_by", &change.given_by},
          Column{"evidence", &change.evidence}, Column{"organisation", &change.organisation}}) {
        if (column != name) continue;
        if (!value.empty()) *into = value;
        return true;
    }
    return false;
}

/// What an export says of how a word was entered there.
bool is_read_over(std::string const& column) {
    return column == "recorded_by" || column == "recorded_at" || column == "position";
}

}  // namespace

Result<ConsentLine> consent_line(std::vector<std::pair<std::string, std::string>> const& cells,
                                 ConsentChange const& defaults) {
    ConsentLine out;
    out.change = defaults;
    bool said = false;
    for (auto const& [column, value] : cells) {
        if (take_plain(out.change, column, value)) continue;
        if (column == "says") {
            if (value != "grant" && value != "withdraw")
                return wrong("'says' must be grant or withdraw");
            out.granted = value == "grant";
            said = true;
        } else if (column == "about") {
            if (!value.empty()) out.change.about = TRY(parse_consent_about(value));
        } else if (column == "from" || column == "until") {
            if (value.empty()) continue;
            bool const begins = column == "from";
            auto time = parse_date_time(value);
            if (auto const day = japanese_day(value); !time && day)
                time = begins ? *day : *day + std::chrono::hours(24);
            if (!time) return wrong("'" + column + "' must be a day, YYYY-MM-DD");
            (begins ? out.change.from : out.change.until) = time;
        } else if (column == "absolute") {
            if (!value.empty() && value != "yes") return wrong("'absolute' must be yes or empty");
            out.change.absolute = value == "yes";
        } else if (column == "id") {
            auto const id = Uuid::parse(value);
            if (!id) return wrong("'id' is no UUID");
            out.change.id = *id;
        } else if (column == "ended") {
            out.ended = !value.empty();
        } else if (!is_read_over(column)) {
            return wrong("unknown column '" + column + "'");
        }
    }
    if (!said) return wrong("'says' is missing");
    if (out.change.patient.empty()) return wrong("'patient' is missing");
    return out;
}

Result<std::vector<ConsentLine>> read_consent_file(std::istream& in, std::string const& name,
                                                   ConsentChange const& defaults) {
    return Reader(name, defaults).read(in);
}

}  // namespace musubi::policy
