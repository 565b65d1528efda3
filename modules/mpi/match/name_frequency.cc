#include "mpi/match/name_frequency.h"

#include "embedded/names.h"
#include "mpi/match/kana.h"
#include "platform/base/text.h"

#include <charconv>

namespace musubi::mpi::match {
namespace {

constexpr double kThousandsOfPeople = 126'000;
constexpr double kMillion = 1e6;

struct Row {
    std::vector<std::string_view> cells;
    double count = 0;  ///< last cell
};

Result<std::vector<Row>> read_rows(std::string_view tsv, std::size_t width) {
    std::vector<Row> rows;
    std::size_t number = 0;
    for (std::string_view line : split(tsv, '\n')) {
        ++number;
        if (line.empty() || line.front() == '#') continue;
        Row row{split(line, '\t'), 0};
        Error const bad(Code::kInvalidContent,
                        "line " + std::to_string(number) + " of a table of names");
        if (row.cells.size() != width) return bad;
        int count = 0;
        std::string_view const last = row.cells.back();
        auto const [end, why] = std::from_chars(last.data(), last.data() + last.size(), count);
        if (why != std::errc() || end != last.data() + last.size() || count <= 0) return bad;
        row.count = count;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string_view embedded_file(std::string_view path) {
    for (auto const& file : embedded::names::names_files()) {
        if (file.path == path) return file.bytes;
    }
    return {};
}

}  // namespace

void NameFrequencies::Table::add(std::string_view spelling, std::string_view readings,
                                 double share) {
    kanji[read_part(spelling, domain::Script::kIdeographic).kanji] += share;
    auto const sounds = split(readings, '/');
    for (std::size_t i = 0; i < sounds.size(); ++i) {  // the first reading is the usual one
        double const part = sounds.size() == 1 ? 1 : i == 0 ? 0.7 : 0.3;
        sound[read_part(sounds[i], domain::Script::kPhonetic).skeleton] += share * part;
    }
}

void NameFrequencies::Table::finish() {
    double squares = 0, listed = 0;
    for (auto const& [name, share] : kanji) {
        squares += share * share;
        listed += share;
    }
    average = squares + (listed < 1 ? 1 - listed : 0) * kUnlisted / 2;
}

double NameFrequencies::Table::of(NamePart const& part, bool same_kanji) const {
    auto const& table = same_kanji ? kanji : sound;
    auto const found = table.find(same_kanji ? part.kanji : part.skeleton);
    return found == table.end() ? kUnlisted : std::max(found->second, kUnlisted);
}

double NameFrequencies::family(NamePart const& part, bool same_kanji) const {
    return family_.of(part, same_kanji);
}

double NameFrequencies::given(NamePart const& part, bool same_kanji) const {
    return given_.of(part, same_kanji);
}

Result<NameFrequencies> NameFrequencies::parse(std::string_view family_tsv,
                                               std::string_view given_tsv) {
    NameFrequencies names;
    for (Row const& row : TRY(read_rows(family_tsv, 3))) {
        names.family_.add(row.cells[0], row.cells[1], row.count / kThousandsOfPeople);
    }
    for (Row const& row : TRY(read_rows(given_tsv, 6))) {
        names.given_.add(row.cells[0], row.cells[1], row.count / kMillion);
    }
    names.family_.finish();
    names.given_.finish();
    return names;
}

std::shared_ptr<NameFrequencies const> NameFrequencies::embedded() {
    static std::shared_ptr<NameFrequencies const> const kNames = [] {
        auto names = parse(embedded_file("family.tsv"), embedded_file("given.tsv"));
        return std::make_shared<NameFrequencies const>(names ? std::move(*names)
                                                             : NameFrequencies());
    }();
    return kNames;
}

}  // namespace musubi::mpi::match
