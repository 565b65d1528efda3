#pragma once
// What members are told: rows for those who ask (musubi emergency notices), and JSON posted to
// those for whom the agreement names an address. Nothing here names a patient but by regional id.

#include "platform/base/ids.h"
#include "platform/pg/pool.h"
#include "policy/agreement.h"

namespace musubi::policy {

/// Topic of the outbox; destinations are member codes.
inline constexpr char const* kNoticeTopic = "policy.notice";

enum class NoticeKind : std::int16_t {
    kEmergency = 1,    ///< somebody broke the glass
    kUse = 2,          ///< a use under an obligation to tell
    kSeal = 3,         ///< the seal of an emergency account was broken
    kDisaster = 4,     ///< a disaster was declared
    kDisasterEnd = 5,  ///< and ended
};
std::string_view to_string(NoticeKind kind);

struct Notice {
    std::int64_t position = 0;
    NoticeKind kind = NoticeKind::kUse;
    std::string recipient, patient, member, person, clause, reason;
    WallTime made_at{};
};

/// Joins the transaction. `once` keeps the same thing from being told twice: it must be new.
void queue_notice(pg::Tx& tx, IdSource& ids, Agreement const& agreement, Notice const& notice,
                  std::string const& once);
/// To every active member that is no test partner; `once` and the member's code make the key.
void tell_everybody(pg::Tx& tx, IdSource& ids, Agreement const& agreement, Notice notice,
                    std::string const& once);

/// Of one member, or of all when it is empty; behind `after`, oldest first, at most 1,000.
Result<std::vector<Notice>> notices(pg::Pool& pool, std::string const& recipient,
                                    std::int64_t after);

}  // namespace musubi::policy
