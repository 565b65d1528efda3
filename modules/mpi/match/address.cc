#include "mpi/match/address.h"

#include <algorithm>

namespace musubi::mpi::match {
namespace {

constexpr std::size_t kLongest = 256;  // code units that are looked at

constexpr std::array<View, 47> kPrefectures = {
    u"北海道", u"青森県", u"岩手県", u"宮城県", u"秋田県", u"山形県",   u"福島県", u"茨城県",
    u"栃木県", u"群馬県", u"埼玉県", u"千葉県", u"東京都", u"神奈川県", u"新潟県", u"富山県",
    u"石川県", u"福井県", u"山梨県", u"長野県", u"岐阜県", u"静岡県",   u"愛知県", u"三重県",
    u"滋賀県", u"京都府", u"大阪府", u"兵庫県", u"奈良県", u"和歌山県", u"鳥取県", u"島根県",
    u"岡山県", u"広島県", u"山口県", u"徳島県", u"香川県", u"愛媛県",   u"高知県", u"福岡県",
    u"佐賀県", u"長崎県", u"熊本県", u"大分県", u"宮崎県", u"鹿児島県", u"沖縄県"};

constexpr View kNumerals = u"〇一二三四五六七八九";

bool is_numeral(char16_t c) { return kNumerals.find(c) != View::npos || c == u'十' || c == u'百'; }

int numeral_value(View text) {
    int total = 0, current = 0;
    for (char16_t c : text) {
        if (c == u'十') {
            total += std::max(current, 1) * 10;
            current = 0;
        } else if (c == u'百') {
            total += std::max(current, 1) * 100;
            current = 0;
        } else {
            current = current * 10 + static_cast<int>(kNumerals.find(c));
        }
    }
    return total + current;
}

/// Kanji numerals count blocks only where a counter follows: Sangenjaya and Ichibancho are names.
bool counter_follows(View rest) {
    if (rest.starts_with(u"番町")) return false;
    return rest.starts_with(u"丁目") || rest.starts_with(u"番") || rest.starts_with(u"号");
}

void append_number(Text& out, int value) {
    for (char c : std::to_string(value)) out.push_back(static_cast<char16_t>(c));
}

Text with_digits(View text) {
    Text out;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && is_numeral(text[end])) ++end;
        if (end > i && end - i < 6 && counter_follows(text.substr(end))) {
            append_number(out, numeral_value(text.substr(i, end - i)));
            i = end;
        } else {
            out.push_back(text[i++]);
        }
    }
    return out;
}

char16_t unified(char16_t c) {
    switch (c) {
        case u'の':
        case u'之': return u'ノ';
        case u'ヶ':
        case u'ヵ':
        case u'が':
        case u'ガ': return u'ケ';
        case u'ー':
        case u'〜':
        case u'~':
        case 0x2010:
        case 0x2011:
        case 0x2012:
        case 0x2013:
        case 0x2014:
        case 0x2015:
        case 0x2212: return u'-';
        default: return c;
    }
}

/// Length of the municipality that `rest` begins with.
std::size_t municipality_size(View rest) {
    std::size_t const reach = std::min<std::size_t>(rest.size(), 9);
    auto const find_from = [&](char16_t c, std::size_t from) {
        for (std::size_t i = from; i < reach; ++i) {
            if (rest[i] == c) return i + 1;
        }
        return std::size_t{0};
    };
    std::size_t const county = find_from(u'郡', 1);
    std::size_t city = find_from(u'市', 1);
    if (county != 0 && (city == 0 || county < city)) {
        for (std::size_t i = county + 1; i < std::min(rest.size(), county + 6); ++i) {
            if (rest[i] == u'町' || rest[i] == u'村') return i + 1;
        }
    }
    if (city != 0) {
        if (city < rest.size() && rest[city] == u'市') ++city;  // 四日市市
        for (std::size_t i = city + 1; i < std::min(rest.size(), city + 5); ++i) {
            if (rest[i] == u'区') return i + 1;
            if (is_digit(rest[i])) break;
        }
        return city;
    }
    if (std::size_t const ward = find_from(u'区', 1)) return ward;
    std::size_t const town = find_from(u'町', 1), village = find_from(u'村', 1);
    if (town != 0 && village != 0) return std::min(town, village);
    return std::max(town, village);
}

void read_numbers(View rest, Address& address) {
    std::size_t used = 0, at = 0;
    while (at < rest.size() && used < Address::kMostNumbers) {
        if (is_digit(rest[at])) {
            int value = 0;
            while (at < rest.size() && is_digit(rest[at])) {
                value = std::min(value * 10 + (rest[at++] - u'0'), 0xffff);
            }
            address.numbers[used++] = static_cast<std::uint16_t>(std::max(value, 1));
            continue;
        }
        std::size_t joint = at;  // what may stand between block numbers
        while (joint < rest.size() && View(u"丁目番地号ノ-").find(rest[joint]) != View::npos) {
            ++joint;
        }
        if (joint == at) break;  // a building's name begins
        at = joint;
    }
}

bool looks_at(std::string const& part) { return !part.empty(); }

}  // namespace

Text fold_address(std::string_view utf8) {
    Text text = fold_kanji(View(fold_width(utf8)).substr(0, kLongest));
    Text out;
    for (char16_t c : text) {
        if (c != u' ') out.push_back(unified(c));
    }
    for (View word : {View(u"大字"), View(u"小字")}) {
        if (auto const at = out.find(word); at != Text::npos) out.erase(at, word.size());
    }
    return with_digits(out);
}

std::string digits_of(std::string_view utf8) {
    std::string out;
    for (char16_t c : fold_width(utf8)) {
        if (is_digit(c)) out.push_back(static_cast<char>(c));
    }
    return out;
}

std::string fold_phone(std::string_view utf8) {
    if (utf8.size() > 96) return {};
    Text const text = fold_width(utf8);
    std::string digits;
    for (char16_t c : text) {
        if (is_digit(c)) digits.push_back(static_cast<char>(c));
    }
    if (View(text).starts_with(u"+81")) {
        digits.erase(0, 2);
        if (!digits.starts_with('0')) digits.insert(0, 1, '0');
    }
    bool const all_same =
        std::all_of(digits.begin(), digits.end(), [&](char c) { return c == digits.back(); });
    bool const empty_number =
        digits.size() > 6 && digits.find_first_not_of('0', 3) == std::string::npos;
    if (digits.size() < 9 || digits.size() > 15 || all_same || empty_number) return {};
    return digits;
}

std::optional<Address> parse_address(domain::PostalAddress const& sent) {
    Address address;
    std::string const postal = digits_of(sent.postal_code);
    if (postal.size() == 7) address.postal_code = postal;
    std::string text = sent.state + sent.city + sent.street + sent.other;
    // Who sends both repeats himself: the whole is enough when it begins like the parts.
    if (looks_at(sent.whole)) {
        bool const complete = !sent.state.empty() && !sent.whole.starts_with(sent.state);
        text = complete ? sent.state + sent.city + sent.whole : sent.whole;
    }
    address.whole = fold_address(text);
    if (address.whole.empty() && address.postal_code.empty()) return std::nullopt;
    View rest = address.whole;
    for (View prefecture : kPrefectures) {
        if (!rest.starts_with(prefecture)) continue;
        address.prefecture = prefecture;
        rest.remove_prefix(prefecture.size());
        break;
    }
    std::size_t const municipality = municipality_size(rest);
    address.municipality = rest.substr(0, municipality);
    rest.remove_prefix(municipality);
    std::size_t town = 0;
    while (town < rest.size() && !is_digit(rest[town])) ++town;
    address.town = rest.substr(0, town);
    while (!address.town.empty() && address.town.back() == u'-') address.town.pop_back();
    read_numbers(rest.substr(town), address);
    return address;
}

}  // namespace musubi::mpi::match
