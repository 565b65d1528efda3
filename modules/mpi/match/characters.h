#pragma once
// Text for comparing: UTF-16 folded so that one name written by two senders is one string. The
// originals stay with the record. Pure functions, thread-safe; ICU stays in the .cc.
// Source: japan.md 12.2, pix-pdq.md 10.2 and 11.

#include <string>
#include <string_view>

namespace musubi::mpi::match {

using Text = std::u16string;
using View = std::u16string_view;

/// Stands for a character that the sender could not write (geta, black square, private use).
inline constexpr char16_t kAnyCharacter = 0xfffd;

/// NFKC, without controls and variation selectors; blanks of any width are one U+0020, trimmed.
/// Latin letters are upper case without accents.
Text fold_width(std::string_view utf8);

/// Variant kanji to one representative, iteration marks expanded, small ke unified, characters that
/// were lost to kAnyCharacter.
Text fold_kanji(View text);

std::string to_utf8(View text);
void append_utf8(std::string& out, View text);

bool is_kana(char16_t c);   ///< hiragana, katakana, long vowel mark
bool is_kanji(char16_t c);  ///< also the iteration mark and kAnyCharacter
bool is_latin(char16_t c);  ///< A to Z, as fold_width leaves them
bool is_digit(char16_t c);
bool has_wildcard(View text);
/// Equal where neither has kAnyCharacter; at least one place must really agree.
bool equal_or_unknown(View a, View b);

}  // namespace musubi::mpi::match
