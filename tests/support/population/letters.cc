#include "support/population/letters.h"

#include <array>
#include <map>

namespace musubi::population {
namespace {

constexpr std::u32string_view kFull =
    U"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
    U"ァィゥェォャュョッー";
constexpr std::u32string_view kHalf = U"ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ";
static_assert(kFull.size() == kHalf.size());
constexpr std::u32string_view kVoiced = U"ガギグゲゴザジズゼゾダヂヅデドバビブベボ";
constexpr std::u32string_view kUnvoiced = U"カキクケコサシスセソタチツテトハヒフヘホ";
constexpr std::u32string_view kHalfVoiced = U"パピプペポ";
constexpr std::u32string_view kHalfUnvoiced = U"ハヒフヘホ";

std::map<char32_t, std::string_view> const& sounds() {
    static std::map<char32_t, std::string_view> const kMap = {
        {U'あ', "A"},  {U'い', "I"},  {U'う', "U"},  {U'え', "E"},  {U'お', "O"},   {U'か', "KA"},
        {U'き', "KI"}, {U'く', "KU"}, {U'け', "KE"}, {U'こ', "KO"}, {U'さ', "SA"},  {U'し', "SHI"},
        {U'す', "SU"}, {U'せ', "SE"}, {U'そ', "SO"}, {U'た', "TA"}, {U'ち', "CHI"}, {U'つ', "TSU"},
        {U'て', "TE"}, {U'と', "TO"}, {U'な', "NA"}, {U'に', "NI"}, {U'ぬ', "NU"},  {U'ね', "NE"},
        {U'の', "NO"}, {U'は', "HA"}, {U'ひ', "HI"}, {U'ふ', "FU"}, {U'へ', "HE"},  {U'ほ', "HO"},
        {U'ま', "MA"}, {U'み', "MI"}, {U'む', "MU"}, {U'め', "ME"}, {U'も', "MO"},  {U'や', "YA"},
        {U'ゆ', "YU"}, {U'よ', "YO"}, {U'ら', "RA"}, {U'り', "RI"}, {U'る', "RU"},  {U'れ', "RE"},
        {U'ろ', "RO"}, {U'わ', "WA"}, {U'を', "O"},  {U'ん', "N"},  {U'が', "GA"},  {U'ぎ', "GI"},
        {U'ぐ', "GU"}, {U'げ', "GE"}, {U'ご', "GO"}, {U'ざ', "ZA"}, {U'じ', "JI"},  {U'ず', "ZU"},
        {U'ぜ', "ZE"}, {U'ぞ', "ZO"}, {U'だ', "DA"}, {U'ぢ', "JI"}, {U'づ', "ZU"},  {U'で', "DE"},
        {U'ど', "DO"}, {U'ば', "BA"}, {U'び', "BI"}, {U'ぶ', "BU"}, {U'べ', "BE"},  {U'ぼ', "BO"},
        {U'ぱ', "PA"}, {U'ぴ', "PI"}, {U'ぷ', "PU"}, {U'ぺ', "PE"}, {U'ぽ', "PO"}};
    return kMap;
}

/// "KI" + small ya -> "KYA", "SHI" -> "SHA".
void contract(std::string& out, char vowel) {
    if (out.empty()) return;
    out.pop_back();
    bool const soft = out.ends_with("SH") || out.ends_with("CH") || out.ends_with("J");
    if (!soft) out.push_back('Y');
    out.push_back(vowel);
}

}  // namespace

std::u32string points(std::string_view text) {
    std::u32string out;
    for (std::size_t i = 0; i < text.size();) {
        auto const lead = static_cast<unsigned char>(text[i++]);
        int const more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        char32_t c = more == 0 ? lead : lead & (0x3fU >> more);
        for (int k = 0; k < more && i < text.size(); ++k) {
            c = c << 6 | (static_cast<unsigned char>(text[i++]) & 0x3fU);
        }
        out.push_back(c);
    }
    return out;
}

std::string utf8(std::u32string_view text) {
    std::string out;
    for (char32_t c : text) {
        int const more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        constexpr std::array<unsigned, 4> kLead = {0, 0xc0, 0xe0, 0xf0};
        out.push_back(static_cast<char>(kLead[static_cast<std::size_t>(more)] | c >> (6 * more)));
        for (int k = more - 1; k >= 0; --k) {
            out.push_back(static_cast<char>(0x80 | (c >> (6 * k) & 0x3f)));
        }
    }
    return out;
}

std::string katakana(std::string_view hiragana) {
    auto text = points(hiragana);
    for (char32_t& c : text) {
        if (c >= 0x3041 && c <= 0x3096) c += 0x60;
    }
    return utf8(text);
}

std::string half_width(std::string_view hiragana) {
    std::u32string out;
    for (char32_t c : points(katakana(hiragana))) {
        char32_t mark = 0;
        if (auto const i = kVoiced.find(c); i != kVoiced.npos) {
            c = kUnvoiced[i];
            mark = U'ﾞ';
        } else if (auto const k = kHalfVoiced.find(c); k != kHalfVoiced.npos) {
            c = kHalfUnvoiced[k];
            mark = U'ﾟ';
        }
        auto const at = kFull.find(c);
        out.push_back(at == kFull.npos ? c : kHalf[at]);
        if (mark != 0) out.push_back(mark);
    }
    return utf8(out);
}

std::string romaji(std::string_view hiragana) {
    std::string out;
    bool doubled = false;
    for (char32_t c : points(hiragana)) {
        if (c == U'ゃ') contract(out, 'A');
        if (c == U'ゅ') contract(out, 'U');
        if (c == U'ょ') contract(out, 'O');
        if (c == U'っ') doubled = true;
        auto const found = sounds().find(c);
        if (found == sounds().end()) continue;
        std::string_view const sound = found->second;
        bool const drawn = (c == U'う' && (out.ends_with('O') || out.ends_with('U'))) ||
                           (c == U'お' && out.ends_with('O'));
        if (drawn) continue;
        if (doubled) out.push_back(sound[0] == 'C' ? 'T' : sound[0]);
        doubled = false;
        bool const lips = sound[0] == 'B' || sound[0] == 'M' || sound[0] == 'P';
        if (lips && out.ends_with('N') && !out.empty()) out.back() = 'M';
        out += sound;
    }
    return out;
}

}  // namespace musubi::population
