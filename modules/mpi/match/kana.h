#pragma once
// Sounds of names. Pure functions over folded text (characters.h). Source: pix-pdq.md
// 9, 10.2, 11.1.

#include "mpi/match/characters.h"

namespace musubi::mpi::match {

/// Katakana to hiragana; wo, wi, we and va as people hear them; only kana remain.
Text to_hiragana(View text);

/// What is left when small kana, voicing marks and long vowels are taken away: equal for the ways
/// in which old terminals and forms write one name.
Text kana_skeleton(View hiragana);

/// Hepburn, Kunrei and passport spelling (capitals) to hiragana; empty when the text is no Japanese
/// romaji.
Text romaji_to_hiragana(View latin);

}  // namespace musubi::mpi::match
