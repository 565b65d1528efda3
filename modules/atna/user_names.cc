#include "atna/user_names.h"

#include "atna/findings_sql.h"
#include "platform/base/metrics.h"

namespace musubi::atna {

void UserNames::user_met(std::string const& user_id, std::string const& name) {
    if (user_id.empty() || name.empty()) return;
    std::size_t const both = std::hash<std::string>()(user_id + '\n' + name);
    std::lock_guard const lock(mutex_);
    if (known_.contains(both)) return;
    if (waiting_.size() >= kMostWaiting) {
        counter("atna_user_names_dropped_total").add();
        return;
    }
    if (known_.size() >= kMostKnown) known_.clear();
    known_.insert(both);
    waiting_[user_id] = name;
}

Result<int> UserNames::write_down(pg::Pool& pool, EntrySealer const& sealer,
                                  core::FamilyNamePort const& families) {
    std::map<std::string, std::string> taken;
    {
        std::lock_guard const lock(mutex_);
        taken.swap(waiting_);
    }
    if (taken.empty()) return 0;
    auto written = [&]() -> Result<int> {
        std::vector<Bytes> users, tokens;
        for (auto const& [user, name] : taken) {
            for (Bytes& token : TRY(families.family_tokens(name))) {
                users.push_back(sealer.user_token(user));
                tokens.push_back(std::move(token));
            }
        }
        if (users.empty()) return 0;
        return pool.run([&](pg::Tx& tx) -> Result<int> {
            return TRY(tx.exec(sql::kUserFamilies,
                               pg::Params()
                                   .bytea_array(std::span<Bytes const>(users))
                                   .bytea_array(std::span<Bytes const>(tokens))))
                .size();
        });
    }();
    if (!written) {
        std::lock_guard const lock(mutex_);
        waiting_.merge(taken);  // a name that came meanwhile is the newer one
    }
    return written;
}

Result<std::map<Bytes, std::vector<Bytes>>> families_of(pg::Pool& pool,
                                                        std::vector<Bytes> const& user_tokens) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::map<Bytes, std::vector<Bytes>>> {
        std::map<Bytes, std::vector<Bytes>> out;
        auto const rows = TRY(tx.exec(
            sql::kFamiliesOf, pg::Params().bytea_array(std::span<Bytes const>(user_tokens))));
        for (pg::Row const row : rows) {
            auto const user = row.bytes(0), token = row.bytes(1);
            out[Bytes(user.begin(), user.end())].emplace_back(token.begin(), token.end());
        }
        return out;
    });
}

}  // namespace musubi::atna
