#include "registry/ports.h"

#include "registry/iti18.h"
#include "registry/iti42.h"
#include "registry/sql.h"
#include "registry/store.h"

#include <map>

namespace musubi::registry {
namespace {

class Findings final : public core::QueryFindings {
public:
    Findings(Deps& deps, QueryResult result) : deps_(deps), result_(std::move(result)) {}
    std::size_t size() const override { return result_.objects.size(); }
    int withhold(core::Permit const& permit) override { return withhold_entries(permit, result_); }
    Status render(std::string_view home, std::string& out) const override {
        return render_objects(deps_, result_, home, out);
    }

private:
    Deps& deps_;
    QueryResult result_;
};

QueryRequest request_of(core::AskedQuery asked) {
    return {std::move(asked.query), std::move(asked.query_id), std::move(asked.query_text)};
}

}  // namespace

LocalDocumentRegistry::LocalDocumentRegistry(core::Pipeline& pipeline, Deps& deps)
    : pipeline_(pipeline), definition_(core::define<Iti42>(deps)) {}

Result<std::vector<Issue>> LocalDocumentRegistry::register_document_set(
    core::CallContext const& call, domain::Submission submission) {
    return TRY(pipeline_.call<Iti42>(definition_, call, std::move(submission))).warnings;
}

LocalStoredQueries::LocalStoredQueries(core::Pipeline& pipeline, Deps& deps)
    : pipeline_(pipeline), deps_(deps), definition_(core::define<Iti18>(deps)) {}

Result<core::Located> LocalStoredQueries::locate(core::AskedQuery const& asked) const {
    return locate_query(deps_, request_of(asked));
}

Result<std::unique_ptr<core::QueryFindings>> LocalStoredQueries::query(
    core::CallContext const& call, core::AskedQuery asked) {
    auto result = TRY(pipeline_.call<Iti18>(definition_, call, request_of(std::move(asked))));
    return std::unique_ptr<core::QueryFindings>(
        std::make_unique<Findings>(deps_, std::move(result)));
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

Status PatientWatcher::patients_added(pg::Tx& tx, std::vector<Added> const& added) {
    std::vector<std::int64_t> keys, survivor_keys, older_keys;
    std::vector<std::string> cxs, survivors, older;
    std::map<std::string_view, std::int64_t> key_of;
    for (Added const& one : added) {
        keys.push_back(ids_.key());
        cxs.push_back(one.cx);
        survivors.push_back(one.survivor);
        key_of[one.cx] = keys.back();
    }
    for (Added const& one : added) {
        auto const found = key_of.find(one.survivor);
        survivor_keys.push_back(found == key_of.end() ? 0 : found->second);
        if (found != key_of.end() || one.survivor.empty()) continue;
        older_keys.push_back(ids_.key());
        older.push_back(one.survivor);
    }
    if (!older.empty())
        tx.queue(
            sql::kPatientsKnown,
            pg::Params().int8_array(older_keys).text_array(std::span<std::string const>(older)));
    tx.queue(sql::kPatientsAdded, pg::Params()
                                      .int8_array(keys)
                                      .text_array(std::span<std::string const>(cxs))
                                      .text_array(std::span<std::string const>(survivors))
                                      .int8_array(survivor_keys));
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
