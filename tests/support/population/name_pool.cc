#include "support/population/name_pool.h"

#include "embedded/names.h"
#include "support/population/letters.h"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace musubi::population {
namespace {

struct Piece {
    char const* kanji;
    char const* kana;
};

constexpr Piece kFamilyHeads[] = {
    {"大", "おお"},   {"小", "お"},     {"上", "うえ"},   {"下", "しも"}, {"中", "なか"},
    {"西", "にし"},   {"東", "ひがし"}, {"南", "みなみ"}, {"北", "きた"}, {"高", "たか"},
    {"長", "なが"},   {"広", "ひろ"},   {"深", "ふか"},   {"浅", "あさ"}, {"石", "いし"},
    {"岩", "いわ"},   {"松", "まつ"},   {"杉", "すぎ"},   {"竹", "たけ"}, {"梅", "うめ"},
    {"桜", "さくら"}, {"藤", "ふじ"},   {"吉", "よし"},   {"福", "ふく"}, {"宮", "みや"},
    {"寺", "てら"},   {"古", "ふる"},   {"新", "にい"},   {"黒", "くろ"}, {"白", "しら"},
    {"青", "あお"},   {"赤", "あか"},   {"金", "かね"},   {"神", "かみ"}, {"村", "むら"},
    {"森", "もり"},   {"川", "かわ"},   {"山", "やま"},   {"島", "しま"}, {"渡", "わた"},
    {"浜", "はま"},   {"滝", "たき"},   {"関", "せき"},   {"堀", "ほり"}, {"秋", "あき"},
    {"夏", "なつ"}};
constexpr Piece kFamilyTails[] = {
    {"田", "た"},   {"川", "かわ"}, {"山", "やま"}, {"野", "の"},   {"原", "はら"}, {"村", "むら"},
    {"島", "しま"}, {"沢", "さわ"}, {"本", "もと"}, {"井", "い"},   {"口", "ぐち"}, {"木", "き"},
    {"崎", "さき"}, {"谷", "たに"}, {"岡", "おか"}, {"池", "いけ"}, {"森", "もり"}, {"橋", "はし"},
    {"塚", "つか"}, {"尾", "お"},   {"浦", "うら"}, {"岸", "ぎし"}, {"辺", "べ"},   {"瀬", "せ"},
    {"場", "ば"},   {"越", "こし"}, {"藤", "とう"}, {"内", "うち"}, {"戸", "と"},   {"倉", "くら"}};

constexpr Piece kMenHeads[] = {
    {"健", "けん"}, {"和", "かず"},   {"浩", "ひろ"}, {"正", "まさ"}, {"英", "ひで"},
    {"義", "よし"}, {"隆", "たか"},   {"信", "のぶ"}, {"秀", "ひで"}, {"俊", "とし"},
    {"光", "みつ"}, {"勝", "かつ"},   {"宏", "ひろ"}, {"明", "あき"}, {"幸", "ゆき"},
    {"孝", "たか"}, {"政", "まさ"},   {"直", "なお"}, {"哲", "てつ"}, {"克", "かつ"},
    {"雅", "まさ"}, {"康", "やす"},   {"公", "きみ"}, {"茂", "しげ"}, {"昌", "まさ"},
    {"忠", "ただ"}, {"伸", "のぶ"},   {"敏", "とし"}, {"良", "よし"}, {"貴", "たか"},
    {"智", "とも"}, {"裕", "ひろ"},   {"洋", "ひろ"}, {"達", "たつ"}, {"弘", "ひろ"},
    {"友", "とも"}, {"憲", "のり"},   {"文", "ふみ"}, {"清", "きよ"}, {"久", "ひさ"},
    {"春", "はる"}, {"龍", "りゅう"}, {"悠", "ゆう"}, {"恵", "けい"}, {"圭", "けい"},
    {"真", "まさ"}};
constexpr Piece kMenTails[] = {
    {"一", "いち"},     {"二", "じ"},   {"三", "ぞう"}, {"太", "た"},   {"太郎", "たろう"},
    {"次郎", "じろう"}, {"也", "や"},   {"介", "すけ"}, {"樹", "き"},   {"人", "と"},
    {"夫", "お"},       {"雄", "お"},   {"男", "お"},   {"彦", "ひこ"}, {"之", "ゆき"},
    {"行", "ゆき"},     {"志", "し"},   {"史", "ふみ"}, {"紀", "のり"}, {"則", "のり"},
    {"治", "はる"},     {"司", "し"},   {"明", "あき"}, {"昭", "あき"}, {"輝", "てる"},
    {"平", "へい"},     {"吾", "ご"},   {"郎", "ろう"}, {"生", "お"},   {"弥", "や"},
    {"哉", "や"},       {"斗", "と"},   {"実", "み"},   {"伸", "のぶ"}, {"孝", "たか"},
    {"宏", "ひろ"},     {"博", "ひろ"}, {"義", "よし"}, {"広", "ひろ"}, {"久", "ひさ"}};
constexpr Piece kWomenHeads[] = {
    {"美", "み"},     {"恵", "え"},   {"由", "ゆ"},   {"真", "ま"},   {"千", "ち"},
    {"智", "とも"},   {"裕", "ゆう"}, {"陽", "よう"}, {"直", "なお"}, {"佳", "よし"},
    {"和", "かず"},   {"幸", "ゆき"}, {"久", "ひさ"}, {"優", "ゆう"}, {"麻", "ま"},
    {"亜", "あ"},     {"絵", "え"},   {"香", "か"},   {"紀", "のり"}, {"奈", "な"},
    {"沙", "さ"},     {"里", "り"},   {"理", "り"},   {"友", "ゆ"},   {"菜", "な"},
    {"愛", "あい"},   {"結", "ゆ"},   {"彩", "あや"}, {"春", "はる"}, {"夏", "なつ"},
    {"秋", "あき"},   {"冬", "ふゆ"}, {"瑞", "みず"}, {"静", "しず"}, {"文", "ふみ"},
    {"光", "みつ"},   {"清", "きよ"}, {"節", "せつ"}, {"悦", "えつ"}, {"律", "りつ"},
    {"桜", "さくら"}, {"琴", "こと"}};
constexpr Piece kWomenTails[] = {
    {"子", "こ"},     {"美", "み"},     {"江", "え"},     {"代", "よ"},     {"香", "か"},
    {"奈", "な"},     {"恵", "え"},     {"枝", "え"},     {"里", "り"},     {"佳", "か"},
    {"加", "か"},     {"菜", "な"},     {"花", "か"},     {"乃", "の"},     {"穂", "ほ"},
    {"紀", "き"},     {"音", "ね"},     {"織", "おり"},   {"衣", "え"},     {"世", "よ"},
    {"美子", "みこ"}, {"代子", "よこ"}, {"江子", "えこ"}, {"津子", "つこ"}, {"里子", "りこ"},
    {"奈子", "なこ"}, {"美香", "みか"}, {"理", "り"},     {"実", "み"},     {"咲", "さき"},
    {"希", "き"},     {"帆", "ほ"},     {"緒", "お"},     {"央", "お"},     {"歩", "ほ"}};

std::vector<std::string> cut(std::string const& text, char separator) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (true) {
        auto const at = text.find(separator, from);
        parts.push_back(text.substr(from, at - from));
        if (at == std::string::npos) return parts;
        from = at + 1;
    }
}

std::vector<std::vector<std::string>> rows_of(std::string_view path) {
    std::vector<std::vector<std::string>> rows;
    for (auto const& file : embedded::names::names_files()) {
        if (file.path != path) continue;
        for (auto const& line : cut(std::string(file.bytes), '\n')) {
            if (!line.empty() && line[0] != '#') rows.push_back(cut(line, '\t'));
        }
    }
    return rows;
}

template <std::size_t N, std::size_t M>
std::vector<Name> combine(Piece const (&heads)[N], Piece const (&tails)[M]) {
    std::vector<Name> names;
    for (Piece const& tail : tails) {
        for (Piece const& head : heads) {
            if (std::string(head.kanji) == tail.kanji) continue;
            names.push_back(
                {std::string(head.kanji) + tail.kanji, {std::string(head.kana) + tail.kana}});
        }
    }
    return names;
}

}  // namespace

NamePool::NamePool() {
    read_lists();
    make_families();
    make_given();
}

void NamePool::read_lists() {
    for (auto const& row : rows_of("family.tsv")) {
        families_.push_back({row[0], cut(row[1], '/')});
        family_weights_.push_back(std::atof(row[2].c_str()));
    }
    for (auto const& row : rows_of("given.tsv")) {
        int const from = std::atoi(row[3].c_str());
        if (cohorts_.empty() || cohorts_.back().sex != row[2][0] || cohorts_.back().from != from) {
            cohorts_.push_back({row[2][0], from, std::atoi(row[4].c_str()), {}});
        }
        cohorts_.back().names.push_back({row[0], cut(row[1], '/')});
    }
}

void NamePool::make_families() {
    std::set<std::string> known;
    for (Name const& name : families_) known.insert(name.kanji);
    Random shuffle(1);
    auto made = combine(kFamilyHeads, kFamilyTails);
    for (std::size_t i = made.size(); i > 1; --i) std::swap(made[i - 1], made[shuffle.index(i)]);
    double rank = 0;
    for (Name& name : made) {
        if (!known.insert(name.kanji).second) continue;
        families_.push_back(std::move(name));
        family_weights_.push_back(160.0 / (1.0 + rank++ / 150.0));  // thousands, as the list ends
    }
    for (std::size_t i = 1; i < family_weights_.size(); ++i) {
        family_weights_[i] += family_weights_[i - 1];
    }
}

void NamePool::make_given() {
    men_ = combine(kMenHeads, kMenTails);
    women_ = combine(kWomenHeads, kWomenTails);
    for (auto const& cohort : cohorts_) {
        auto& pool = cohort.sex == 'M' ? men_ : women_;
        pool.insert(pool.end(), cohort.names.begin(), cohort.names.end());
    }
    for (auto const* pool : {&men_, &women_}) {
        for (Name const& name : *pool) by_sound_[name.readings[0]].push_back(name.kanji);
    }
}

Name const& NamePool::family(Random& random) const {
    double const at = random.real() * family_weights_.back();
    auto const found = std::upper_bound(family_weights_.begin(), family_weights_.end(), at);
    return families_[static_cast<std::size_t>(found - family_weights_.begin())];
}

Name const& NamePool::given(Random& random, char sex, int birth_year) const {
    auto const& pool = sex == 'M' ? men_ : women_;
    auto const cohort = std::find_if(cohorts_.begin(), cohorts_.end(), [&](Cohort const& c) {
        return c.sex == sex && birth_year >= c.from && birth_year <= c.to;
    });
    if (cohort == cohorts_.end() || !random.chance(0.45)) return random.of(pool);
    double total = 0;
    for (std::size_t i = 0; i < cohort->names.size(); ++i)
        total += 1.0 / static_cast<double>(i + 2);
    double at = random.real() * total;
    for (std::size_t i = 0; i < cohort->names.size(); ++i) {
        at -= 1.0 / static_cast<double>(i + 2);
        if (at < 0) return cohort->names[i];
    }
    return cohort->names.back();
}

std::string const& NamePool::homophone(Random& random, Name const& given) const {
    auto const found = by_sound_.find(given.readings[0]);
    if (found == by_sound_.end()) return given.kanji;
    return random.of(found->second);
}

Name const& NamePool::sibling_name(Random& random, Name const& other, char sex) const {
    auto const& pool = sex == 'M' ? men_ : women_;
    auto const first = points(other.kanji).substr(0, 1);
    for (int tries = 0; tries < 200; ++tries) {
        Name const& name = random.of(pool);
        if (name.kanji != other.kanji && points(name.kanji).substr(0, 1) == first) return name;
    }
    return random.of(pool);
}

}  // namespace musubi::population
