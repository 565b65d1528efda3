#include "mpi/match/names.h"

#include "mpi/match/kana.h"

#include <algorithm>
#include <array>

namespace musubi::mpi::match {
namespace {

constexpr std::size_t kLongest = 128;  // code units of one name part

enum class Spelling : std::uint8_t { kKanji, kKana, kLatin };

/// What stands there counts, not what the sender says it is; a kana text may be an official name.
Spelling spelling_of(View text, domain::Script told) {
    bool const kanji = std::any_of(text.begin(), text.end(), [](char16_t c) {
        return is_kanji(c) || c == u'〓' || c == u'■';
    });
    if (kanji) return Spelling::kKanji;
    if (std::any_of(text.begin(), text.end(), is_kana)) {
        return told == domain::Script::kIdeographic ? Spelling::kKanji : Spelling::kKana;
    }
    return Spelling::kLatin;
}

bool joins(char16_t c) {
    return c == u' ' || c == u'・' || c == u'·' || c == u'.' || c == u',' || c == u'\'';
}

Text without_joints(View text) {
    Text out;
    for (char16_t c : text) {
        if (!joins(c) && c != u'-' && c != 0x2010) out.push_back(c);
    }
    return out;
}

Text only_letters(View text) {
    Text out;
    for (char16_t c : text) {
        if (is_latin(c) || (c > 0x24f && !is_kana(c) && !is_kanji(c))) out.push_back(c);
    }
    return out;
}

void fill(NamePart& part, View text, Spelling spelling) {
    switch (spelling) {
        case Spelling::kKanji: {
            Text const plain = fold_kanji(without_joints(text));
            bool const all_kana = std::all_of(plain.begin(), plain.end(), is_kana);
            if (all_kana) {
                part.kanji = to_hiragana(text);
                if (part.kana.empty()) part.kana = part.kanji;
            } else if (std::any_of(plain.begin(), plain.end(),
                                   [](char16_t c) { return c != kAnyCharacter; })) {
                part.kanji = plain;
            }
            break;
        }
        case Spelling::kKana: part.kana = to_hiragana(text); break;
        case Spelling::kLatin:
            part.latin = only_letters(text);
            if (part.kana.empty()) part.kana = romaji_to_hiragana(text);
            break;
    }
    part.skeleton = kana_skeleton(part.kana);
}

struct Sent {
    Text family, given;
    Spelling spelling = Spelling::kKanji;
    bool divided = false;
};

/// Families and given names in one field, divided by a blank, belong to two.
Sent read_one(domain::PersonName const& name) {
    auto const fold = [](std::string const& text) {
        return Text(View(fold_width(text)).substr(0, kLongest));
    };
    Sent sent{fold(name.family), fold(name.given), Spelling::kKanji, false};
    if (!name.middle.empty()) sent.given += u" " + fold(name.middle);
    sent.spelling = spelling_of(sent.family + sent.given, name.script);
    if (sent.family.empty()) std::swap(sent.family, sent.given);
    if (sent.given.empty()) {
        auto const blank = sent.family.find(u' ');
        if (blank != Text::npos) {
            sent.given = sent.family.substr(blank + 1);
            sent.family.resize(blank);
        }
    }
    sent.divided = !sent.given.empty();
    return sent;
}

Text sorted_words(View text) {
    std::vector<Text> words(1);
    for (char16_t c : text) {
        if (joins(c) || c == u'-') {
            if (!words.back().empty()) words.emplace_back();
        } else if (is_latin(c)) {
            words.back().push_back(c);
        }
    }
    std::sort(words.begin(), words.end());
    Text out;
    for (Text const& word : words) {
        if (word.empty()) continue;
        if (!out.empty()) out.push_back(u' ');
        out += word;
    }
    return out;
}

void add_spelling(NameForm& form, Sent const& sent) {
    if (sent.divided) {
        fill(form.family, sent.family, sent.spelling);
        fill(form.given, sent.given, sent.spelling);
    }
    if (sent.spelling == Spelling::kLatin) {
        form.latin_bag = sorted_words(sent.family + u" " + sent.given);
    }
    NamePart whole;
    fill(whole, sent.family + sent.given, sent.spelling);
    if (!whole.kanji.empty()) form.whole.kanji = std::move(whole.kanji);
    if (!whole.latin.empty()) form.whole.latin = std::move(whole.latin);
    if (form.whole.kana.empty() || sent.spelling == Spelling::kKana) {
        form.whole.kana = std::move(whole.kana);
        form.whole.skeleton = std::move(whole.skeleton);
    }
    if (sent.divided) {  // the end of a family name must not swallow the beginning of a given one
        if (!form.family.skeleton.empty() && !form.given.skeleton.empty()) {
            form.whole.skeleton = kana_skeleton(form.family.kana + form.given.kana);
        }
    }
}

/// Words that stand for a name nobody knows yet. pix-pdq.md 9.
bool is_placeholder(Text const& family, Text const& given) {
    constexpr std::array<View, 12> kAnywhere = {u"不明",    u"氏名不詳", u"身元不明", u"名無シ",
                                                u"名無し",  u"新生児",   u"未定",     u"ベビー",
                                                u"UNKNOWN", u"NONAME",   u"JOHNDOE",  u"BABY"};
    constexpr std::array<View, 4> kTests = {u"テスト", u"TEST", u"てすと", u"ダミー"};
    Text const whole = without_joints(family + given);
    for (View word : kAnywhere) {
        if (whole.find(word) != Text::npos) return true;
    }
    for (View word : kTests) {
        if (View(whole).starts_with(word)) return true;
    }
    Text const own = without_joints(given);
    for (View end : {View(u"ノ児"), View(u"の児"), View(u"之児"), View(u"子児"), View(u"美児"),
                     View(u"ベイビー"), View(u"一児"), View(u"二児")}) {
        if (View(own).ends_with(end) && own.size() > 2) return true;
    }
    bool const numbered = View(own).starts_with(u"第") && View(own).ends_with(u"子");
    return numbered || own == u"児" || own == u"べびー" || own == u"女児" || own == u"男児" ||
           own == u"ベビ";
}

}  // namespace

NameKind kind_of(std::string const& type_code) {
    if (type_code == "M" || type_code == "B") return NameKind::kFormer;
    return type_code == "A" || type_code == "N" || type_code == "S" ? NameKind::kAlias
                                                                    : NameKind::kCurrent;
}

NamePart read_part(std::string_view utf8, domain::Script told) {
    NamePart part;
    Text const text = fold_width(utf8.substr(0, 512));
    if (!text.empty()) fill(part, View(text).substr(0, kLongest), spelling_of(text, told));
    return part;
}

Names read_names(std::vector<domain::PersonName> const& names) {
    Names read;
    struct Group {
        std::string const* type;
        std::array<std::size_t, 3> used{};  ///< how many of each spelling
        std::vector<NameForm> forms;
    };
    std::vector<Group> groups;
    std::size_t const most = std::min<std::size_t>(names.size(), 16);
    for (std::size_t i = 0; i < most; ++i) {
        Sent const sent = read_one(names[i]);
        if (sent.family.empty() && sent.given.empty()) continue;
        read.placeholder = read.placeholder || is_placeholder(sent.family, sent.given);
        static std::string const kLegal = "L";
        std::string const& type = names[i].type_code.empty() ? kLegal : names[i].type_code;
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](Group const& g) { return *g.type == type; });
        if (group == groups.end()) group = groups.insert(groups.end(), Group{&type, {}, {}});
        std::size_t const nth = group->used[static_cast<std::size_t>(sent.spelling)]++;
        if (nth >= group->forms.size()) group->forms.resize(nth + 1);
        NameForm& form = group->forms[nth];
        form.kind = kind_of(type);
        add_spelling(form, sent);
    }
    for (Group& group : groups) {
        for (NameForm& form : group.forms) {
            form.divided = !form.family.empty() && !form.given.empty();
            if (!form.whole.empty()) read.forms.push_back(std::move(form));
        }
    }
    std::stable_sort(read.forms.begin(), read.forms.end(),
                     [](NameForm const& a, NameForm const& b) { return a.kind < b.kind; });
    if (read.forms.size() > Names::kMostForms) read.forms.resize(Names::kMostForms);
    return read;
}

}  // namespace musubi::mpi::match
