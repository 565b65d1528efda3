#include "pdq/iti47.h"

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/names.h"
#include "domain/reason.h"
#include "platform/base/log.h"
#include "platform/xml/parse.h"

#include <algorithm>

namespace musubi::pdq {
namespace {

using Kind = V3Request::Kind;

/// A payload that breaks its schema; the answer says so in its own way.
constexpr Reason kReasonSchema{0xF202};

constexpr char const* kParameters =
    "/PRPA_IN201305UV02/controlActProcess/queryByParameter/parameterList";

Error unknown_query() {
    return Error(Code::kInvalidContent,
                 {{Severity::kError, Reason::kUnknownKeyIdentifier, "no such query to continue",
                   "/QUQI_IN000003UV01/controlActProcess/queryContinuation/queryId"}});
}

/// The first question again, from the element that was kept of it.
Result<hl7v3::FindQuery> read_kept(std::string const& element) {
    std::string const text = "<PRPA_IN201305UV02 xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"" +
                             std::string(xml::kXsiNamespace) +
                             "\"><processingCode code=\"P\"/><controlActProcess>" + element +
                             "</controlActProcess></PRPA_IN201305UV02>";
    auto const document = TRY(xml::parse(as_bytes(text), {}));
    return hl7v3::read_find_query(document.root(), hl7v3::FindRules::kPdq);
}

ResultKey key_of(std::string const& member, hl7v3::InstanceId const& query_id) {
    return {member, query_id.key()};
}

/// Fills what continues a question; a problem is kept in the request.
Status continue_from(Deps& deps, std::string const& member, V3Request& request) {
    request.echo.query_id = request.more.query_id;
    auto kept = deps.results.find(key_of(member, request.more.query_id), "");
    if (!kept) return kept.error().code == Code::kNotFound ? unknown_query() : kept.error();
    request.kept = *std::move(kept);
    request.echo.xml = request.kept.question;
    request.query = TRY(read_kept(request.kept.question));
    return {};
}

std::size_t start_of(V3Request const& request) {
    if (request.more.start) return static_cast<std::size_t>(std::max(*request.more.start, 1) - 1);
    return request.kept.last_message == request.header.id.key() ? request.kept.last_start
                                                                : request.kept.next;
}

std::size_t size_of(std::optional<int> asked, Settings const& settings) {
    int const size = std::min(asked.value_or(settings.page_size), settings.page_size);
    return static_cast<std::size_t>(std::max(size, 1));
}

hl7v3::Seal seal(V3Deps const& deps) {
    hl7v3::Seal out;
    out.message_id = deps.ids.uuid().to_string();
    out.time = to_dtm(deps.clock.now()) + "+0000";
    out.self = {deps.common.settings.home, deps.common.settings.home};
    out.trace = LogTrace::current();
    return out;
}

/// ITI TF-2 3.47.4.2.3: all ids, or those of the domains asked for, with a null id for each that is
/// not there.
hl7v3::Hit hit_of(core::VisiblePatient&& patient, std::vector<std::string> const& domains,
                  Settings const& settings) {
    hl7v3::Hit hit;
    domain::LocalId regional{patient.regional, ""};
    if (domains.empty()) {
        hit.ids.push_back(std::move(regional));
        hit.other_ids = std::move(patient.ids);
    } else {
        hit.ids = told_ids(patient, domains);
        for (std::string const& domain : domains) {
            bool const has = std::any_of(hit.ids.begin(), hit.ids.end(), [&](auto const& one) {
                return one.id.authority == domain;
            });
            if (!has) hit.missing_domains.push_back(domain);
        }
        // Some id has to stand there: ours.
        if (hit.ids.empty()) hit.ids.push_back(std::move(regional));
    }
    hit.person = std::move(patient.person);
    hit.degree = patient.degree;
    hit.provider = settings.home;
    hit.provider_name = settings.region;
    hit.custodian = settings.home;
    return hit;
}

soap::Outgoing reply_of(std::string xml, bool success) {
    soap::Outgoing out;
    out.body.push_back({std::move(xml), nullptr, ""});
    out.success = success;
    return out;
}

core::SoapBinding binding(hl7v3::Actions const& actions, std::string_view operation,
                          std::string_view request, std::string_view response) {
    return {.path = "/pdq/supplier",
            .action = actions.request,
            .response_action = actions.response,
            .mtom = false,
            .operation = operation,
            .request_element = request,
            .response_element = response};
}

}  // namespace

core::TransactionSpec const& Iti47::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-47",
        .name = "Patient Demographics Query",
        .action = domain::Action::kIdentify,
        .changes_data = false,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .requester_is_source = true,
        .soap = {binding(hl7v3::kFindActions, "PDSupplier_PRPA_IN201305UV02",
                         "{urn:hl7-org:v3}PRPA_IN201305UV02", "{urn:hl7-org:v3}PRPA_IN201306UV02"),
                 binding(hl7v3::kContinueActions, "PDSupplier_QUQI_IN000003UV01_Continue",
                         "{urn:hl7-org:v3}QUQI_IN000003UV01", "{urn:hl7-org:v3}PRPA_IN201306UV02"),
                 binding(hl7v3::kCancelActions, "PDSupplier_QUQI_IN000003UV01_Cancel",
                         "{urn:hl7-org:v3}QUQI_IN000003UV01_Cancel",
                         "{urn:hl7-org:v3}MCCI_IN000002UV01")},
        .hl7v2 = {},
        .malformed = kReasonSchema,
    };
    return kSpec;
}

Result<V3Request> Iti47::decode(Deps& deps, Wire const& wire, core::DecodeContext const& context) {
    xml::Element const payload = wire.envelope.payload;
    V3Request request;
    request.header = hl7v3::read_header(payload);
    request.echo = hl7v3::read_query_echo(payload);
    if (payload.is(hl7v3::kHl7, hl7v3::kFindRequest)) {
        auto query = hl7v3::read_find_query(payload, hl7v3::FindRules::kPdq);
        if (query) request.query = *std::move(query);
        if (!query) request.problem = std::move(query).error();
        return request;
    }
    auto more = hl7v3::read_continuation(payload);
    bool const cancels = wire.envelope.action == hl7v3::kCancelActions.request;
    request.kind = cancels ? Kind::kCancel : Kind::kContinue;
    if (!more) {
        if (more.error().code == Code::kInvalidMessage) return std::move(more).error();
        request.problem = std::move(more).error();
        return request;
    }
    request.more = *std::move(more);
    if (request.more.cancel != cancels) {
        request.problem = Error(Code::kInvalidContent, Reason::kUnsupportedEvent,
                                "action and message do not mean the same");
    } else if (!cancels) {
        auto filled = continue_from(deps.common, context.subject.member.code, request);
        if (!filled) request.problem = std::move(filled).error();
    }
    return request;
}

Result<core::Located> Iti47::locate(Deps& deps, Request const& request,
                                    domain::Subject const& subject) {
    if (request.problem) return *request.problem;
    if (request.kind == Kind::kCancel) return core::Located{};
    return deps.common.finder.find(spec(), subject, request.query.criteria);
}

core::PolicyQuery Iti47::policy_query(Request const&, core::Located const& located) {
    core::PolicyQuery query;
    query.patients = located.patients;
    return query;
}

Result<Page> Iti47::handle(Deps& deps, core::Authorized<Request> const& request) {
    pdq::Deps& common = deps.common;
    std::string const& member = request.subject().member.code;
    if (request->kind == Kind::kCancel) {
        common.results.cancel(key_of(member, request->more.query_id));
        return Page{};
    }
    auto const* found = core::found_in(&request.located());
    if (!found) return Error(Code::kInternal, "nothing was searched");
    auto patients = TRY(everybody(common, *found, core::scopes_of(request.permit()), kParameters));
    Page page;
    if (request->kind == Kind::kFind) {
        KeptResult kept;
        kept.patients = regional_ids(patients);
        page = page_of(std::move(patients), kept.patients, 0,
                       size_of(request->query.initial_quantity, common.settings));
        if (page.remaining > 0 && !request->query.query_id.empty()) {
            kept.question = request->echo.xml;
            kept.next = page.next;
            TRY(common.results.keep(key_of(member, request->query.query_id), std::move(kept)));
        }
    } else {
        std::size_t const start = start_of(*request);
        page = page_of(std::move(patients), request->kept.patients, start,
                       size_of(request->more.quantity, common.settings));
        common.results.delivered(key_of(member, request->more.query_id), request->header.id.key(),
                                 start, page.next);
    }
    page.domains = found->domains;
    if (!found->exempt) {
        TRY(common.finder.guard().shown(request.subject(), found->rules,
                                        regional_ids(page.patients)));
    }
    return page;
}

int Iti47::withhold(core::Permit const& permit, Response& response) {
    return core::withhold_identities(permit, response.patients);
}

std::vector<core::AuditDraft> Iti47::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    if (!input.request) return {};
    auto const& echo = input.request->echo;
    std::string const id =
        echo.query_id.empty() ? input.request->more.query_id.key() : echo.query_id.key();
    return {audit_of(input.response, core::audit_query(spec(), id, echo.xml))};
}

Result<soap::Outgoing> Iti47::encode(Deps& deps, Response&& response, Request const& request) {
    if (request.kind == Kind::kCancel) {
        return reply_of(hl7v3::write_acknowledgement(request.header, seal(deps), nullptr,
                                                     hl7v3::AckFamily::kApplication),
                        true);
    }
    hl7v3::FindAnswer answer;
    for (core::VisiblePatient& patient : response.patients)
        answer.hits.push_back(hit_of(std::move(patient), response.domains, deps.common.settings));
    answer.total = response.total;
    answer.remaining = response.remaining;
    return reply_of(hl7v3::write_find_response(request.header, request.echo, seal(deps), answer),
                    true);
}

soap::Outgoing Iti47::encode_error(Deps& deps, Error const& error, Request const* request) {
    // What breaks the schema is a query that could not be read (QE), not one without an answer.
    Error const told = error.reason == kReasonSchema ? hl7v3::schema_violation(error) : error;
    hl7v3::Header const header = request ? request->header : hl7v3::Header{};
    if (request && request->kind == Kind::kCancel) {
        return reply_of(
            hl7v3::write_acknowledgement(header, seal(deps), &told, hl7v3::AckFamily::kApplication),
            false);
    }
    hl7v3::FindAnswer answer;
    answer.error = &told;
    return reply_of(hl7v3::write_find_response(header, request ? request->echo : hl7v3::QueryEcho{},
                                               seal(deps), answer),
                    false);
}

}  // namespace musubi::pdq
