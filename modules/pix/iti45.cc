#include "pix/iti45.h"

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/read.h"

namespace musubi::pix {
namespace {

soap::Outgoing answer(QueryDeps const& deps, V3QueryRequest const* request,
                      std::vector<domain::LocalId> ids, Error const* error) {
    V3QueryRequest const nothing;
    V3QueryRequest const& of = request ? *request : nothing;
    hl7v3::CrossReferenceAnswer found;
    found.ids = std::move(ids);
    found.custodian = deps.device.oid;
    found.error = error;
    soap::Outgoing reply;
    reply.body.push_back(
        {hl7v3::write_cross_reference_response(of.header, of.echo, deps.device.seal(), found),
         nullptr, ""});
    reply.success = error == nullptr;
    return reply;
}

}  // namespace

core::TransactionSpec const& Iti45::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-45",
        .name = "PIX Query",
        .action = domain::Action::kIdentify,
        .changes_data = false,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .requester_is_source = true,
        .soap = {{.path = "/pix/manager",
                  .action = hl7v3::kIdsActions.request,
                  .response_action = hl7v3::kIdsActions.response,
                  .mtom = false,
                  .operation = "PIXManager_PRPA_IN201309UV02",
                  .request_element = "{urn:hl7-org:v3}PRPA_IN201309UV02",
                  .response_element = "{urn:hl7-org:v3}PRPA_IN201310UV02"}},
        .hl7v2 = {},
        .malformed = kReasonSchema,
    };
    return kSpec;
}

/// Always a request, so that what is wrong with it is told in an answer to this message.
Result<V3QueryRequest> Iti45::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    V3QueryRequest request;
    xml::Element const payload = wire.envelope.payload;
    request.header = hl7v3::read_header(payload);
    request.echo = hl7v3::read_query_echo(payload);
    request.id = request.echo.query_id.key();
    request.text = request.echo.xml;
    request.unknown_domains = UnknownDomains::kAll;
    auto query = hl7v3::read_cross_reference_query(payload);
    if (query) {
        request.query = std::move(*query);
        return request;
    }
    request.unreadable = std::move(query).error();
    // Another message than the action says: nobody else could answer it better.
    if (request.unreadable->code == Code::kInvalidMessage)
        request.unreadable = Error(Code::kInvalidContent, kReasonSchema, "another interaction");
    return request;
}

Result<core::Located> Iti45::locate(Deps& deps, Request const& request, domain::Subject const&) {
    return locate_ids(deps, request);
}

core::PolicyQuery Iti45::policy_query(Request const&, core::Located const& located) {
    return {located.patients, {}};
}

Result<IdsFound> Iti45::handle(Deps& deps, core::Authorized<Request> const& request) {
    return find_ids(deps, *request, request.permit(), request.located());
}

int Iti45::withhold(core::Permit const& permit, Response& found) {
    return withhold_ids(permit, found);
}

std::vector<core::AuditDraft> Iti45::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    return audit_query(spec(), input.request, input.located);
}

Result<Iti45::Reply> Iti45::encode(Deps& deps, Response&& found, Request const& request) {
    return answer(deps, &request, std::move(found.ids), nullptr);
}

Iti45::Reply Iti45::encode_error(Deps& deps, Error const& error, Request const* request) {
    Error const told = in_v3_words(error);
    return answer(deps, request, {}, &told);
}

}  // namespace musubi::pix
