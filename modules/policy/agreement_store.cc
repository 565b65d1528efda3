#include "policy/agreement_store.h"

#include "policy/canonical.h"

namespace musubi::policy::store {
namespace {

constexpr pg::Statement kAgreements{
    "policy.agreements",
    "SELECT version, hash, agreement_id, canonical, activated_at FROM policy.agreement ORDER BY "
    "version"};

constexpr pg::Statement kSignatures{
    "policy.agreement_signatures",
    "SELECT version, member, signature FROM policy.agreement_signature"};

constexpr pg::Statement kAppendAgreement{
    "policy.append_agreement",
    "INSERT INTO policy.agreement (version, hash, agreement_id, canonical, activated_at) VALUES "
    "($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING version"};

constexpr pg::Statement kAppendSignature{
    "policy.append_agreement_signature",
    "INSERT INTO policy.agreement_signature (version, member, signature) VALUES ($1, $2, $3)"};

}  // namespace

Result<std::vector<StoredAgreement>> agreements(pg::ReadTx& tx) {
    std::vector<StoredAgreement> out;
    std::map<std::int64_t, std::size_t> places;
    auto const rows = TRY(tx.exec(kAgreements));
    for (auto const row : rows) {
        StoredAgreement one;
        one.version = row.int64(0);
        one.hash = row.text(1);
        one.id = row.text(2);
        one.canonical = row.text(3);
        one.activated_at = row.time(4);
        if (agreement_hash(one.canonical) != one.hash) {
            return Error(Code::kInternal,
                         "stored agreement, version " + std::to_string(one.version) + ": altered");
        }
        places[one.version] = out.size();
        out.push_back(std::move(one));
    }
    auto const signatures = TRY(tx.exec(kSignatures));
    for (auto const row : signatures) {
        auto const place = places.find(row.int64(0));
        if (place == places.end()) continue;  // became visible between the two questions
        auto const bytes = row.bytes(2);
        out[place->second].signatures[std::string(row.text(1))].assign(bytes.begin(), bytes.end());
    }
    return out;
}

Result<bool> append_agreement(pg::Tx& tx, Agreement const& agreement, Signatures const& signatures,
                              WallTime now) {
    auto const rows = TRY(tx.exec(kAppendAgreement, pg::Params()
                                                        .int8(agreement.version)
                                                        .text(agreement.hash)
                                                        .text(agreement.id)
                                                        .text(agreement.canonical)
                                                        .timestamptz(now)));
    if (rows.empty()) return false;
    for (auto const& [member, signature] : signatures) {
        tx.queue(kAppendSignature,
                 std::move(pg::Params().int8(agreement.version).text(member).bytea(signature)), 1);
    }
    return true;
}

}  // namespace musubi::policy::store
