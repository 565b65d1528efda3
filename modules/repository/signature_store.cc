#include "repository/signature_store.h"

#include "platform/base/text.h"
#include "repository/sql.h"

#include <algorithm>

namespace musubi::repository {
namespace {

/// What is sealed, one line each, in this order.
constexpr std::size_t kLines = 8;

std::string line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text + "\n";
}
std::string moment(std::optional<WallTime> const& time) { return time ? to_rfc3339(*time) : ""; }

std::string lines_of(vault::SignatureVerdict const& verdict) {
    std::string roles;
    for (std::string const& role : verdict.signer.roles)
        roles += (roles.empty() ? "" : ", ") + role;
    return line(verdict.why) + line(verdict.signer.facts.subject) + line(verdict.signer.issuer) +
           line(verdict.signer.facts.fingerprint_sha256) + line(roles) +
           line(moment(verdict.claimed)) + line(moment(verdict.stamped)) + line(verdict.authority);
}

Bytes aad_of(std::int64_t document_key, std::int64_t number) {
    std::string const text =
        "repository.signature|" + std::to_string(document_key) + "|" + std::to_string(number);
    return {text.begin(), text.end()};
}

Status fill(vault::KeyRing& keys, pg::Row const& row, StoredSignature& out) {
    std::string const owner(row.text(7));
    if (keys.is_erased(owner)) {
        out.destroyed = true;
        return {};
    }
    Bytes const plain = TRY(keys.open(vault::Purpose::kMetadata, owner, row.bytes(6),
                                      aad_of(row.int64(4), row.int64(5))));
    auto const lines = split(as_text(plain), '\n');
    if (lines.size() < kLines) return Error(Code::kStorageUnavailable, "a signature's row");
    std::string* const fields[] = {&out.why,   &out.signer,  &out.issuer,  &out.fingerprint,
                                   &out.roles, &out.claimed, &out.stamped, &out.authority};
    for (std::size_t i = 0; i < kLines; ++i) *fields[i] = lines[i];
    return {};
}

}  // namespace

Status insert_signatures(pg::Tx& tx, vault::KeyRing& keys,
                         std::vector<DocumentRow> const& documents,
                         std::vector<FoundSignature> const& found) {
    if (found.empty()) return {};
    std::vector<std::int64_t> document_keys, numbers;
    std::vector<std::string> unique_ids, owners, forms, states;
    std::vector<Bytes> sealed;
    for (DocumentRow const& row : documents) {
        std::int64_t number = 0;
        for (FoundSignature const& one : found) {
            if (one.unique_id != row.unique_id) continue;
            document_keys.push_back(row.key);
            numbers.push_back(number);
            unique_ids.push_back(row.unique_id);
            owners.push_back(row.owner_oid);
            forms.emplace_back(to_string(one.form));
            states.emplace_back(to_string(one.verdict.state));
            sealed.push_back(
                TRY(keys.seal(vault::Purpose::kMetadata, row.owner_oid,
                              as_bytes(lines_of(one.verdict)), aad_of(row.key, number))));
            ++number;
        }
    }
    if (document_keys.empty()) return {};
    pg::Params params;
    params.int8_array(document_keys).int8_array(numbers).text_array(unique_ids).text_array(owners);
    params.text_array(forms).text_array(states).bytea_array(sealed);
    tx.queue(sql::kInsertSignatures, std::move(params));
    return {};
}

void add_signature_details(std::vector<FoundSignature> const& found, domain::AuditObject& object) {
    for (FoundSignature const& one : found) {
        std::string text = one.unique_id;
        text.append(" ")
            .append(to_string(one.form))
            .append(" ")
            .append(to_string(one.verdict.state));
        if (!one.verdict.signer.facts.fingerprint_sha256.empty())
            text.append(" ").append(one.verdict.signer.facts.fingerprint_sha256);
        if (one.verdict.stamped) text.append(" ").append(to_rfc3339(*one.verdict.stamped));
        object.details.push_back({"DocumentSignature", std::move(text)});
    }
}

Result<std::vector<StoredSignature>> find_signatures(pg::Pool& pool, vault::KeyRing& keys,
                                                     SignatureFilter const& filter) {
    return pool.read([&](pg::ReadTx& tx) -> Result<std::vector<StoredSignature>> {
        auto const rows = TRY(tx.exec(sql::kFindSignatures, pg::Params()
                                                                .text(filter.unique_id)
                                                                .text(filter.state)
                                                                .timestamptz(filter.since)
                                                                .int8(filter.limit)));
        std::vector<StoredSignature> out;
        for (pg::Row const row : rows) {
            StoredSignature one;
            one.unique_id = row.text(0);
            one.form = row.text(1);
            one.state = row.text(2);
            one.checked_at = row.time(3);
            TRY(fill(keys, row, one));
            out.push_back(std::move(one));
        }
        return out;
    });
}

}  // namespace musubi::repository
