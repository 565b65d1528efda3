#pragma once
// What fragments have in common, as text. Stored fragments unfold with the octets that they were
// folded with: no octet here may ever change. Better words get a number of their own
// (fragment_pack.h), and the old ones stay.

#include <string_view>

namespace musubi::registry {

extern std::string_view const kFragmentDictionary1;

}  // namespace musubi::registry
