#include "imaging/watchers.h"
#include "domain/document_label.h"

#include "core/audited_tx.h"
#include "imaging/inspector.h"
#include "imaging/store.h"

#include <algorithm>

namespace musubi::imaging {
namespace {

/// As the patient index writes it: a CX may carry trailing delimiters.
std::string canonical(std::string const& cx) {
    auto const id = domain::PatientId::parse(cx);
    return id ? id->to_cx() : cx;
}

}  // namespace

Status ManifestWatcher::document_registered(core::CallContext const& call,
                                            core::RegisteredDocument const& document) {
    domain::DocumentEntry const& entry = document.entry;
    if (!claims_manifest(entry)) return {};
    if (!call.tx) return Error(Code::kInternal, "a manifest outside a transaction");
    domain::Member const& member = call.subject.member;
    ManifestRow row;
    row.key = ids_.key();
    row.entry_key = document.key;
    row.unique_id = entry.unique_id.value_or("");
    row.patient = canonical(document.patient);
    row.owner_oid = member.institution_oid.empty() ? member.code : member.institution_oid;
    row.label = domain::label_of(entry, member.code);
    insert(call.tx->tx(), row, source_token(keys_, entry.source_patient_id.value_or("")));
    return {};
}

Status ManifestWatcher::documents_deprecated(core::CallContext const& call,
                                             std::vector<std::string> const& keys) {
    if (!call.tx) return Error(Code::kInternal, "a deprecation outside a transaction");
    deprecate(call.tx->tx(), keys);
    return {};
}

Status PatientWatcher::patient_known(pg::Tx&, std::string const&) { return {}; }

Status PatientWatcher::patient_merged(pg::Tx& tx, std::string const& subsumed_cx,
                                      std::string const& surviving_cx) {
    note_merge(tx, subsumed_cx, surviving_cx);
    return {};
}

Status PatientWatcher::patients_added(pg::Tx& tx, std::vector<Added> const& added) {
    std::vector<std::string> aliases, survivors;
    for (Added const& one : added) {
        if (one.survivor.empty()) continue;
        aliases.push_back(one.cx);
        survivors.push_back(one.survivor);
    }
    if (!aliases.empty()) note_added(tx, aliases, survivors);
    return {};
}

Status PatientWatcher::patient_unmerged(pg::Tx& tx, std::string const& subsumed_cx,
                                        std::string const&) {
    note_unmerge(tx, subsumed_cx);
    return {};
}

Status PatientWatcher::source_ids_moved(pg::Tx& tx, std::vector<domain::PatientId> const& ids,
                                        std::string const& from_cx, std::string const& to_cx) {
    move_sources(tx, keys_, ids, from_cx, to_cx);
    return {};
}

}  // namespace musubi::imaging
