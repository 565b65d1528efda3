#pragma once
// Japanese text for the generator, in code points. Independent of the code under test.

#include <string>
#include <string_view>

namespace musubi::population {

std::u32string points(std::string_view utf8);
std::string utf8(std::u32string_view points);

std::string katakana(std::string_view hiragana);
std::string half_width(std::string_view hiragana);  ///< half-width katakana, marks apart
std::string romaji(std::string_view hiragana);      ///< passport spelling: capitals, no long vowels

}  // namespace musubi::population
