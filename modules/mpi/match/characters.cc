#include "mpi/match/characters.h"

#include "platform/base/text.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace musubi::mpi::match {
namespace {

// First of each group: what the others become. pix-pdq.md 11.2.
constexpr View kVariantGroups =
    u"斎齋斉齊 辺邊邉 沢澤 高髙 崎﨑嵜 浜濱濵 島嶋嶌 桜櫻 広廣 国國 真眞 恵惠 竜龍 滝瀧 徳德 栄榮 "
    u"関關 寿壽 "
    u"富冨 瀬瀨 渕淵 桧檜 条條 塩鹽 槙槇 円圓 亀龜 礼禮 静靜 尭堯 穂穗 遥遙 晃晄 巌巖 万萬 与與 "
    u"弥彌 来來 "
    u"豊豐 実實 宝寶 郎郞 緑綠 黒黑 増增 清淸 青靑 曽曾 凜凛 鉄鐵 峰峯 柳栁 館舘 翠翆 鴎鷗 亘亙 "
    u"禄祿 "
    u"学學 沖冲 隆隆 薗園 渓溪 蔵藏 横橫 歩步 鈎鉤 戸戶 吉𠮷 土圡 倹儉 剣劍 団團 壌壤 奥奧 将將 "
    u"専專 峡峽 巣巢 帯帶 庁廳 従從 応應 恒恆 悦悅 懐懷 戦戰 払拂 抜拔 捜搜 揺搖 晩晚 暁曉 暦曆 "
    u"栖棲 楽樂 "
    u"様樣 権權 歴歷 気氣 涙淚 渚渚 湿濕 点點 為爲 狭狹 琢琢 画畫 県縣 砕碎 稲稻 穣穰 粋粹 経經 "
    u"縁緣 縦縱 "
    u"総總 聡聰 舎舍 芸藝 荘莊 蔭蔭 薫薰 虚虛 衛衞 装裝 覧覽 転轉 逸逸 陥陷 険險 雑雜 霊靈 頼賴 "
    u"顕顯 駆驅 駿駿 "
    u"験驗 髪髮 鶏鷄";

using Variants = std::unordered_map<char16_t, char16_t>;

Variants make_variants() {
    Variants map;
    char16_t first = 0;
    for (char16_t c : kVariantGroups) {
        if (c == u' ') {
            first = 0;
        } else if (first == 0) {
            first = c;
        } else if (c != first && (c & 0xf800) != 0xd800) {  // pairs are looked for by themselves
            map.emplace(c, first);
        }
    }
    return map;
}

Variants const& variants() {
    static Variants const kMap = make_variants();
    return kMap;
}

bool is_space(char16_t c) { return c == u' ' || c == 0x3000 || (c >= 9 && c <= 13) || c == 0xa0; }

bool is_lost(char16_t c) {
    return c == u'〓' || c == u'■' || c == u'□' || c == u'?' || c == 0xfffd ||
           (c >= 0xe000 && c <= 0xf8ff);
}

icu::Normalizer2 const& nfkc() {
    static icu::Normalizer2 const& instance = [&]() -> icu::Normalizer2 const& {
        UErrorCode status = U_ZERO_ERROR;
        return *icu::Normalizer2::getNFKCInstance(status);
    }();
    return instance;
}

icu::Normalizer2 const& nfd() {
    static icu::Normalizer2 const& instance = [&]() -> icu::Normalizer2 const& {
        UErrorCode status = U_ZERO_ERROR;
        return *icu::Normalizer2::getNFDInstance(status);
    }();
    return instance;
}

bool is_accented(char16_t c) { return (c >= 0xc0 && c <= 0x24f) || (c >= 0x1e00 && c <= 0x1eff); }

/// Letters without their accents: only those letters are taken apart, kana keep their marks.
Text without_accents(View text) {
    Text out;
    UErrorCode status = U_ZERO_ERROR;
    for (char16_t c : text) {
        if (!is_accented(c)) {
            out.push_back(c);
            continue;
        }
        icu::UnicodeString const parts = nfd().normalize(icu::UnicodeString(c), status);
        out.push_back(parts.isEmpty() ? c : parts.charAt(0));
    }
    return out;
}

/// Drops what carries no meaning and unites blanks; letters become capitals.
Text tidy(View text) {
    Text out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char16_t const c = text[i];
        if (c >= 0xfe00 && c <= 0xfe0f) continue;  // standardised variation
        bool const selector = c == 0xdb40 && i + 1 < text.size() && text[i + 1] >= 0xdd00;
        if (selector) {  // ideographic variation, U+E0100..E01EF
            ++i;
            continue;
        }
        if (is_space(c)) {
            if (!out.empty() && out.back() != u' ') out.push_back(u' ');
        } else if (c >= 0x20 && c != 0x7f && c != 0xfeff && (c < 0x200b || c > 0x200f)) {
            out.push_back(c >= u'a' && c <= u'z' ? static_cast<char16_t>(c - 0x20) : c);
        }
    }
    while (!out.empty() && out.back() == u' ') out.pop_back();
    return out;
}

}  // namespace

Text fold_width(std::string_view utf8) {
    bool const plain = std::all_of(utf8.begin(), utf8.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (plain) return tidy(Text(utf8.begin(), utf8.end()));
    UErrorCode status = U_ZERO_ERROR;
    auto const raw = icu::UnicodeString::fromUTF8(
        icu::StringPiece(utf8.data(), static_cast<std::int32_t>(utf8.size())));
    icu::UnicodeString const folded = nfkc().normalize(raw, status);
    if (U_FAILURE(status)) return {};
    View const view(folded.getBuffer(), static_cast<std::size_t>(folded.length()));
    if (std::any_of(view.begin(), view.end(), is_accented)) return tidy(without_accents(view));
    return tidy(view);
}

Text fold_kanji(View text) {
    Variants const& map = variants();
    Text out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char16_t c = text[i];
        if (c == 0xd842 && i + 1 < text.size() && text[i + 1] == 0xdfb7) {  // U+20BB7
            out.push_back(u'吉');
            ++i;
            continue;
        }
        if (is_lost(c)) {
            c = kAnyCharacter;
        } else if ((c == u'々' || c == u'〻') && !out.empty()) {
            c = out.back();
        } else if (auto const found = map.find(c); found != map.end()) {
            c = found->second;
        } else if ((c == u'ヶ' || c == u'ヵ' || c == u'ガ' || c == u'が') && !out.empty() &&
                   is_kanji(out.back()) && i + 1 < text.size() && is_kanji(text[i + 1])) {
            c = u'ケ';
        }
        out.push_back(c);
    }
    return out;
}

void append_utf8(std::string& out, View text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        char32_t c = text[i];
        bool const pair = c >= 0xd800 && c < 0xdc00 && i + 1 < text.size();
        if (pair) c = 0x10000 + ((c - 0xd800) << 10) + (text[++i] - 0xdc00U);
        musubi::append_utf8(out, c);
    }
}

std::string to_utf8(View text) {
    std::string out;
    out.reserve(text.size() * 3);
    append_utf8(out, text);
    return out;
}

bool is_kana(char16_t c) { return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fe); }

bool is_kanji(char16_t c) {
    return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || c == u'々' ||
           c == kAnyCharacter || (c & 0xf800) == 0xd800;
}

bool is_latin(char16_t c) { return c >= u'A' && c <= u'Z'; }
bool is_digit(char16_t c) { return c >= u'0' && c <= u'9'; }

bool has_wildcard(View text) { return text.find(kAnyCharacter) != View::npos; }

bool equal_or_unknown(View a, View b) {
    if (a.size() != b.size()) return false;
    bool agreed = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] == kAnyCharacter || b[i] == kAnyCharacter) continue;
        if (a[i] != b[i]) return false;
        agreed = true;
    }
    return agreed;
}

}  // namespace musubi::mpi::match
