#include "registry/query_transaction.h"

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "domain/reason.h"
#include "platform/base/log.h"

namespace musubi::registry {
namespace {

/// What fits into a record with room to spare. Beyond it no record could be made, and whoever asks
/// without one leaves no trace of having tried.
constexpr std::size_t kMaxRecorded = 8U << 20;

}  // namespace

Result<QueryRequest> QueryTransaction::decode_query(Wire const& wire, Queries queries) {
    ebxml::AdhocQuery read = TRY(ebxml::read_adhoc_query(wire.envelope.payload));
    auto query = domain::make_stored_query(read.query, queries == Queries::kMultiPatient);
    QueryRequest request{{}, std::move(read.query.id), std::move(read.audit_xml)};
    if (request.query_text.size() > kMaxRecorded) {
        request.query_text.clear();
        request.refused =
            Error(Code::kTooLarge, {{Severity::kError, Reason::kOutOfResources,
                                     "the query is longer than what can be recorded", ""}});
    } else if (query) {
        request.query = std::move(*query);
    } else {
        request.refused = std::move(query).error();
    }
    return request;
}

Result<core::Located> QueryTransaction::locate(Deps& deps, Request const& request,
                                               domain::Subject const&) {
    // Only here, so that the record of the refusal holds what was asked.
    if (request.refused) return *request.refused;
    return locate_query(deps, request);
}

core::PolicyQuery QueryTransaction::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<QueryResult> QueryTransaction::handle(Deps& deps, core::Authorized<Request> const& request) {
    return answer_query(deps, request);
}

int QueryTransaction::withhold(core::Permit const& permit, Response& response) {
    return withhold_entries(permit, response);
}

/// security.md 6.2: the patient when known, the query with its encoding, our home when it is
/// configured.
std::vector<core::AuditDraft> QueryTransaction::audit_as(
    core::TransactionSpec const& spec, Deps& deps,
    core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    if (!input.request) return {draft};
    std::vector<std::string> patients = input.request->query.patient_ids;
    if (patients.empty() && input.located) patients = input.located->patients;
    for (std::string const& cx : patients) draft.objects.push_back(domain::audit_patient(cx));
    domain::AuditObject query;
    query.id = input.request->query_id;
    query.role = 24;
    query.id_type = domain::ihe_transaction(std::string(spec.id), std::string(spec.name));
    query.query = input.request->query_text;
    query.details.push_back({"QueryEncoding", "UTF-8"});
    auto const& home = input.request->query.home ? input.request->query.home : deps.settings.home;
    if (home) query.details.push_back({"urn:ihe:iti:xca:2010:homeCommunityId", *home});
    draft.objects.push_back(std::move(query));
    return {draft};
}

Result<soap::Outgoing> QueryTransaction::encode(Deps& deps, Response&& response, Request const&) {
    std::string body = ebxml::query_response_prefix(ebxml::ResponseStatus::kSuccess, {});
    TRY(render_objects(deps, response, deps.settings.home.value_or(""), body));
    body.append(ebxml::query_response_suffix());
    soap::Outgoing out;
    out.body.push_back({std::move(body), nullptr, ""});
    return out;
}

soap::Outgoing QueryTransaction::encode_error(Deps&, Error const& error, Request const*) {
    auto const rows = ebxml::error_rows(error, ebxml::Actor::kRegistry, LogTrace::current());
    std::string body = ebxml::query_response_prefix(ebxml::ResponseStatus::kFailure, rows);
    body.append(ebxml::query_response_suffix());
    soap::Outgoing out;
    out.body.push_back({std::move(body), nullptr, ""});
    out.success = false;
    return out;
}

}  // namespace musubi::registry
