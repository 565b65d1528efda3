#pragma once
// What ITI-42 reads and writes. Functions run inside the caller's transaction.

#include "core/transaction.h"
#include "platform/vault/key_ring.h"
#include "registry/labels.h"
#include "registry/registration.h"

namespace musubi::registry {

/// Who publishes: decides what references may see, and signs as owner.
struct Publisher {
    core::Permit const& permit;
    domain::Member const& member;
};

enum class Reserve : std::uint8_t { kNo, kYes };

/// Locks the patients, reserves UUIDs and unique ids (kYes), and reads what the decision needs. One
/// round trip. kNo for a submission that is refused already: its ids may be malformed.
Result<State> open_submission(pg::Tx& tx, NumberedSubmission const& submission,
                              Publisher const& publisher, LabelBook const& labels, Reserve reserve);

struct Writing {
    NumberedSubmission const& submission;
    Plan const& plan;
    std::vector<std::int32_t> const& labels;  ///< of the entries, in their order
    std::string owner;                        ///< member code
    std::string institution;                  ///< whose data key seals
    WallTime now;                             ///< memberships and folders carry it
};

/// Queues everything; it travels with the next exec() or the commit.
Status write_submission(pg::Tx& tx, vault::KeyRing& keys, Writing const& writing);

/// What a sealed thing belongs to: it opens nowhere else.
Bytes fragment_aad(Uuid const& uuid);
Bytes authors_aad(Uuid const& uuid);
/// Blind token that stands for a reference id.
Bytes reference_token(vault::KeyRing const& keys, std::string const& reference_id);
/// Of the patient id under which a hospital published.
Bytes source_token(vault::KeyRing const& keys, domain::PatientId const& id);
/// 14 digits as a number: 20261121022500.
std::int64_t dtm_number(std::string const& dtm);

}  // namespace musubi::registry
