#include "policy/merge_watcher.h"

#include "policy/consent_store.h"

namespace musubi::policy {

Status MergeWatcher::patient_known(pg::Tx&, std::string const&) { return {}; }

Status MergeWatcher::patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                                    std::string const& surviving_cx) {
    store::merge(tx, subsumed_cx, surviving_cx);
    return {};
}

Status MergeWatcher::patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                                      std::string const& surviving_cx) {
    store::unmerge(tx, subsumed_cx, surviving_cx);
    return {};
}

}  // namespace musubi::policy
