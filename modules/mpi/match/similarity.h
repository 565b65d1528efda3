#pragma once
// How alike two short texts are. Pure, no allocation for names of ordinary length.

#include "mpi/match/characters.h"

namespace musubi::mpi::match {

/// One character inserted, removed, replaced, or two neighbours swapped; equal texts too.
bool within_one_edit(View a, View b);
/// 0..1, with the prefix bonus of Winkler (0.1, four characters). Texts beyond 64 units: 0.
double jaro_winkler(View a, View b);
bool shares_kanji(View a, View b);  ///< some kanji stands in both

}  // namespace musubi::mpi::match
