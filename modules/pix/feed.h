#pragma once
// What ITI-8, ITI-30 and ITI-44 have in common: a feed that was read becomes a change of the
// patient index inside the pipeline's transaction, and the audit records that ITI
// TF-2 3.8.5, 3.30.5 and 3.44.5 ask for. Pure but for the ports; thread-safe.

#include "core/transaction.h"
#include "pix/deps.h"

namespace musubi::pix {

struct FeedRequest {
    domain::PatientFeed feed;
    ByteView original;                     ///< as received; valid while the request is handled
    std::string detail_type;               ///< "MSH-10" or "II", with feed.control_id
    std::optional<Error> unreadable = {};  ///< then `feed` is an outline, for the record
};

/// Applies the feed. Ids of authorities that the sender may not feed are ignored; with none left it
/// is kUnknownKeyIdentifier at each place. What the index refuses carries "PID^1^3" or "MRG^1^1".
Result<core::PatientChangeOutcome> apply_feed(FeedDeps& deps, FeedRequest const& request,
                                              core::CallContext const& call);

/// C for a new person, U for changes, D and U for a merge. What was refused is one record, of the
/// ids that the message named (the first twenty): who tried what with whom is seen nowhere else.
std::vector<core::AuditDraft> audit_feed(core::AuthorityPort const& authorities,
                                         FeedRequest const* request,
                                         core::PatientChangeOutcome const* outcome);

}  // namespace musubi::pix
