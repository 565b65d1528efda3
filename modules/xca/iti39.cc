#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "xca/home.h"
#include "xca/responding.h"

#include <map>

namespace musubi::xca {
namespace {

/// Where no repository says how many it takes.
constexpr std::size_t kMostDocuments = 200;

using ByPatient = std::map<std::string, core::AuditDraft>;  ///< empty: nobody's that we know

void add(ByPatient& drafts, std::string const& patient, domain::DocumentRequest const& request) {
    core::AuditDraft& draft = drafts[patient];
    if (draft.objects.empty() && !patient.empty())
        draft.objects.push_back(domain::audit_patient(patient));
    draft.objects.push_back(domain::audit_document(request.document_unique_id,
                                                   request.repository_unique_id, request.home));
}

std::vector<core::MissedDocument> no_repository(std::vector<domain::DocumentRequest> const& all) {
    std::vector<core::MissedDocument> out;
    for (domain::DocumentRequest const& one : all) {
        out.push_back({one,
                       "",
                       {Severity::kError, Reason::kUnknownRepositoryId,
                        "RepositoryUniqueId " + one.repository_unique_id + " is not served here",
                        one.document_unique_id}});
    }
    return out;
}

Error too_many(std::size_t most) {
    return Error(Code::kTooLarge,
                 {{Severity::kError, Reason::kOutOfResources,
                   "at most " + std::to_string(most) + " documents in one request", ""}});
}

}  // namespace

core::TransactionSpec const& Iti39::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-39",
        .name = "Cross Gateway Retrieve",
        .action = domain::Action::kRetrieve,
        .event_id = domain::dcm("110106", "Export"),
        .event_action = 'R',
        .requester_is_source = false,
        .soap = {{.path = "/xca/responding",
                  .action = "urn:ihe:iti:2007:CrossGatewayRetrieve",
                  .response_action = "urn:ihe:iti:2007:CrossGatewayRetrieveResponse",
                  .mtom = true,
                  .operation = "RespondingGateway_CrossGatewayRetrieve",
                  .request_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetRequest",
                  .response_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"}},
        .hl7v2 = {},
    };
    return kSpec;
}

Result<CrossRetrieve> Iti39::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    auto asked = TRY(ebxml::read_retrieve_request(wire.envelope.payload));
    auto const* repository = deps.ports.find<core::DocumentRetrievePort>();
    std::size_t const most = repository ? repository->most_documents() : kMostDocuments;
    if (asked.size() > most) return too_many(most);
    CrossRetrieve out;
    out.message_id = wire.envelope.message_id;
    for (domain::DocumentRequest& one : asked) {
        if (auto wrong = wrong_home(one, deps.home)) {
            out.misdirected.push_back({std::move(one), "", *std::move(wrong)});
        } else {
            out.wanted.push_back(std::move(one));
        }
    }
    return out;
}

Result<core::Located> Iti39::locate(Deps& deps, Request const& request, domain::Subject const&) {
    TRY(deps.refuse_own(request.message_id));
    auto const* repository = deps.ports.find<core::DocumentRetrievePort>();
    if (!repository || request.wanted.empty()) return core::Located{};
    return repository->locate(request.wanted);
}

core::PolicyQuery Iti39::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<core::RetrieveFindings> Iti39::handle(Deps& deps, core::Authorized<Request> const& request) {
    auto* repository = deps.ports.find<core::DocumentRetrievePort>();
    core::RetrieveFindings out;
    if (!repository) {
        out.missed = no_repository(request->wanted);
    } else if (!request->wanted.empty()) {
        out = TRY(repository->retrieve(request.call(), request.located(), request->wanted));
    }
    out.missed.insert(out.missed.end(), request->misdirected.begin(), request->misdirected.end());
    return out;
}

int Iti39::withhold(core::Permit const& permit, Response& response) {
    auto const hidden = [&](core::FoundDocument const& one) {
        return !permit.scope_for(one.patient)
                    .allows(one.label, one.document.request.document_unique_id);
    };
    for (core::FoundDocument const& one : response.delivered) {
        if (!hidden(one)) continue;
        domain::DocumentRequest const& asked = one.document.request;
        response.missed.push_back(
            {asked,
             one.patient,
             {Severity::kError, Reason::kDocumentUniqueId,
              "no document of this uniqueId is available", asked.document_unique_id}});
    }
    return static_cast<int>(std::erase_if(response.delivered, hidden));
}

/// As ITI-43 does it: a record for each patient whose documents went out, one for each whose did
/// not, and one for what belongs to nobody known.
std::vector<core::AuditDraft> retrieve_drafts(CrossRetrieve const* request,
                                              core::RetrieveFindings const* response) {
    ByPatient delivered, failed;
    if (response) {
        for (auto const& one : response->delivered)
            add(delivered, one.patient, one.document.request);
        for (auto const& one : response->missed) add(failed, one.patient, one.request);
        for (auto& [patient, draft] : failed) {
            draft.outcome = domain::AuditOutcome::kMinorFailure;
            draft.outcome_description = "not delivered";
        }
    } else if (request) {
        for (auto const& one : request->wanted) add(failed, "", one);
        for (auto const& one : request->misdirected) add(failed, "", one.request);
    }
    std::vector<core::AuditDraft> drafts;
    for (auto& [patient, draft] : delivered) drafts.push_back(std::move(draft));
    for (auto& [patient, draft] : failed) drafts.push_back(std::move(draft));
    return drafts;
}

std::vector<core::AuditDraft> Iti39::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    return retrieve_drafts(input.request, input.response);
}

Result<soap::Outgoing> Iti39::encode(Deps& deps, Response&& response, Request const&) {
    domain::RetrieveResponse answer;
    for (core::FoundDocument& one : response.delivered)
        answer.documents.push_back(std::move(one.document));
    for (core::MissedDocument& one : response.missed) answer.issues.push_back(std::move(one.why));
    auto rows = ebxml::error_rows(answer.issues, ebxml::Actor::kRepository);
    locate_documents_at(deps.home, rows);
    return Reply{ebxml::write_retrieve_response(answer, rows), rows.empty()};
}

soap::Outgoing Iti39::encode_error(Deps& deps, Error const& error, Request const*) {
    auto rows = ebxml::error_rows(error, ebxml::Actor::kRepository, LogTrace::current());
    locate_documents_at(deps.home, rows);
    return {ebxml::write_retrieve_response({}, rows), false};
}

}  // namespace musubi::xca
