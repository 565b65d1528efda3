#pragma once
// Texts for people made from the agreement itself, so that what hangs on the wall and what the node
// does cannot differ. Pure. UTF-8, plain text (notice) or Markdown tables (overview).

#include "policy/agreement.h"

namespace musubi::policy {

enum class Language : std::uint8_t { kJapanese, kEnglish };

/// For patients, to be put up in each institution (院内掲示): who takes part, what is shared, what
/// for, how one agrees and withdraws, whom one turns to. `member`: whose desk is named first;
/// empty: no one's. kNotFound: no such active member.
Result<std::string> notice(Agreement const& agreement, Language language,
                           std::string const& member);

/// Members, access matrix, responsibility points.
std::string overview(Agreement const& agreement);

/// Which data goes over which connection in which direction, and where encryption begins and ends.
std::string data_flows(Agreement const& agreement);

}  // namespace musubi::policy
