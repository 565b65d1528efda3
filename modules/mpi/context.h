#pragma once
// What every part of the store works with. Plain references; they outlive the store.

#include "core/ports.h"
#include "mpi/matching.h"
#include "mpi/records.h"
#include "mpi/settings.h"
#include "mpi/tokens.h"
#include "platform/base/ids.h"
#include "platform/pg/pool.h"
#include "platform/vault/key_ring.h"

namespace musubi::mpi {

/// A block with more records says nothing about who is who.
inline constexpr std::int64_t kMaxBlock = 300;

struct Context {
    pg::Pool& pool;
    vault::KeyRing& keys;
    IdSource& ids;
    core::Ports& ports;
    StoreSettings const& settings;
    Tokens const& tokens;
    Matching const* matching;  ///< null: nothing is linked by itself

    bool is_direct(std::string const& authority) const {
        return settings.direct_authorities.contains(authority);
    }
    Bytes token_of(domain::PatientId const& id) const {
        return tokens.id(id, is_direct(id.authority));
    }
    bool several_ids(std::string const& authority) const {
        auto const found = settings.authorities.find(authority);
        return found != settings.authorities.end() && found->second.several_ids;
    }
    std::string new_regional_id() const {
        return domain::PatientId{std::to_string(ids.key()), settings.regional_authority}.to_cx();
    }
    Result<Bytes> seal(std::string const& institution, RecordKey key,
                       RecordContent const& content) const;
    /// Of a record to which nothing was told: its id when it stands in the clear, else empty.
    Result<RecordContent> open(Record const& record) const;
    /// As open(), the id alone; `sealed` is not empty.
    struct SealedRecord {
        RecordKey key;
        std::string_view institution;
        ByteView sealed;
    };
    Result<domain::LocalId> open_id(SealedRecord const& record) const;
};

/// Two ids of one edge in their order.
inline std::pair<RecordKey, RecordKey> ends(RecordKey x, RecordKey y) {
    return x < y ? std::pair(x, y) : std::pair(y, x);
}

}  // namespace musubi::mpi
