#pragma once
// Identities in the database. Thread-safe; holds no state of its own besides its settings.

#include "core/config.h"
#include "core/ports.h"
#include "platform/base/ids.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

#include <map>
#include <set>

namespace musubi::mpi {

struct StoreSettings {
    std::string regional_authority;  ///< OID under which regional ids are issued (XAD-PID)
    std::set<std::string> direct_authorities;  ///< their ids are regional ids as they are
    std::map<std::string, std::string>
        namespaces;  ///< namespace id -> OID, for senders that give no OID
};

/// The section `mpi` of the configuration; kInvalidContent names the key.
Result<StoreSettings> store_settings(core::Config const& config);

class Store final : public core::PatientIdentityPort, public core::PatientFeedPort {
public:
    Store(pg::Pool& pool, vault::KeyRing const& keys, IdSource& ids, core::Ports& ports,
          StoreSettings settings);

    Result<std::string> survivor_of(std::string const& cx) const override;
    Result<std::vector<std::string>> authorities_of(std::string const& cx) const override;
    Result<std::string> add(pg::Tx& tx, std::vector<domain::PatientId> const& ids) override;
    Result<Merged> merge(pg::Tx& tx, domain::PatientId const& subsumed,
                         domain::PatientId const& surviving) override;
    std::string authority_of_namespace(std::string const& namespace_id) const override;

    /// The surviving regional id of any id that was fed, for operators; kNotFound when it is
    /// unknown.
    Result<std::string> regional_id_of(domain::PatientId const& id) const;

private:
    struct Known {
        std::string regional_id;
        bool retired = false;
    };
    bool is_direct(domain::PatientId const& id) const;
    vault::Token token_of(domain::PatientId const& id) const;
    Result<std::optional<Known>> find(pg::Tx& tx, domain::PatientId const& id) const;
    Result<std::string> active_id_of(pg::Tx& tx, domain::PatientId const& id,
                                     char const* location) const;
    enum class Origin : std::uint8_t { kFed, kIssued };
    Result<std::string> make_patient(pg::Tx& tx, std::string const& cx, Origin origin);
    /// Until the end of the transaction nobody else feeds or merges these ids.
    void lock(pg::Tx& tx, std::vector<domain::PatientId> const& ids) const;
    /// The end of the merge chain, locked.
    Result<std::string> surviving(pg::Tx& tx, std::string cx) const;

    pg::Pool& pool_;
    vault::KeyRing const& keys_;
    IdSource& ids_;
    core::Ports& ports_;
    StoreSettings settings_;
};

}  // namespace musubi::mpi
