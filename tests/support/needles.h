#pragma once
// Texts that must lie nowhere in the clear, in every form in which they might lie there: UTF-8,
// UTF-16, the Japanese encodings, base64 at each alignment, hexadecimal.
//
// Texts of at least eight octets, unmistakable: shorter ones would be found by chance.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace musubi::test {

class Needles {
public:
    /// `name` is what a hit is called; it must not give the text away to its reader's search.
    void add(std::string const& name, std::string const& utf8);

    /// Names of the forms that occur.
    std::vector<std::string> found_in(std::string_view haystack) const;
    /// Fails the test for each hit, and for an empty haystack.
    void expect_absent(std::string const& where, std::string_view haystack) const;
    /// In every file below; how many were searched.
    int expect_absent_under(std::filesystem::path const& folder) const;

private:
    void add_form(std::string name, std::string octets);

    struct Form {
        std::string name;
        std::string octets;
    };
    std::vector<Form> forms_;
};

/// Code points of the basic plane.
std::u32string code_points(std::string_view utf8);
std::string to_utf16(std::u32string_view text, bool big_endian);

}  // namespace musubi::test
