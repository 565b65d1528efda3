#pragma once
// Makes and stamps roots. One object per thread; several nodes may share a database (advisory
// lock). Errors: those of database and files; kConflict when the chain or the newest root is not
// what it was: then nothing is signed on top of it, and `musubi audit verify` tells where.

#include "atna/evidence_files.h"
#include "atna/roots_check.h"
#include "core/evidence_ports.h"
#include "core/ports.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

namespace musubi::atna {

struct RootSettings {
    std::string certificate, key;          ///< PEM files of the evidence key
    std::vector<std::string> former;       ///< certificates that signed earlier roots
    std::filesystem::path folder;          ///< where roots are published
    std::string node;                      ///< audit source id
    std::int64_t max_records = 1'000'000;  ///< of one root
};

/// What is to be said in a root besides the records.
struct RootCircumstances {
    WallTime now{};
    bool clock_watched = false;
    std::string agreement;
};

class RootMaker {
public:
    RootMaker(pg::Pool& pool, vault::KeyRing const& keys, std::filesystem::path journal_folder,
              RootSettings settings)
        : pool_(pool),
          keys_(keys),
          journal_folder_(std::move(journal_folder)),
          settings_(std::move(settings)) {}

    /// From now on each root is told in the trail too (roots_event.h), in the transaction that
    /// makes it, so that it goes where the trail goes.
    void tell_through(core::AuditPort& audit) { audit_ = &audit; }

    /// Signs over what the chain has gained since the newest root and publishes it; nothing when it
    /// gained nothing, or somebody else is at it. Every record is looked at before: the hashes of
    /// the chain, and its anchor, have to fit.
    Result<std::optional<SignedRoot>> make(RootCircumstances const& circumstances);
    /// When the newest was made.
    Result<std::optional<WallTime>> newest_time();

    /// Publishes what the folder lacks behind root `after`; the number of the last one seen.
    Result<std::int64_t> publish_after(std::int64_t after);

private:
    Result<std::int64_t> checked_end(pg::Tx& tx) const;
    Result<Root> begun(pg::Tx& tx) const;
    Status cover(pg::Tx& tx, std::int64_t upto, Root& root) const;

    pg::Pool& pool_;
    vault::KeyRing const& keys_;
    std::filesystem::path journal_folder_;
    RootSettings settings_;
    core::AuditPort* audit_ = nullptr;
};

struct StampSettings {
    std::vector<std::string> urls;  ///< tried in this order; empty: roots are not stamped
    std::string authorities;        ///< PEM: whose stamps are believed
    std::string tls_authorities;    ///< PEM: whose https servers are believed
};

/// Gets stamps for the oldest roots that have none, at most 100, and publishes them; how many. The
/// first that no authority stamps ends it with that error; what was stamped stays stamped.
Result<int> stamp_roots(pg::Pool& pool, core::TimeStampPort& port, StampSettings const& settings,
                        std::filesystem::path const& folder);

/// The time of the oldest root that waits for its stamp.
Result<std::optional<WallTime>> oldest_unstamped(pg::Pool& pool);

}  // namespace musubi::atna
