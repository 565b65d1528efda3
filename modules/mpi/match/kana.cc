#include "mpi/match/kana.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace musubi::mpi::match {
namespace {

constexpr View kVoiced =
    u"がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔぁぃぅぇぉっゃゅょゎゐゑを";
constexpr View kBare =
    u"かきくけこさしすせそたしすてとはひふへほはひふへほうあいうえおつやゆよわいえお";
static_assert(kVoiced.size() == kBare.size());

constexpr View kRowA = u"あかさたなはまやらわ";
constexpr View kRowI = u"いきしちにひみり";
constexpr View kRowU = u"うくすつぬふむゆる";
constexpr View kRowE = u"えけせてねへめれ";
constexpr View kRowO = u"おこそとのほもよろ";

bool in(View row, char16_t c) { return row.find(c) != View::npos; }

/// The vowel that `c` ends in, as kana; 0 for none.
char16_t vowel_of(char16_t c) {
    if (in(kRowA, c)) return u'あ';
    if (in(kRowI, c)) return u'い';
    if (in(kRowU, c)) return u'う';
    if (in(kRowE, c)) return u'え';
    if (in(kRowO, c)) return u'お';
    return 0;
}

using Bare = std::array<char16_t, 0x60>;  // by offset from U+3040

Bare make_bare() {
    Bare table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<char16_t>(0x3040 + i);
    for (std::size_t i = 0; i < kVoiced.size(); ++i) table[kVoiced[i] - 0x3040U] = kBare[i];
    return table;
}

char16_t bare(char16_t c) {
    static Bare const kTable = make_bare();
    return c >= 0x3040 && c < 0x30a0 ? kTable[c - 0x3040U] : c;
}

struct Syllable {
    View latin, kana;
};

// Longest first within what can be confused; the machine below tries three letters, two, one.
constexpr std::array kSyllables = {
    Syllable{u"KYA", u"きゃ"}, Syllable{u"KYU", u"きゅ"}, Syllable{u"KYO", u"きょ"},
    Syllable{u"GYA", u"ぎゃ"}, Syllable{u"GYU", u"ぎゅ"}, Syllable{u"GYO", u"ぎょ"},
    Syllable{u"SHA", u"しゃ"}, Syllable{u"SHU", u"しゅ"}, Syllable{u"SHO", u"しょ"},
    Syllable{u"SYA", u"しゃ"}, Syllable{u"SYU", u"しゅ"}, Syllable{u"SYO", u"しょ"},
    Syllable{u"JYA", u"じゃ"}, Syllable{u"JYU", u"じゅ"}, Syllable{u"JYO", u"じょ"},
    Syllable{u"ZYA", u"じゃ"}, Syllable{u"ZYU", u"じゅ"}, Syllable{u"ZYO", u"じょ"},
    Syllable{u"CHA", u"ちゃ"}, Syllable{u"CHU", u"ちゅ"}, Syllable{u"CHO", u"ちょ"},
    Syllable{u"TYA", u"ちゃ"}, Syllable{u"TYU", u"ちゅ"}, Syllable{u"TYO", u"ちょ"},
    Syllable{u"NYA", u"にゃ"}, Syllable{u"NYU", u"にゅ"}, Syllable{u"NYO", u"にょ"},
    Syllable{u"HYA", u"ひゃ"}, Syllable{u"HYU", u"ひゅ"}, Syllable{u"HYO", u"ひょ"},
    Syllable{u"BYA", u"びゃ"}, Syllable{u"BYU", u"びゅ"}, Syllable{u"BYO", u"びょ"},
    Syllable{u"PYA", u"ぴゃ"}, Syllable{u"PYU", u"ぴゅ"}, Syllable{u"PYO", u"ぴょ"},
    Syllable{u"MYA", u"みゃ"}, Syllable{u"MYU", u"みゅ"}, Syllable{u"MYO", u"みょ"},
    Syllable{u"RYA", u"りゃ"}, Syllable{u"RYU", u"りゅ"}, Syllable{u"RYO", u"りょ"},
    Syllable{u"SHI", u"し"},   Syllable{u"CHI", u"ち"},   Syllable{u"TSU", u"つ"},
    Syllable{u"KA", u"か"},    Syllable{u"KI", u"き"},    Syllable{u"KU", u"く"},
    Syllable{u"KE", u"け"},    Syllable{u"KO", u"こ"},    Syllable{u"GA", u"が"},
    Syllable{u"GI", u"ぎ"},    Syllable{u"GU", u"ぐ"},    Syllable{u"GE", u"げ"},
    Syllable{u"GO", u"ご"},    Syllable{u"SA", u"さ"},    Syllable{u"SI", u"し"},
    Syllable{u"SU", u"す"},    Syllable{u"SE", u"せ"},    Syllable{u"SO", u"そ"},
    Syllable{u"ZA", u"ざ"},    Syllable{u"ZI", u"じ"},    Syllable{u"ZU", u"ず"},
    Syllable{u"ZE", u"ぜ"},    Syllable{u"ZO", u"ぞ"},    Syllable{u"JA", u"じゃ"},
    Syllable{u"JI", u"じ"},    Syllable{u"JU", u"じゅ"},  Syllable{u"JO", u"じょ"},
    Syllable{u"TA", u"た"},    Syllable{u"TI", u"ち"},    Syllable{u"TU", u"つ"},
    Syllable{u"TE", u"て"},    Syllable{u"TO", u"と"},    Syllable{u"DA", u"だ"},
    Syllable{u"DI", u"ぢ"},    Syllable{u"DU", u"づ"},    Syllable{u"DE", u"で"},
    Syllable{u"DO", u"ど"},    Syllable{u"NA", u"な"},    Syllable{u"NI", u"に"},
    Syllable{u"NU", u"ぬ"},    Syllable{u"NE", u"ね"},    Syllable{u"NO", u"の"},
    Syllable{u"HA", u"は"},    Syllable{u"HI", u"ひ"},    Syllable{u"FU", u"ふ"},
    Syllable{u"HU", u"ふ"},    Syllable{u"HE", u"へ"},    Syllable{u"HO", u"ほ"},
    Syllable{u"BA", u"ば"},    Syllable{u"BI", u"び"},    Syllable{u"BU", u"ぶ"},
    Syllable{u"BE", u"べ"},    Syllable{u"BO", u"ぼ"},    Syllable{u"PA", u"ぱ"},
    Syllable{u"PI", u"ぴ"},    Syllable{u"PU", u"ぷ"},    Syllable{u"PE", u"ぺ"},
    Syllable{u"PO", u"ぽ"},    Syllable{u"MA", u"ま"},    Syllable{u"MI", u"み"},
    Syllable{u"MU", u"む"},    Syllable{u"ME", u"め"},    Syllable{u"MO", u"も"},
    Syllable{u"YA", u"や"},    Syllable{u"YU", u"ゆ"},    Syllable{u"YO", u"よ"},
    Syllable{u"RA", u"ら"},    Syllable{u"RI", u"り"},    Syllable{u"RU", u"る"},
    Syllable{u"RE", u"れ"},    Syllable{u"RO", u"ろ"},    Syllable{u"WA", u"わ"},
    Syllable{u"WO", u"お"},    Syllable{u"A", u"あ"},     Syllable{u"I", u"い"},
    Syllable{u"U", u"う"},     Syllable{u"E", u"え"},     Syllable{u"O", u"お"},
};

std::uint64_t packed(View latin) {
    std::uint64_t key = 0;
    for (char16_t c : latin) key = key << 16 | c;
    return key;
}

using SyllableMap = std::unordered_map<std::uint64_t, View>;

SyllableMap const& syllables() {
    static SyllableMap const kMap = [] {
        SyllableMap map;
        for (Syllable const& s : kSyllables) map.emplace(packed(s.latin), s.kana);
        return map;
    }();
    return kMap;
}

bool is_vowel(char16_t c) { return in(u"AIUEO", c); }

/// Syllabic n, the small tsu before a doubled consonant, and the h of passport spelling.
bool put_special(View latin, std::size_t& at, Text& out) {
    char16_t const c = latin[at];
    if (c == u'\'') {  // Jun'ichi: it has ended the syllable before it
        ++at;
        return true;
    }
    char16_t const next = at + 1 < latin.size() ? latin[at + 1] : 0;
    if ((c == u'N' || (c == u'M' && in(u"BMP", next))) && next != u'Y' && !is_vowel(next)) {
        out.push_back(u'ん');
        ++at;
        return true;
    }
    if ((c == next && !is_vowel(c)) || (c == u'T' && next == u'C')) {
        out.push_back(u'っ');
        ++at;
        return true;
    }
    if (c == u'H' && at > 0 && latin[at - 1] == u'O' && !is_vowel(next)) {  // Ohno, Satoh
        out.push_back(u'う');
        ++at;
        return true;
    }
    return false;
}

}  // namespace

Text to_hiragana(View text) {
    Text out;
    out.reserve(text.size());
    for (char16_t c : text) {
        if (c >= 0x30a1 && c <= 0x30f6) c = static_cast<char16_t>(c - 0x60);
        if (c == u'を') c = u'お';
        if (c == u'ゐ') c = u'い';
        if (c == u'ゑ') c = u'え';
        bool const bar = c == u'ー' || c == u'-' || c == 0x2010 || c == 0x2015 || c == 0x2212;
        if (bar && !out.empty()) out.push_back(u'ー');
        if (c >= 0x3041 && c <= 0x3096) out.push_back(c);
    }
    return out;
}

Text kana_skeleton(View hiragana) {
    Text out;
    out.reserve(hiragana.size());
    for (char16_t raw : hiragana) {
        if (raw == u'ー') continue;
        char16_t const c = bare(raw);
        char16_t const before = out.empty() ? char16_t{0} : vowel_of(out.back());
        if (c == u'う' && (before == u'う' || before == u'お')) continue;
        if (before != 0 && c == before) continue;  // a vowel drawn out
        out.push_back(c);
    }
    return out;
}

Text romaji_to_hiragana(View latin) {
    Text letters;
    for (char16_t c : latin) {
        if (is_latin(c) || c == u'\'') letters.push_back(c);
    }
    Text out;
    SyllableMap const& map = syllables();
    std::size_t at = 0;
    while (at < letters.size()) {
        if (put_special(letters, at, out)) continue;
        bool found = false;
        for (std::size_t size = std::min<std::size_t>(3, letters.size() - at); size > 0; --size) {
            auto const hit = map.find(packed(View(letters).substr(at, size)));
            if (hit == map.end()) continue;
            out += hit->second;
            at += size;
            found = true;
            break;
        }
        if (!found) return {};
    }
    return out;
}

}  // namespace musubi::mpi::match
