#include "repository/merge_watcher.h"

#include "repository/store.h"

namespace musubi::repository {

Status MergeWatcher::patient_known(pg::Tx&, std::string const&) { return {}; }

Status MergeWatcher::patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                                    std::string const& surviving_cx) {
    note_merge(tx, subsumed_cx, surviving_cx);
    return {};
}

Status MergeWatcher::patients_added(pg::Tx& tx, std::vector<Added> const& added) {
    std::vector<std::string> aliases, survivors;
    for (Added const& one : added) {
        if (one.survivor.empty()) continue;
        aliases.push_back(one.cx);
        survivors.push_back(one.survivor);
    }
    if (!aliases.empty()) note_added(tx, aliases, survivors);
    return {};
}

Status MergeWatcher::patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                                      std::string const&) {
    note_unmerge(tx, subsumed_cx);
    return {};
}

Status MergeWatcher::source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                                      std::string const& from_cx, std::string const& to_cx) {
    if (!keys_) return Error(Code::kInternal, "a follower of identities without keys");
    move_sources(tx, *keys_, ids, from_cx, to_cx);
    return {};
}

}  // namespace musubi::repository
