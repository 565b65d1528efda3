#include "repository/iti43.h"

#include "codec/ebxml/read.h"
#include "codec/ebxml/write.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "repository/remote_registry.h"
#include "repository/stored_content.h"

#include <algorithm>
#include <set>

namespace musubi::repository {
namespace {

using Rows = std::vector<DocumentRow>;

/// One text for absent and hidden, so that nobody can tell them apart.
constexpr char const* kNotAvailable = "no document of this uniqueId is available";

Issue issue(domain::DocumentRequest const& request, Reason reason, std::string context) {
    return {Severity::kError, reason, std::move(context), request.document_unique_id};
}

/// Why a request cannot be ours, before any document is looked at; empty when it can.
std::optional<Issue> misdirected(Deps const& deps, domain::DocumentRequest const& request) {
    if (request.home && *request.home != deps.home) {
        return issue(request, Reason::kUnknownCommunity,
                     "HomeCommunityId " + *request.home + " is not " + deps.home);
    }
    if (request.repository_unique_id != deps.unique_id) {
        return issue(
            request, Reason::kUnknownRepositoryId,
            "RepositoryUniqueId " + request.repository_unique_id + " is not " + deps.unique_id);
    }
    return std::nullopt;
}

DocumentRow const* find_visible(Rows const& rows, std::string const& unique_id,
                                core::Permit const& permit) {
    for (DocumentRow const& row : rows) {
        if (row.unique_id == unique_id &&
            permit.scope_for(row.patient).allows(row.label, row.unique_id))
            return &row;
    }
    return nullptr;
}

enum class Unconfirmed { kNotRegistered, kUnknown };

/// Pending submissions among the rows that the registry does not confirm now: their documents are
/// not delivered. What it confirms is confirmed for good.
std::map<std::int64_t, Unconfirmed> unconfirmed(Deps& deps, core::CallContext const& call,
                                                std::vector<DocumentRow const*> const& rows) {
    std::map<std::int64_t, Unconfirmed> out;
    std::set<std::int64_t> asked;
    for (DocumentRow const* row : rows) {
        if (!row->pending || !asked.insert(*row->pending).second) continue;
        auto const pending = find_pending(deps.pool, *row->pending);
        if (pending && !*pending)
            continue;  // settled in the meantime; if it was dropped, so is the content
        auto const registered =
            pending ? settle_now(deps, call, **pending) : Result<bool>(pending.error());
        if (!registered) {
            log_warning("document.unconfirmed", {{"detail", registered.error().detail}});
            out[*row->pending] = Unconfirmed::kUnknown;
        } else if (!*registered) {
            out[*row->pending] = Unconfirmed::kNotRegistered;
        }
    }
    return out;
}

using ByPatient = std::map<std::string, core::AuditDraft>;  ///< empty: nobody's that we know

void add(ByPatient& drafts, std::string const& patient, domain::DocumentRequest const& request) {
    core::AuditDraft& draft = drafts[patient];
    if (draft.objects.empty() && !patient.empty())
        draft.objects.push_back(domain::audit_patient(patient));
    draft.objects.push_back(domain::audit_document(request.document_unique_id,
                                                   request.repository_unique_id, request.home));
}

}  // namespace

std::string patient_of(Deps const& deps, core::Located const* located,
                       domain::DocumentRequest const& request) {
    Rows const* rows = located ? std::any_cast<Rows>(&located->details) : nullptr;
    if (!rows || misdirected(deps, request)) return {};
    for (DocumentRow const& row : *rows) {
        if (row.unique_id == request.document_unique_id) return row.patient;
    }
    return {};
}

core::TransactionSpec const& Iti43::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-43",
        .name = "Retrieve Document Set",
        .action = domain::Action::kRetrieve,
        .changes_data = false,
        .event_id = domain::dcm("110106", "Export"),
        .event_action = 'R',
        .requester_is_source = false,
        .soap = {{.path = "/xds/repository",
                  .action = "urn:ihe:iti:2007:RetrieveDocumentSet",
                  .response_action = "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
                  .mtom = true,
                  .operation = "DocumentRepository_RetrieveDocumentSet",
                  .request_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetRequest",
                  .response_element = "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse"}},
        .hl7v2 = {},
    };
    return kSpec;
}

Result<Iti43::Request> Iti43::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    Request request = TRY(ebxml::read_retrieve_request(wire.envelope.payload));
    if (request.size() > kMaxDocuments) {
        return Error(
            Code::kTooLarge,
            {{Severity::kError, Reason::kOutOfResources,
              "at most " + std::to_string(kMaxDocuments) + " documents in one request", ""}});
    }
    return request;
}

Result<core::Located> Iti43::locate(Deps& deps, Request const& request, domain::Subject const&) {
    std::set<std::string> unique_ids;
    for (domain::DocumentRequest const& item : request) {
        if (!misdirected(deps, item)) unique_ids.insert(item.document_unique_id);
    }
    core::Located located;
    Rows rows;
    if (!unique_ids.empty()) rows = TRY(find(deps.pool, {unique_ids.begin(), unique_ids.end()}));
    std::set<std::string> patients;
    for (DocumentRow const& row : rows) patients.insert(row.patient);
    located.patients.assign(patients.begin(), patients.end());
    located.details = std::move(rows);
    return located;
}

core::PolicyQuery Iti43::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<Iti43::Response> Iti43::handle(Deps& deps, core::Authorized<Request> const& request) {
    Rows const& rows = std::any_cast<Rows const&>(request.located().details);
    RetrieveOutcome outcome;
    std::vector<domain::DocumentRequest const*> granted;
    std::vector<DocumentRow const*> granted_rows;
    auto fail = [&](domain::DocumentRequest const& item, Issue why) {
        outcome.failed.push_back(item);
        outcome.issues.push_back(std::move(why));
    };
    for (domain::DocumentRequest const& item : *request) {
        if (auto why = misdirected(deps, item)) {
            fail(item, std::move(*why));
        } else if (DocumentRow const* row =
                       find_visible(rows, item.document_unique_id, request.permit())) {
            granted.push_back(&item);
            granted_rows.push_back(row);
        } else {
            fail(item, issue(item, Reason::kDocumentUniqueId, kNotAvailable));
        }
    }
    auto const withheld = unconfirmed(deps, request.call(), granted_rows);
    for (std::size_t i = granted.size(); i-- > 0;) {
        auto const found =
            granted_rows[i]->pending ? withheld.find(*granted_rows[i]->pending) : withheld.end();
        if (found == withheld.end()) continue;
        bool const known = found->second == Unconfirmed::kNotRegistered;
        fail(*granted[i],
             known ? issue(*granted[i], Reason::kDocumentUniqueId, kNotAvailable)
                   : issue(*granted[i], Reason::kGeneral,
                           "the registry cannot be asked for this document now; try again"));
        granted.erase(granted.begin() + static_cast<std::ptrdiff_t>(i));
        granted_rows.erase(granted_rows.begin() + static_cast<std::ptrdiff_t>(i));
    }
    auto contents = open_contents(deps, granted_rows);
    for (std::size_t i = 0; i < granted.size(); ++i) {
        if (!contents[i]) {
            // What was destroyed is not there any more, like what never was.
            bool const destroyed = deps.keys.is_erased(granted_rows[i]->owner_oid);
            fail(*granted[i],
                 destroyed
                     ? issue(*granted[i], Reason::kDocumentUniqueId, kNotAvailable)
                     : issue(*granted[i], Reason::kGeneral,
                             "the document cannot be read; report trace " + LogTrace::current()));
            continue;
        }
        DocumentRow const& row = *granted_rows[i];
        outcome.delivered.push_back(
            {{*granted[i], row.mime_type, *contents[i]}, row.patient, row.label});
    }
    return outcome;
}

int Iti43::withhold(core::Permit const& permit, Response& response) {
    auto const hidden = [&](DeliveredDocument const& d) {
        return !permit.scope_for(d.patient).allows(d.label, d.document.request.document_unique_id);
    };
    for (DeliveredDocument const& d : response.delivered) {
        if (!hidden(d)) continue;
        response.failed.push_back(d.document.request);
        response.issues.push_back(
            issue(d.document.request, Reason::kDocumentUniqueId, kNotAvailable));
    }
    return static_cast<int>(std::erase_if(response.delivered, hidden));
}

// One record for each patient whose documents were delivered, one for each whose were not, and one
// for what belongs to nobody known (ITI TF-2 3.43.5, 3.20.7.1). The asker never learns whose a
// document is that he may not see; the patient, and whoever looks for curiosity, has to.
std::vector<core::AuditDraft> Iti43::audit(Deps& deps,
                                           core::AuditInput<Request, Response> const& input) {
    ByPatient delivered, failed;
    if (input.response) {
        for (DeliveredDocument const& d : input.response->delivered)
            add(delivered, d.patient, d.document.request);
        for (auto const& item : input.response->failed)
            add(failed, patient_of(deps, input.located, item), item);
        for (auto& [patient, draft] : failed) {
            draft.outcome = domain::AuditOutcome::kMinorFailure;
            draft.outcome_description = "not delivered";
        }
    } else {
        for (auto const& item : input.request ? *input.request : Request{})
            add(failed, patient_of(deps, input.located, item), item);
        if (failed.empty()) failed.try_emplace("");
    }
    std::vector<core::AuditDraft> drafts;
    for (auto& [patient, draft] : delivered) drafts.push_back(std::move(draft));
    for (auto& [patient, draft] : failed) drafts.push_back(std::move(draft));
    return drafts;
}

Result<Iti43::Reply> Iti43::encode(Deps&, Response&& response, Request const&) {
    domain::RetrieveResponse answer;
    for (DeliveredDocument& d : response.delivered)
        answer.documents.push_back(std::move(d.document));
    answer.issues = std::move(response.issues);
    auto const rows = ebxml::error_rows(answer.issues, ebxml::Actor::kRepository);
    return Reply{ebxml::write_retrieve_response(answer, rows), rows.empty()};
}

Iti43::Reply Iti43::encode_error(Deps&, Error const& error, Request const*) {
    auto const rows = ebxml::error_rows(error, ebxml::Actor::kRepository, LogTrace::current());
    return {ebxml::write_retrieve_response({}, rows), false};
}

}  // namespace musubi::repository
