#pragma once
// Looking people up by what a query says (ITI-21, 47, 55): keys under which the store finds
// records, and the judgement whether a record it found satisfies the query. Ids and domains are the
// store's. Pure, thread-safe. Source: pix-pdq.md 3.1, 3.2, 5.4, 5.5, 10.1.

#include "domain/patient_feed.h"
#include "mpi/match/features.h"

#include <optional>

namespace musubi::mpi::match {

/// Single values, not compounds: they belong in a table of their own with its own key. Types from
/// 32 on. Made for placeholders too: a desk looks for them.
std::vector<Key> search_keys(Features const& features);

/// Of the family name in a name as systems display it, the family name first ("青葉 一郎",
/// "AOBA^ICHIRO"; words in Latin letters come in any order): keys as search_keys() makes them. By
/// its characters where there are any, since many names sound alike; else by its sound. Empty where
/// the parts cannot be told apart.
std::vector<Key> family_keys(std::string_view displayed);

/// One list for each criterion that narrows, those that tell most first: a record must have one key
/// of every list. Empty: the query says nothing that can be looked up. A record found may still not
/// fit.
std::vector<std::vector<Key>> lookup_keys(domain::DemographicsQuery const& query);

/// 1..100 when the record satisfies every criterion but ids and domains, and reaches the degree
/// asked for. Any representation of a name may hit unless the query tells a script; width, variant
/// kanji, voicing and long vowels never keep a record from hitting; `*` at the end asks for a
/// prefix.
std::optional<int> fit(domain::DemographicsQuery const& query, domain::Demographics const& person,
                       Features const& features);

}  // namespace musubi::mpi::match
