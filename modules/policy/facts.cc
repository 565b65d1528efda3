#include "policy/facts.h"

#include "domain/reason.h"
#include "policy/consent_store.h"

namespace musubi::policy {
namespace {

Status add_authorities(FactSources const& sources, Needs const& needs,
                       core::PolicyQuery const& query, Facts& out) {
    for (auto const& patient : query.patients) {
        if (auto const told = query.fed_by.find(patient);
            told != query.fed_by.end() && !told->second.empty()) {
            out.authorities.insert(*told);
            continue;
        }
        if (!sources.identity) {
            // Somebody of whom nothing is known treats nobody.
            if (!needs.authorities) continue;
            return Error(Code::kDenied, "nobody knows who fed the patient");
        }
        auto fed = sources.identity->authorities_of(patient);
        if (!fed && fed.error().code == Code::kNotFound) {
            if (!needs.authorities) continue;
            // Not a matter of permission: the submitter has to hear that this id is unknown.
            return Error(Code::kNotFound, Reason::kUnknownPatientId,
                         "patient id is not known to the region");
        }
        if (!fed) return std::move(fed).error();
        out.authorities[patient] = std::move(*fed);
    }
    return {};
}

}  // namespace

Result<Facts> find_facts(FactSources const& sources, Needs const& needs, Question const& question) {
    Facts out;
    core::PolicyQuery const& query = question.query;
    if (needs.consent) {
        out.consent = TRY(sources.pool.read(
            [&](pg::ReadTx& tx) { return store::state(tx, query.patients, question.now); }));
    }
    if (needs.authorities || needs.relation) TRY(add_authorities(sources, needs, query, out));
    if (needs.relation) {
        out.declared = TRY(sources.pool.read([&](pg::ReadTx& tx) {
            return store::declared(tx, query.patients, question.subject.member.code, question.now);
        }));
    }
    return out;
}

}  // namespace musubi::policy
