#include "policy/assertion_store.h"

#include "platform/base/digest.h"

namespace musubi::policy::store {
namespace {

/// One statement: the row that was there before decides, whoever comes at the same time.
constexpr pg::Statement kFirstUse{
    "policy.assertion_first_use",
    "WITH old AS (DELETE FROM policy.assertion_seen WHERE token IN (SELECT token FROM "
    "policy.assertion_seen WHERE expires_at < $3 AND token <> $1 ORDER BY expires_at LIMIT 20))"
    " INSERT INTO policy.assertion_seen (token, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    " RETURNING true"};

constexpr pg::Statement kWasUsed{"policy.assertion_was_used",
                                 "SELECT FROM policy.assertion_seen WHERE token = $1"};

/// Lengths keep the two texts apart.
Bytes token_of(domain::UserAssertion const& assertion) {
    return sha256(
        as_bytes(std::to_string(assertion.issuer.size()) + ":" + assertion.issuer + assertion.id));
}

}  // namespace

Result<bool> was_used(pg::Pool& pool, domain::UserAssertion const& assertion) {
    return pool.read([&](pg::ReadTx& tx) -> Result<bool> {
        return !TRY(tx.exec(kWasUsed, pg::Params().bytea(token_of(assertion)))).empty();
    });
}

Result<bool> first_use(pg::Pool& pool, domain::UserAssertion const& assertion, WallTime now) {
    Bytes const token = token_of(assertion);
    return pool.run([&](pg::Tx& tx) -> Result<bool> {
        auto const rows =
            TRY(tx.exec(kFirstUse, pg::Params()
                                       .bytea(token)
                                       .timestamptz(assertion.not_on_or_after + kKeptLonger)
                                       .timestamptz(now)));
        return rows.size() == 1;
    });
}

}  // namespace musubi::policy::store
