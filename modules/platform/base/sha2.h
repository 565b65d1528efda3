#pragma once
// The SHA-2 family by name, where somebody else chose which of them (signatures, time stamps): a
// type of its own, so that SHA-1 can never be meant. Pure, thread-safe.

#include "platform/base/digest.h"

namespace musubi {

enum class Sha2 : std::uint8_t { k256, k384, k512 };

DigestKind digest_kind(Sha2 kind);
Bytes sha2(Sha2 kind, ByteView bytes);

}  // namespace musubi
