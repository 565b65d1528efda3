#include "policy/consent_file.h"

#include "platform/base/text.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>

namespace musubi::policy {
namespace {

constexpr std::size_t kMaxLine = 16 * 1024;
constexpr int kMaxLines = 100'000;

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
                problem("longer than allowed: 100,000 lines of 16 KiB");
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

}  // namespace

std::optional<WallTime> japanese_midnight(std::string const& day) {
    if (day.size() != 10 || day[4] != '-' || day[7] != '-') return std::nullopt;
    int parts[3] = {0, 0, 0};
    std::size_t const starts[3] = {0, 5, 8}, lengths[3] = {4, 2, 2};
    for (int p = 0; p < 3; ++p) {
        char const* const begin = day.data() + starts[p];
        auto const [end, error] = std::from_chars(begin, begin + lengths[p], parts[p]);
        if (error != std::errc() || end != begin + lengths[p]) return std::nullopt;
    }
    std::chrono::year_month_day const date{std::chrono::year(parts[0]),
                                           std::chrono::month(static_cast<unsigned>(parts[1])),
                                           std::chrono::day(static_cast<unsigned>(parts[2]))};
    if (!date.ok()) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) - std::chrono::hours(9);
}

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
            auto const day = japanese_midnight(value);
            if (!day) return wrong("'" + column + "' must be a day, YYYY-MM-DD");
            if (column == "from") {
                out.change.from = *day;
            } else {
                out.change.until = *day + std::chrono::hours(24);
            }
        } else if (column == "absolute") {
            if (!value.empty() && value != "yes") return wrong("'absolute' must be yes or empty");
            out.change.absolute = value == "yes";
        } else {
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
