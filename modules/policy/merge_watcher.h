#pragma once
// Consent follows a merge of patient ids, inside the transaction of the feed: what a person said
// under either id holds for the surviving one. When the two part again, each id keeps what was said
// under it. Thread-safe.

#include "core/ports.h"

namespace musubi::policy {

class MergeWatcher final : public core::PatientWatcherPort {
public:
    Status patient_known(pg::Tx& tx, std::string const& cx) override;
    Status patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                          std::string const& surviving_cx) override;
    /// Nobody can have said anything about an id that did not exist.
    Status patients_added(pg::Tx&, std::vector<Added> const&) override { return {}; }
    Status patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                            std::string const& surviving_cx) override;
};

}  // namespace musubi::policy
