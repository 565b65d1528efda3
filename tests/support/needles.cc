#include "support/needles.h"

#include <gtest/gtest.h>
#include <string.h>

#include <algorithm>

#include "platform/base/bytes.h"
#include "platform/base/japanese.h"
#include "support/source_tree.h"

namespace musubi::test {
namespace {

/// What base64 of any text that holds `octets` must contain, for the three ways it may be aligned:
/// of whole groups alone, and not of so few that chance makes them too.
std::vector<std::string> base64_cores(std::string_view octets) {
    std::vector<std::string> cores;
    for (std::size_t start = 0; start < 3; ++start) {
        std::string_view const rest = octets.substr(start);
        std::size_t const whole = rest.size() / 3 * 3;
        if (whole >= 6) cores.push_back(to_base64(as_bytes(rest.substr(0, whole))));
    }
    return cores;
}

}  // namespace

std::string to_utf16(std::u32string_view text, bool big_endian) {
    std::string out;
    for (char32_t const c : text) {
        char const high = static_cast<char>(c >> 8), low = static_cast<char>(c & 0xff);
        out += big_endian ? std::string{high, low} : std::string{low, high};
    }
    return out;
}

std::u32string code_points(std::string_view utf8) {
    std::u32string out;
    for (std::size_t i = 0; i < utf8.size();) {
        auto const lead = static_cast<unsigned char>(utf8[i]);
        std::size_t const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3;
        char32_t c = length == 1 ? lead : lead & (0xffU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k) {
            c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3f);
        }
        out.push_back(c);
        i += length;
    }
    return out;
}

void Needles::add_form(std::string name, std::string octets) {
    bool const known = std::any_of(forms_.begin(), forms_.end(),
                                   [&](Form const& form) { return form.octets == octets; });
    if (!known) forms_.push_back({std::move(name), std::move(octets)});
}

void Needles::add(std::string const& name, std::string const& utf8) {
    if (utf8.size() < 8) throw std::invalid_argument(name + " is too short to look for");
    std::vector<Form> encoded = {{name + " as UTF-8", utf8}};
    if (auto jis = encode_iso2022jp(utf8, {})) encoded.push_back({name + " as ISO-2022-JP", *jis});
    if (auto sjis = encode_cp932(utf8, {})) encoded.push_back({name + " as CP932", *sjis});
    if (auto euc = encode_eucjp(utf8, {})) encoded.push_back({name + " as EUC-JP", *euc});
    for (Form& form : encoded) {
        for (auto& core : base64_cores(form.octets))
            add_form(form.name + " in base64", std::move(core));
        add_form(form.name + " in hexadecimal", to_hex(as_bytes(form.octets)));
        add_form(std::move(form.name), std::move(form.octets));
    }
    add_form(name + " as UTF-16BE", to_utf16(code_points(utf8), true));
    add_form(name + " as UTF-16LE", to_utf16(code_points(utf8), false));
}

std::vector<std::string> Needles::found_in(std::string_view haystack) const {
    std::vector<std::string> found;
    for (Form const& form : forms_) {
        bool const there = ::memmem(haystack.data(), haystack.size(), form.octets.data(),
                                    form.octets.size()) != nullptr;
        if (there) found.push_back(form.name);
    }
    return found;
}

void Needles::expect_absent(std::string const& where, std::string_view haystack) const {
    EXPECT_FALSE(haystack.empty()) << where << " was not searched";
    for (auto const& name : found_in(haystack)) ADD_FAILURE() << name << " in " << where;
}

int Needles::expect_absent_under(std::filesystem::path const& folder) const {
    int files = 0;
    for (auto const& file : std::filesystem::recursive_directory_iterator(folder)) {
        if (!file.is_regular_file() || file.file_size() == 0) continue;
        expect_absent(file.path(), read_file(file.path()));
        ++files;
    }
    return files;
}

}  // namespace musubi::test
