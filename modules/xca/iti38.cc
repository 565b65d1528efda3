#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "xca/home.h"
#include "xca/records.h"
#include "xca/responding.h"

#include <algorithm>

namespace musubi::xca {
namespace {

bool only_unknown_patient(Error const& error) {
    return !error.issues.empty() &&
           std::all_of(error.issues.begin(), error.issues.end(), [](Issue const& issue) {
               return issue.reason == Reason::kUnknownPatientId;
           });
}

/// Asked of the patient index, because a registry may be told to answer nobody.
Status require_known(RespondingDeps const& deps, domain::StoredQuery const& query) {
    auto const* identity = deps.ports.find<core::PatientIdentityPort>();
    if (!identity) return {};
    for (std::string const& cx : query.patient_ids) {
        auto const survivor = identity->survivor_of(cx);
        if (survivor && *survivor == cx) continue;
        if (!survivor && survivor.error().code != Code::kNotFound) return survivor.error();
        return Error(Code::kInvalidContent, {{Severity::kError, Reason::kUnknownPatientId,
                                              "patient id " + cx + " is not known here", ""}});
    }
    return {};
}

soap::Outgoing reply_of(std::string body, bool success) {
    soap::Outgoing out;
    out.body.push_back({std::move(body), nullptr, ""});
    out.success = success;
    return out;
}

}  // namespace

core::TransactionSpec const& Iti38::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-38",
        .name = "Cross Gateway Query",
        .action = domain::Action::kQuery,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .soap = {{.path = "/xca/responding",
                  .action = "urn:ihe:iti:2007:CrossGatewayQuery",
                  .response_action = "urn:ihe:iti:2007:CrossGatewayQueryResponse",
                  .mtom = false,
                  .operation = "RespondingGateway_CrossGatewayQuery",
                  .request_element =
                      "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest",
                  .response_element =
                      "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryResponse"}},
        .hl7v2 = {},
    };
    return kSpec;
}

Result<CrossQuery> Iti38::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    ebxml::AdhocQuery read = TRY(ebxml::read_adhoc_query(wire.envelope.payload));
    CrossQuery out;
    out.asked.query_id = read.query.id;
    out.asked.query_text = std::move(read.audit_xml);
    auto query = domain::make_stored_query(read.query, false);
    if (!query) {
        // A query for somebody else is not ours to find fault with.
        if (!read.query.home || *read.query.home == deps.home) return std::move(query).error();
        out.asked.query.home = read.query.home;
    } else {
        out.asked.query = *std::move(query);
    }
    out.wrong_home = wrong_home(out.asked.query, deps.home);
    out.message_id = wire.envelope.message_id;
    return out;
}

Status RespondingDeps::refuse_own(std::string const& message_id) const {
    if (!own_messages || message_id.empty() || !own_messages->is_ours(message_id)) return {};
    return Error(Code::kInvalidContent, {{Severity::kError, Reason::kGeneral,
                                          "this message was sent from here: it went round", ""}});
}

Result<core::Located> Iti38::locate(Deps& deps, Request const& request, domain::Subject const&) {
    TRY(deps.refuse_own(request.message_id));
    if (request.wrong_home) return Error(Code::kInvalidContent, {*request.wrong_home});
    auto const* registry = deps.ports.find<core::StoredQueryPort>();
    if (!registry) return Error(Code::kUnsupported, "this node runs no registry");
    return registry->locate(request.asked);
}

core::PolicyQuery Iti38::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<CrossQueryAnswer> Iti38::handle(Deps& deps, core::Authorized<Request> const& request) {
    bool const tells = deps.unknown_patient == UnknownPatient::kError;
    auto found = deps.ports.require<core::StoredQueryPort>().query(request.call(), request->asked);
    if (!found) {
        // Whether somebody is a patient here is not told to those who guess numbers.
        if (!tells && only_unknown_patient(found.error())) return CrossQueryAnswer{};
        return std::move(found).error();
    }
    if (tells && (*found)->size() == 0) TRY(require_known(deps, request->asked.query));
    return CrossQueryAnswer{*std::move(found)};
}

int Iti38::withhold(core::Permit const& permit, Response& response) {
    return response.found ? response.found->withhold(permit) : 0;
}

std::vector<core::AuditDraft> Iti38::audit(Deps& deps,
                                           core::AuditInput<Request, Response> const& input) {
    core::AuditDraft draft;
    if (!input.request) return {draft};
    std::vector<std::string> patients = input.request->asked.query.patient_ids;
    if (patients.empty() && input.located) patients = input.located->patients;
    for (std::string const& cx : patients) draft.objects.push_back(domain::audit_patient(cx));
    draft.objects.push_back(query_record(spec(), input.request->asked.query_id,
                                         input.request->asked.query_text,
                                         input.request->asked.query.home.value_or(deps.home)));
    return {std::move(draft)};
}

Result<soap::Outgoing> Iti38::encode(Deps& deps, Response&& response, Request const&) {
    std::string body = ebxml::query_response_prefix(ebxml::ResponseStatus::kSuccess, {});
    if (response.found) TRY(response.found->render(deps.home, body));
    body.append(ebxml::query_response_suffix());
    return reply_of(std::move(body), true);
}

soap::Outgoing Iti38::encode_error(Deps& deps, Error const& error, Request const*) {
    auto rows = ebxml::error_rows(error, ebxml::Actor::kRegistry, LogTrace::current());
    locate_at(deps.home, rows);
    std::string body = ebxml::query_response_prefix(ebxml::ResponseStatus::kFailure, rows);
    body.append(ebxml::query_response_suffix());
    return reply_of(std::move(body), false);
}

}  // namespace musubi::xca
