#pragma once
// One notification on its way to one consumer, as it waits in the outbox: sealed, since it names
// patients. Pure functions but for the keys; thread-safe.

#include "domain/demographics.h"
#include "platform/base/bytes.h"
#include "platform/vault/key_ring.h"

#include <string>
#include <vector>

namespace musubi::pix {

inline constexpr char const* kNoticeTopic = "pix.ids_changed";

struct Notice {
    std::string message_id;            ///< UUID: the same each time the notification is sent
    std::string time;                  ///< DTM of the change
    std::string patient;               ///< surviving regional id (CX)
    std::vector<domain::LocalId> ids;  ///< of all domains: what is told is decided when it is sent
    bool operator==(Notice const&) const = default;
};

/// Bound to its consumer: in another one's queue it does not open.
Result<Bytes> seal_notice(vault::KeyRing& keys, std::string const& consumer, Notice const& notice);
/// kStorageUnavailable: it does not open, or is none.
Result<Notice> open_notice(vault::KeyRing& keys, std::string const& consumer, ByteView sealed);

}  // namespace musubi::pix
