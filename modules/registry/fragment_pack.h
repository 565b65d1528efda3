#pragma once
// Fragments as they are sealed and stored: one octet that tells how they were folded, then the
// folded text. ebRIM says little in many words; folded, an entry of 6.5 KB takes about 0.7 KB, and
// a page of the database holds ten times as many. Folding comes before sealing, since sealed octets
// have no pattern left.
//
//   1   Zstandard with kFragmentDictionary1
//
// Pure, thread-safe. Errors: kTooLarge for a text over kMaxFragment, on the way in already, so that
// whatever was stored can be read; kInternal for a format that this version does not know;
// kStorageUnavailable for damage.

#include "platform/base/bytes.h"

namespace musubi::registry {

/// Octets. Above everything that a message of permitted size renders to.
inline constexpr std::size_t kMaxFragment = std::size_t{64} << 20;

Result<Bytes> pack_fragment(std::string_view fragment);
/// Octets of the text; costs a look at the head.
Result<std::size_t> unpacked_size(ByteView packed);
/// The text lies in `buffer`, which is meant to be used again for the next one.
Result<std::string_view> unpack_fragment(std::string& buffer, ByteView packed);

}  // namespace musubi::registry
