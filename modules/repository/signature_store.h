#pragma once
// What was found out about signatures, kept beside the documents. Functions are thread-safe.

#include "domain/audit_event.h"
#include "repository/signature_check.h"
#include "repository/store.h"

namespace musubi::repository {

/// Queued, with the documents' rows. What belongs to none of them is passed over.
Status insert_signatures(pg::Tx& tx, vault::KeyRing& keys,
                         std::vector<DocumentRow> const& documents,
                         std::vector<FoundSignature> const& found);

/// For the record of the submission: documents, forms, verdicts and certificates, nobody's name.
void add_signature_details(std::vector<FoundSignature> const& found, domain::AuditObject& object);

struct StoredSignature {
    std::string unique_id;
    std::string form, state;  ///< words of signature_check.h and vault/verdict.h
    WallTime checked_at{};
    bool destroyed = false;  ///< its key was destroyed on purpose: nothing below is known
    std::string why, signer, issuer, fingerprint, roles, claimed, stamped, authority;
};
struct SignatureFilter {
    std::string unique_id = {}, state = {};  ///< empty: any
    WallTime since{};
    std::int64_t limit = 100;
};
/// Newest first. One round trip.
Result<std::vector<StoredSignature>> find_signatures(pg::Pool& pool, vault::KeyRing& keys,
                                                     SignatureFilter const& filter);

}  // namespace musubi::repository
