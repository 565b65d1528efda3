#pragma once
// Emergency accounts that lie in envelopes (guideline 6.9 非常時アカウント; agreement:
// emergency.sealed_accounts). An account is a certificate whose seal a keeper has signed. Until the
// seal is broken on record, with the code from the envelope, by a named person and for a reason of
// the agreement, it is refused like a stranger; then it is good for the agreement's minutes, and
// after that for ever refused: somebody has to put a new certificate into a new envelope.
//
// Thread-safe. Errors: kInvalidContent (not as the agreement wants it), kDenied (wrong code),
// kConflict (not sealed), kNotFound, those of the database and of the audit trail.

#include "platform/pg/pool.h"
#include "policy/emergency.h"
#include "policy/statement.h"

namespace musubi::policy {

enum class AccountState : std::uint8_t {
    kMissing,  ///< never prepared, or sealed by nobody who may
    kSealed,
    kOpen,
    kUsed,     ///< its seal is broken and its time over: blocked until it is replaced
    kExpired,  ///< the seal's day has passed unused
};
std::string_view to_string(AccountState state);

struct SealedAccount {
    SealedAccountTerms const* terms = nullptr;  ///< of the agreement that was asked about
    AccountState state = AccountState::kMissing;
    std::string seal, place;  ///< number of the envelope, where it lies
    std::string fingerprint;  ///< of its certificate
    std::string keeper;
    WallTime sealed_at{}, until{};  ///< of the seal
    std::string person, reason;     ///< since it was opened
    WallTime opened_at{}, ends_at{};
    Uuid id{};
    std::string code_digest;
};

struct SealDraft {
    std::string account;
    std::string certificate_file;  ///< PEM
    std::string seal, place;
    WallTime until{};
};
struct DraftedSeal {
    std::string words;  ///< to be signed
    std::string code;   ///< for the envelope; nowhere else
};
Result<DraftedSeal> draft_seal(Agreement const& agreement, SealDraft const& draft, IdSource& ids,
                               WallTime now);

/// Registers a sealed envelope, the first one of an account or the one that replaces it.
Status seal_account(EmergencyDeps const& deps, Agreement const& agreement,
                    Statement const& statement, std::string const& by, WallTime now);

struct SealBreaking {
    std::string account, code, person, reason;
    std::string by;  ///< who typed it
};
/// Recorded (DCM 110127) and told to all members in the same transaction. A wrong code is recorded
/// too.
Result<SealedAccount> open_account(EmergencyDeps const& deps, Agreement const& agreement,
                                   SealBreaking const& breaking, WallTime now);
/// Before its time.
Status close_account(EmergencyDeps const& deps, Agreement const& agreement,
                     std::string const& account, std::string const& by, WallTime now);

/// All that the agreement names, in its order.
Result<std::vector<SealedAccount>> sealed_accounts(pg::Pool& pool, Agreement const& agreement,
                                                   WallTime now);
/// The account of this certificate; kNotFound when it is none.
Result<SealedAccount> account_of_certificate(pg::Pool& pool, Agreement const& agreement,
                                             std::string const& fingerprint, WallTime now);

}  // namespace musubi::policy
