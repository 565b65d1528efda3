#include "mpi/store.h"

#include "domain/reason.h"
#include "mpi/feeding.h"
#include "mpi/rows.h"
#include "mpi/sql.h"
#include "platform/base/clock.h"

#include <algorithm>

namespace musubi::mpi {
namespace {

Error unknown_patient() {
    return Error(Code::kNotFound, Reason::kUnknownPatientId, "patient id is not known");
}

StoreSettings complete(StoreSettings settings) {
    settings.direct_authorities.insert(settings.regional_authority);
    return settings;
}

}  // namespace

Store::Store(pg::Pool& pool, vault::KeyRing& keys, IdSource& ids, core::Ports& ports,
             StoreSettings settings, std::unique_ptr<Matching> matching)
    : settings_(complete(std::move(settings))),
      tokens_(keys),
      matching_(std::move(matching)),
      context_{pool, keys, ids, ports, settings_, tokens_, matching_.get()},
      authorities_(settings_, [&ports] {
          auto const* policy = ports.find<core::PolicyPort>();
          static auto const kNone = std::make_shared<std::vector<std::string> const>();
          return policy ? policy->member_authority_list() : kNone;
      }) {}

void Store::use_matching(std::unique_ptr<Matching> matching) {
    matching_ = std::move(matching);
    context_.matching = matching_.get();
}

Result<std::string> Store::survivor_of(std::string const& cx) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<std::string> {
        pg::Rows const rows = TRY(tx.exec(sql::kSurvivorOf, pg::Params().text(cx)));
        if (rows.empty()) return unknown_patient();
        return std::string(rows.front().text(0));
    });
}

Result<std::vector<std::string>> Store::authorities_of(std::string const& cx) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<std::vector<std::string>> {
        pg::Rows const rows = TRY(tx.exec(sql::kAuthoritiesOf, pg::Params().text(cx)));
        std::vector<std::string> authorities;
        for (pg::Row const row : rows) authorities.emplace_back(row.text(0));
        if (rows.empty()) return unknown_patient();
        return authorities;
    });
}

Result<core::PatientIdentityPort::Standing> Store::standing_of(std::string const& cx) const {
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<Standing> {
        pg::Rows const rows = TRY(tx.exec(sql::kStandingOf, pg::Params().text(cx)));
        if (rows.empty()) return unknown_patient();
        Standing standing{std::string(rows.front().text(0)), {}};
        for (pg::Row const row : rows) {
            if (!row.is_null(1)) standing.authorities.emplace_back(row.text(1));
        }
        return standing;
    });
}

template <class Transaction>
Result<std::vector<std::int16_t>> Store::versions_by(Transaction& tx) const {
    auto const now = system_clock().monotonic();
    {
        std::lock_guard const lock(mutex_);
        if (!versions_.empty() && now - versions_read_ < std::chrono::seconds(10)) return versions_;
    }
    std::vector<std::int16_t> read;
    for (pg::Row const row : TRY(tx.exec(sql::kVersions))) read.push_back(row.int16(0));
    std::lock_guard const lock(mutex_);
    versions_ = read;
    versions_read_ = now;
    return read;
}

Result<std::vector<std::int16_t>> Store::versions(pg::Tx& tx) const { return versions_by(tx); }
Result<std::vector<std::int16_t>> Store::versions(pg::ReadTx& tx) const { return versions_by(tx); }

Result<core::PatientChangeOutcome> Store::apply(pg::Tx& tx, core::PatientChange const& change) {
    return Feeding(context_, tx, TRY(versions(tx))).apply(change);
}

Result<std::string> Store::regional_id_of(domain::PatientId const& id) const {
    if (context_.is_direct(id.authority)) return survivor_of(id.to_cx());
    return context_.pool.read([&](pg::ReadTx& tx) -> Result<std::string> {
        pg::Rows const rows = TRY(tx.exec(
            sql::kRecordsByToken, pg::Params()
                                      .text_array(std::vector<std::string>{id.authority})
                                      .bytea_array(std::vector<Bytes>{context_.token_of(id)})));
        if (rows.empty()) return unknown_patient();
        mpi::Record const record = read_record(rows.front());
        return record.home_survivor.empty() ? record.home : record.home_survivor;
    });
}

}  // namespace musubi::mpi
