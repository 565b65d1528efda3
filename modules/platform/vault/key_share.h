#pragma once
// A share of a master key as a line that people keep, copy and type. Internal to this room.
//
//   musubi-share-1 THRESHOLD NUMBER MASTER OCTETS CHECK
//
// MASTER is the name of the master key, OCTETS 64 hex digits, CHECK the first 8 hex digits of
// SHA-256 over what stands before it, single blanks between the words. OCTETS may be typed in
// groups.

#include "platform/vault/shamir.h"

#include <span>
#include <string>

namespace musubi::vault {

struct KeyShare {
    int threshold = 0;
    std::string master;
    SecretPart part;
};

std::string to_line(KeyShare const& share);
/// kInvalidContent: not such a line, or mistyped. Says which part is wrong, never its value.
Result<KeyShare> read_share(std::string_view line);
/// kInvalidContent: too few, of several masters, the same one twice.
Result<SecretKey> join_shares(std::span<KeyShare const> shares);

}  // namespace musubi::vault
