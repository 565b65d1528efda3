#include "platform/vault/key_share.h"

#include "platform/base/digest.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace musubi::vault {
namespace {

constexpr std::string_view kMagic = "musubi-share-1";
constexpr std::size_t kHexOfKey = 2 * SecretKey::kSize;

std::string check_of(std::string_view words) {
    return to_hex(ByteView(sha256(as_bytes(words))).first(4));
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    for (char const c : line) {
        bool const blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (words.empty() || (blank && !words.back().empty())) words.emplace_back();
        if (!blank) words.back() += c;
    }
    if (!words.empty() && words.back().empty()) words.pop_back();
    return words;
}

bool read_number(std::string const& text, int& out) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && out >= 1 && out <= 255;
}

Error wrong(char const* what) {
    return {Code::kInvalidContent, std::string("share of the master key: ") + what};
}

}  // namespace

std::string to_line(KeyShare const& share) {
    std::string line = std::string(kMagic) + " " + std::to_string(share.threshold) + " " +
                       std::to_string(share.part.at) + " " + share.master + " " +
                       to_hex(share.part.value.view());
    return line + " " + check_of(line);
}

Result<KeyShare> read_share(std::string_view line) {
    std::vector<std::string> const words = words_of(to_lower_ascii(trim(line)));
    if (words.size() < 6 || words.front() != kMagic) return wrong("not one");
    KeyShare share;
    int number = 0;
    if (!read_number(words[1], share.threshold) || !read_number(words[2], number))
        return wrong("threshold and number are 1 to 255");
    std::string octets;
    for (std::size_t i = 4; i + 1 < words.size(); ++i) octets += words[i];
    std::string const said =
        words[0] + " " + words[1] + " " + words[2] + " " + words[3] + " " + octets;
    Result<Bytes> value = from_hex(octets);
    if (octets.size() != kHexOfKey || !value) return wrong("64 hex digits are expected");
    if (words.back() != check_of(said)) return wrong("mistyped: the check does not fit");
    share.master = words[3];
    share.part.at = static_cast<std::uint8_t>(number);
    std::copy(value->begin(), value->end(), share.part.value.data());
    wipe(*value);
    wipe(reinterpret_cast<std::uint8_t*>(octets.data()), octets.size());
    return share;
}

Result<SecretKey> join_shares(std::span<KeyShare const> shares) {
    if (shares.empty()) return wrong("none is there");
    std::set<int> numbers;
    std::vector<SecretPart> parts;
    for (KeyShare const& share : shares) {
        if (share.master != shares.front().master || share.threshold != shares.front().threshold)
            return wrong("they are of different keys");
        if (!numbers.insert(share.part.at).second) return wrong("one is there twice");
        SecretPart& part = parts.emplace_back();
        part.at = share.part.at;
        std::copy(share.part.value.view().begin(), share.part.value.view().end(),
                  part.value.data());
    }
    if (static_cast<int>(shares.size()) < shares.front().threshold) {
        return Error(Code::kInvalidContent,
                     "the master key needs " + std::to_string(shares.front().threshold) +
                         " shares, " + std::to_string(shares.size()) + " are there");
    }
    return join_secret(parts);
}

}  // namespace musubi::vault
