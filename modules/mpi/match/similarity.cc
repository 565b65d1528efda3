#include "mpi/match/similarity.h"

#include <algorithm>
#include <bitset>

namespace musubi::mpi::match {

bool within_one_edit(View a, View b) {
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1) return false;
    std::size_t i = 0;
    while (i < a.size() && a[i] == b[i]) ++i;
    if (a.size() < b.size()) return a.substr(i) == b.substr(i + 1);
    if (i == a.size()) return true;
    if (a.substr(i + 1) == b.substr(i + 1)) return true;
    return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] &&
           a.substr(i + 2) == b.substr(i + 2);
}

double jaro_winkler(View a, View b) {
    constexpr std::size_t kMost = 64;
    if (a.empty() || b.empty() || a.size() > kMost || b.size() > kMost) return 0;
    std::size_t const longest = std::max(a.size(), b.size());
    std::size_t const window = longest / 2 > 0 ? longest / 2 - 1 : 0;
    std::bitset<kMost> in_a, in_b;
    int matches = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t const from = i > window ? i - window : 0;
        std::size_t const to = std::min(b.size(), i + window + 1);
        for (std::size_t k = from; k < to; ++k) {
            if (in_b[k] || a[i] != b[k]) continue;
            in_a.set(i);
            in_b.set(k);
            ++matches;
            break;
        }
    }
    if (matches == 0) return 0;
    int moved = 0;
    for (std::size_t i = 0, k = 0; i < a.size(); ++i) {
        if (!in_a[i]) continue;
        while (!in_b[k]) ++k;
        if (a[i] != b[k++]) ++moved;
    }
    double const m = matches;
    double const jaro = (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
                         (m - moved / 2.0) / m) /
                        3;
    std::size_t prefix = 0;
    while (prefix < std::min<std::size_t>({4, a.size(), b.size()}) && a[prefix] == b[prefix]) {
        ++prefix;
    }
    return jaro + static_cast<double>(prefix) * 0.1 * (1 - jaro);
}

bool shares_kanji(View a, View b) {
    return std::any_of(a.begin(), a.end(), [b](char16_t c) {
        return is_kanji(c) && c != kAnyCharacter && b.find(c) != View::npos;
    });
}

}  // namespace musubi::mpi::match
