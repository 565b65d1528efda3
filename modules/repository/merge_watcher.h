#pragma once
// Keeps the repository's own note of who stands for a merged patient id, inside the feed's
// transaction: a document is then found together with its surviving patient. Stateless,
// thread-safe.

#include "core/ports.h"

namespace musubi::repository {

class MergeWatcher final : public core::PatientWatcherPort {
public:
    Status patient_known(pg::Tx& tx, std::string const& cx) override;
    Status patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                          std::string const& surviving_cx) override;
    Status patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                            std::string const& surviving_cx) override;
};

}  // namespace musubi::repository
