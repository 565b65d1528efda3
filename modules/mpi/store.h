#pragma once
// The patient index in the database: source records, who is one person, regional ids. Thread-safe;
// holds no state of its own besides its settings and a short memory of the token versions.

#include "core/config.h"
#include "core/ports.h"
#include "mpi/authorities.h"
#include "mpi/context.h"
#include "mpi/settings.h"
#include "platform/base/ids.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

#include <mutex>

namespace musubi::mpi {

class Store final : public core::PatientIdentityPort,
                    public core::PatientIndexPort,
                    public core::CrossReferencePort,
                    public core::DemographicsPort {
public:
    /// Without `matching` only sources and operators link records.
    Store(pg::Pool& pool, vault::KeyRing& keys, IdSource& ids, core::Ports& ports,
          StoreSettings settings, std::unique_ptr<Matching> matching = nullptr);

    Result<std::string> survivor_of(std::string const& cx) const override;
    Result<std::vector<std::string>> authorities_of(std::string const& cx) const override;
    Result<Standing> standing_of(std::string const& cx) const override;  ///< one round trip
    Result<core::PatientChangeOutcome> apply(pg::Tx& tx,
                                             core::PatientChange const& change) override;
    Result<Found> cross_references(domain::PatientId const& id) const override;
    Result<std::vector<Candidate>> search(Search const& search) const override;

    /// The surviving regional id of any id that was fed, for operators; kNotFound when it is
    /// unknown.
    Result<std::string> regional_id_of(domain::PatientId const& id) const;

    /// Before the first request only.
    void use_matching(std::unique_ptr<Matching> matching);

    core::AuthorityPort& authorities() { return authorities_; }
    Context const& context() const { return context_; }
    /// Versions of tokens to write and to look up. Read again after ten seconds: a new version is
    /// filled only when every node has had time to see it.
    Result<std::vector<std::int16_t>> versions(pg::Tx& tx) const;
    Result<std::vector<std::int16_t>> versions(pg::ReadTx& tx) const;

private:
    template <class Transaction>
    Result<std::vector<std::int16_t>> versions_by(Transaction& tx) const;

    StoreSettings settings_;
    Tokens tokens_;
    std::unique_ptr<Matching> matching_;
    Context context_;
    AuthorityTable authorities_;
    mutable std::mutex mutex_;
    mutable std::vector<std::int16_t> versions_;
    mutable std::chrono::steady_clock::time_point versions_read_{};
};

}  // namespace musubi::mpi
