#pragma once
// Whether an agreement may be in force: signed by those who must, next in the chain of versions (or
// the newest one again), in its term, and made for where this node stands. The chain is verified
// from the pinned signers on at every start and reload, so that rows put into the table by hand are
// worth nothing.

#include "core/ports.h"
#include "platform/pg/pool.h"
#include "policy/agreement.h"
#include "policy/signatures.h"

namespace musubi::policy {

/// An agreement that was in force once.
struct StoredAgreement {
    std::int64_t version = 0;
    std::string hash;
    std::string id;
    std::string canonical;
    Signatures signatures;
    WallTime activated_at{};
};

/// Where an installation takes its agreement from.
struct AgreementSource {
    std::string agreement;     ///< file
    std::string signers;       ///< pinned signers, file
    std::string country = {};  ///< of this node's data, keys and logs; empty: not told
    /// The version that follows, in force from its own first day on; empty: none waits.
    std::string next = {};
    /// This node only reads a copy: only what is in force where it is written, and provides for it.
    bool stand_in = false;
    std::string declarations = {};  ///< folder of a stand-in (disaster_files.h)
    /// Revocation lists (PEM) that count for connections which are open already; empty: none.
    std::string withdrawn = {};
};

struct Accepted {
    bool fresh = false;  ///< never in force so far: to be stored
    Signatures signatures;
};

/// Oldest first.
Result<std::vector<StoredAgreement>> stored_agreements(pg::Pool& pool);

/// kInvalidContent with every problem as an issue of its own: signatures, chain, term, place.
Result<Accepted> accept(Agreement const& candidate, AgreementSource const& source,
                        std::vector<StoredAgreement> const& chain, WallTime now);

/// What the files hold that may be in force now, and what waits for its day.
struct Chosen {
    std::shared_ptr<Agreement const> agreement;
    Accepted accepted;
    /// Of `source.next` when it would be accepted on its first day.
    std::optional<WallTime> next_begins;
    /// Why `source.next` cannot be used; the other file counts.
    std::optional<Error> next_refused;
};
/// The next version when its day has come, else the agreement. Errors as accept().
Result<Chosen> choose(AgreementSource const& source, std::vector<StoredAgreement> const& chain,
                      WallTime now);

/// The newest that was put into force, as it was stored, its chain of signatures verified; what the
/// files say by now does not matter. Before any was: what the files hold, if that may come into
/// force.
Result<std::shared_ptr<Agreement const>> agreement_in_force(AgreementSource const& source,
                                                            pg::Pool& pool, WallTime now);

/// Which of the two files holds what is in force; that it may be is the node's to say.
std::string file_in_force(AgreementSource const& source, WallTime now);

/// Who writes the audit records of what happens to the agreement.
struct AgreementAudit {
    core::AuditPort* port = nullptr;
    std::string source_id;
    std::string site;
};

/// Stores it and its audit record (DCM 110113, 110129) in one transaction. When another node of
/// this database was faster with the same agreement, nothing is left to do.
Status activate(pg::Pool& pool, AgreementAudit const& audit, Agreement const& agreement,
                Signatures const& signatures, WallTime now);

/// The record of an agreement that was refused. Never fails loudly: refusing goes on regardless.
void record_refused(AgreementAudit const& audit, std::string const& file, Error const& why,
                    WallTime now);

}  // namespace musubi::policy
