#pragma once
// A deferred discovery that waits for its answer: the question and for whom it is, sealed, in the
// outbox. Plain values; the functions are thread-safe.

#include "domain/access.h"
#include "platform/vault/key_ring.h"

namespace musubi::xcpd {

inline constexpr char const* kDeferredTopic = "xcpd.deferred";  ///< its destinations are URLs

struct PendingQuestion {
    domain::Subject subject;  ///< as it asked; of the member what names it
    std::string endpoint;     ///< of ours, where it asked
    std::string trace;
    std::string message;  ///< PRPA_IN201305UV02, as XML
};

/// Bound to `reply_to`: it opens for no other destination.
Result<Bytes> seal_question(vault::KeyRing& keys, std::string const& reply_to,
                            PendingQuestion const& question);
/// kStorageUnavailable when it does not open or is none.
Result<PendingQuestion> open_question(vault::KeyRing& keys, std::string const& reply_to,
                                      ByteView sealed);

}  // namespace musubi::xcpd
