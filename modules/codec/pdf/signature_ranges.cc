#include "codec/pdf/signature_ranges.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace musubi::pdf {
namespace {

constexpr std::string_view kName = "/ByteRange";
/// From the name to the closing bracket: four numbers of up to ten digits, and blanks.
constexpr std::size_t kMaxEntry = 256;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\0';
}
void skip_blanks(std::string_view& text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

/// The four numbers behind the name; nothing when something else stands there.
std::optional<std::vector<std::uint64_t>> numbers(std::string_view text) {
    skip_blanks(text);
    if (!text.starts_with('[')) return std::nullopt;
    text.remove_prefix(1);
    std::vector<std::uint64_t> out;
    for (;;) {
        skip_blanks(text);
        if (text.starts_with(']')) break;
        std::uint64_t number = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || out.size() == 4) return std::nullopt;
        out.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    if (out.size() != 4) return std::nullopt;
    return out;
}

int digit_of(std::uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

bool is_pdf(ByteView beginning) {
    return as_text(beginning.first(std::min<std::size_t>(beginning.size(), 1024))).find("%PDF-") !=
           std::string_view::npos;
}

void SignatureFinder::feed(ByteView piece) {
    while (!piece.empty()) {
        auto const part = piece.first(std::min<std::size_t>(piece.size(), 64U << 10));
        kept_.append(as_text(part));
        piece = piece.subspan(part.size());
        scan(false);
    }
}

void SignatureFinder::scan(bool last) {
    std::size_t at = 0;
    for (;;) {
        std::size_t const name = kept_.find(kName, at);
        if (name == std::string::npos) break;
        if (!last && kept_.size() - name < kName.size() + kMaxEntry) {
            kept_.erase(0, name);
            return;
        }
        at = name + kName.size();
        std::string_view const entry = std::string_view(kept_).substr(at, kMaxEntry);
        // The name may stand in any text; a range of its own kind is what counts.
        auto const four = numbers(entry);
        if (!four) continue;
        std::uint64_t const begin = (*four)[1], second = (*four)[2], length = (*four)[3];
        if ((*four)[0] != 0 || second < begin || length > UINT64_MAX - second) {
            malformed_ = true;
        } else if (found_.size() == kMaxSignatures) {
            too_many_ = true;
        } else {
            found_.push_back({begin, second, second + length});
        }
    }
    // What may be the beginning of the name.
    std::size_t const tail = std::min(kept_.size() - at, kName.size() - 1);
    kept_.erase(0, kept_.size() - tail);
}

Result<std::vector<SignedRange>> SignatureFinder::finish(std::uint64_t size) {
    scan(true);
    if (too_many_) return Error(Code::kTooLarge, "more signatures than are looked at");
    for (SignedRange const& one : found_) {
        if (one.end > size || one.gap_end - one.gap_begin < 2) malformed_ = true;
        if (one.gap_end - one.gap_begin > kMaxGap)
            return Error(Code::kTooLarge, "a signature of that size");
    }
    if (malformed_) return Error(Code::kInvalidContent, "a range that no signature has");
    return std::move(found_);
}

Result<Bytes> read_gap(ByteView gap) {
    Error const wrong(Code::kInvalidContent, "what is left out is no signature");
    if (gap.size() < 2 || gap.front() != '<' || gap.back() != '>') return wrong;
    Bytes out;
    out.reserve(gap.size() / 2);
    int high = -1;
    for (std::uint8_t const c : gap.subspan(1, gap.size() - 2)) {
        if (is_blank(static_cast<char>(c))) continue;
        int const digit = digit_of(c);
        if (digit < 0) return wrong;
        if (high < 0) {
            high = digit;
        } else {
            out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0) out.push_back(static_cast<std::uint8_t>(high * 16));
    return out;
}

}  // namespace musubi::pdf
