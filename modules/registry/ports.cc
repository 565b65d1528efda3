#include "registry/ports.h"

#include "registry/iti42.h"
#include "registry/sql.h"
#include "registry/store.h"

namespace musubi::registry {

LocalDocumentRegistry::LocalDocumentRegistry(core::Pipeline& pipeline, Deps& deps)
    : pipeline_(pipeline), definition_(core::define<Iti42>(deps)) {}

Result<std::vector<Issue>> LocalDocumentRegistry::register_document_set(
    core::CallContext const& call, domain::Submission submission) {
    return TRY(pipeline_.call<Iti42>(definition_, call, std::move(submission))).warnings;
}

Status PatientWatcher::patient_known(pg::Tx& tx, std::string const& cx) {
    tx.queue(sql::kPatientKnown, pg::Params().int8(ids_.key()).text(cx));
    return {};
}

Status PatientWatcher::patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                                      std::string const& surviving_cx) {
    tx.queue(sql::kMergePatients,
             pg::Params().text(subsumed_cx).text(surviving_cx).int8(ids_.key()).int8(ids_.key()));
    return {};
}

Status PatientWatcher::patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                                        std::string const&) {
    tx.queue(sql::kUnmergePatient, pg::Params().text(subsumed_cx));
    return {};
}

Status PatientWatcher::source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                                        std::string const& from_cx, std::string const& to_cx) {
    if (!keys_) return Error(Code::kInternal, "a follower of identities without keys");
    std::vector<Bytes> tokens;
    for (domain::PatientId const& id : ids) tokens.push_back(source_token(*keys_, id));
    tx.queue(sql::kMoveSources, pg::Params()
                                    .bytea_array(std::span<Bytes const>(tokens))
                                    .text(from_cx)
                                    .text(to_cx)
                                    .int8(ids_.key()));
    return {};
}

}  // namespace musubi::registry
