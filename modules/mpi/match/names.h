#pragma once
// Names for comparing: the spellings of one name put together. Pure.
// Source: pix-pdq.md 9 and 10.2, japan.md 5.1.

#include "domain/demographics.h"
#include "mpi/match/characters.h"

#include <vector>

namespace musubi::mpi::match {

/// Family, given or the undivided name. Each spelling may be empty.
struct NamePart {
    Text kanji;     ///< canonical; kana where the official name is written in kana
    Text kana;      ///< hiragana, from kana or else from romaji
    Text skeleton;  ///< of kana
    Text latin;     ///< capitals, no blanks
    bool empty() const { return kanji.empty() && skeleton.empty() && latin.empty(); }
};

enum class NameKind : std::uint8_t { kCurrent, kFormer, kAlias };

/// One name in all its spellings.
struct NameForm {
    NamePart family, given;
    NamePart whole;  ///< family and given run together
    Text latin_bag;  ///< the Latin words sorted: foreign names come in any order
    NameKind kind = NameKind::kCurrent;
    bool divided = true;  ///< false: only `whole` is known
};

struct Names {
    static constexpr std::size_t kMostForms = 6;
    std::vector<NameForm> forms;  ///< current names first
    bool placeholder = false;     ///< unknown person, test patient or newborn without a name
};

/// Table 0200: M and B are former names, A, N and S aliases.
NameKind kind_of(std::string const& type_code);

Names read_names(std::vector<domain::PersonName> const& names);

/// One text (part of a query) as it would stand in a part; `told` as for domain names.
NamePart read_part(std::string_view utf8, domain::Script told);

}  // namespace musubi::mpi::match
