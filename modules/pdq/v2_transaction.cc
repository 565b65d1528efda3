#include "pdq/v2_transaction.h"

#include "domain/reason.h"
#include "platform/base/digest.h"

#include <algorithm>
#include <charconv>

namespace musubi::pdq {
namespace {

Error refusal(Reason reason, std::string text, std::string location) {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, reason, std::move(text), std::move(location)}});
}

/// Of this member, of this question, not too old: it does not say which of them was wrong.
Error unknown_pointer() {
    return refusal(Reason::kUnknownKeyIdentifier, "no such continuation", "DSC^1^1");
}

struct Pointer {
    std::string handle;
    std::size_t start = 0;
    std::string text() const { return handle + "." + std::to_string(start); }
};

std::optional<Pointer> read_pointer(std::string const& text) {
    std::size_t const dot = text.rfind('.');
    if (dot == std::string::npos || dot == 0) return std::nullopt;
    Pointer pointer{text.substr(0, dot), 0};
    char const* const end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data() + dot + 1, end, pointer.start);
    if (error != std::errc() || stop != end) return std::nullopt;
    return pointer;
}

std::size_t page_size(hl7v2::QueryFrame const& frame, Settings const& settings) {
    return static_cast<std::size_t>(
        std::min(frame.page_size.value_or(settings.page_size), settings.page_size));
}

Status check_source(hl7v2::QueryFrame const& frame, Settings const& settings) {
    auto const& sources = settings.sources;
    auto const is_ours = [&](std::string const& name) {
        return !name.empty() && std::find(sources.begin(), sources.end(), name) != sources.end();
    };
    if (sources.empty() || is_ours(frame.source.namespace_id) || is_ours(frame.source.universal_id))
        return {};
    return refusal(Reason::kUnknownKeyIdentifier, "no such patient information source", "MSH^1^5");
}

Status check(V2Request const& request, Settings const& settings) {
    if (request.problem) return *request.problem;
    if (request.cancels) return {};
    TRY(check_source(request.asked.frame, settings));
    return {};
}

/// Written beside an OID where the region has a name for it.
void name_authority(core::AuthorityPort const& authorities, std::string const& oid,
                    hl7v2::AuthorityNames& names) {
    if (names.contains(oid)) return;
    std::string name = authorities.namespace_of(oid);
    if (!name.empty()) names.emplace(oid, std::move(name));
}

}  // namespace

Result<V2Request> V2Transaction::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    V2Request request;
    request.control_id = wire.header.control_id;
    request.message = std::string(as_text(wire.bytes));
    request.cancels = wire.header.message_type == "QCN";
    if (request.cancels) {
        auto cancel = hl7v2::read_query_cancel(wire.message);
        if (cancel) {
            request.cancel = *std::move(cancel);
        } else {
            request.problem = std::move(cancel).error();
        }
        return request;
    }
    if (auto const qpd = wire.message.find("QPD")) request.digest = sha256(as_bytes(qpd->raw()));
    auto asked = hl7v2::read_demographics_query(wire.message);
    if (asked) {
        request.asked = *std::move(asked);
    } else {
        request.problem = std::move(asked).error();
    }
    return request;
}

Result<core::Located> V2Transaction::locate_as(core::TransactionSpec const& spec, Deps& deps,
                                               Request const& request,
                                               domain::Subject const& subject) {
    TRY(check(request, deps.settings));
    if (request.cancels) return core::Located{};
    return deps.finder.find(spec, subject, request.asked.query);
}

core::PolicyQuery V2Transaction::policy_query(Request const&, core::Located const& located) {
    core::PolicyQuery query;
    query.patients = located.patients;
    return query;
}

Result<V2Response> V2Transaction::handle(Deps& deps, core::Authorized<Request> const& request) {
    std::string const& member = request.subject().member.code;
    if (request->cancels) {
        deps.results.cancel({member, request->cancel.tag});
        return V2Response{};
    }
    auto const* found = core::found_in(&request.located());
    if (!found) return Error(Code::kInternal, "nothing was searched");
    auto patients = TRY(everybody(deps, *found, core::scopes_of(request.permit()), "QPD^1^3"));
    // ITI TF-2 3.21.4.2.2.6: who has no id in the domains asked for is left out.
    std::erase_if(patients, [&](core::VisiblePatient const& patient) {
        return told_ids(patient, found->domains).empty();
    });
    hl7v2::QueryFrame const& frame = request->asked.frame;
    ResultKey const key{member, frame.tag};
    std::size_t const size = page_size(frame, deps.settings);
    V2Response response;
    if (frame.continuation.empty()) {
        KeptResult kept;
        kept.patients = regional_ids(patients);
        kept.question_digest = request->digest;
        response.page = page_of(std::move(patients), kept.patients, 0, size);
        if (response.page.remaining > 0) {
            std::string const handle = TRY(deps.results.keep(key, std::move(kept)));
            response.continuation = Pointer{handle, response.page.next}.text();
        }
    } else {
        auto const pointer = read_pointer(frame.continuation);
        if (!pointer) return unknown_pointer();
        auto const kept = deps.results.find(key, pointer->handle);
        if (!kept || kept->question_digest != request->digest) return unknown_pointer();
        response.page = page_of(std::move(patients), kept->patients, pointer->start, size);
        if (response.page.remaining > 0)
            response.continuation = Pointer{pointer->handle, response.page.next}.text();
    }
    response.page.domains = found->domains;
    if (!found->exempt) {
        TRY(deps.finder.guard().shown(request.subject(), found->rules,
                                      regional_ids(response.page.patients)));
    }
    return response;
}

int V2Transaction::withhold(core::Permit const& permit, Response& response) {
    return core::withhold_identities(permit, response.page.patients);
}

std::vector<core::AuditDraft> V2Transaction::audit_as(
    core::TransactionSpec const& spec, core::AuditInput<Request, Response> const& input) {
    if (!input.request) return {};
    auto object = core::audit_query(spec, input.request->control_id, input.request->message);
    object.details.push_back({"MSH-10", input.request->control_id});
    return {audit_of(input.response ? &input.response->page : nullptr, std::move(object))};
}

Result<hl7v2::Outgoing> V2Transaction::encode(Deps& deps, Response&& response,
                                              Request const& request) {
    Reply reply;
    if (request.cancels) return reply;
    hl7v2::QueryAnswer answer;
    for (core::VisiblePatient& patient : response.page.patients) {
        answer.patients.push_back({told_ids(patient, response.page.domains),
                                   std::move(patient.person), patient.degree,
                                   std::move(patient.visit)});
    }
    for (hl7v2::PatientGroup const& patient : answer.patients) {
        for (domain::LocalId const& own : patient.ids)
            name_authority(deps.finder.authorities(), own.id.authority, answer.authorities);
        if (patient.person->account)
            name_authority(deps.finder.authorities(), patient.person->account->id.authority,
                           answer.authorities);
    }
    answer.total = static_cast<int>(response.page.total);
    answer.remaining = static_cast<int>(response.page.remaining);
    answer.continuation = std::move(response.continuation);
    reply.answer = std::move(answer);
    return reply;
}

hl7v2::Outgoing V2Transaction::encode_error(Deps&, Error const& error, Request const*) {
    return Reply{error};
}

core::TransactionSpec const& Iti21::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-21",
        .name = "Patient Demographics Query",
        .action = domain::Action::kIdentify,
        .changes_data = false,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .requester_is_source = true,
        .soap = {},
        .hl7v2 = {{"QBP", {"Q22"}}, {"QCN", {"J01"}}},
    };
    return kSpec;
}

Result<core::Located> Iti21::locate(Deps& deps, Request const& request,
                                    domain::Subject const& subject) {
    return locate_as(spec(), deps, request, subject);
}

std::vector<core::AuditDraft> Iti21::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    return audit_as(spec(), input);
}

core::TransactionSpec const& Iti22::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-22",
        .name = "Patient Demographics and Visit Query",
        .action = domain::Action::kIdentify,
        .changes_data = false,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .requester_is_source = true,
        .soap = {},
        .hl7v2 = {{"QBP", {"ZV1"}}},
    };
    return kSpec;
}

Result<core::Located> Iti22::locate(Deps& deps, Request const& request,
                                    domain::Subject const& subject) {
    return locate_as(spec(), deps, request, subject);
}

std::vector<core::AuditDraft> Iti22::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    return audit_as(spec(), input);
}

}  // namespace musubi::pdq
