#include "xcpd/iti56.h"

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/read.h"
#include "codec/hl7v3/write.h"
#include "platform/xml/subtree.h"

#include <algorithm>

namespace musubi::xcpd {
namespace {

/// What locating found, for the act stage.
struct Details {
    domain::PatientId requested;
    core::CrossReferencePort::Found found;
};

bool sees(domain::IdentityScope const& scope, std::string const& authority) {
    return scope.everything || scope.allows(authority);
}

}  // namespace

core::TransactionSpec const& Iti56::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-56",
        .name = "Patient Location Query",
        .action = domain::Action::kIdentify,
        .changes_data = false,
        .event_id = domain::dcm("110112", "Query"),
        .event_action = 'E',
        .requester_is_source = true,
        .soap = {{.path = "/xcpd/responding",
                  .action = hl7v3::kPatientLocationActions.request,
                  .response_action = hl7v3::kPatientLocationActions.response,
                  .mtom = false,
                  .operation = "RespondingGateway_PatientLocationQuery",
                  .request_element = "{urn:ihe:iti:xcpd:2009}PatientLocationQueryRequest",
                  .response_element = "{urn:ihe:iti:xcpd:2009}PatientLocationQueryResponse"}},
        .hl7v2 = {},
        .errors_are_faults = true,
    };
    return kSpec;
}

Result<LocationRequest> Iti56::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    xml::Element const payload = wire.envelope.payload;
    xml::Writer writer;
    xml::write_subtree(payload, writer);
    return LocationRequest{TRY(hl7v3::read_patient_location_query(payload)), writer.take(),
                           wire.envelope.message_id};
}

Result<core::Located> Iti56::locate(Deps& deps, Request const& request, domain::Subject const&) {
    core::Located located;
    auto const authority = deps.authorities.resolve(request.id.authority);
    if (!authority || !*authority) return located;
    Details details{{request.id.id, (*authority)->oid}, {}};
    auto found = deps.cross_references.cross_references(details.requested);
    if (!found && found.error().code == Code::kNotFound) return located;
    details.found = TRY(std::move(found));
    located.patients = {details.found.patient};
    located.details = std::move(details);
    return located;
}

core::PolicyQuery Iti56::policy_query(Request const&, core::Located const& located) {
    core::PolicyQuery query;
    query.patients = located.patients;
    return query;
}

Result<Location> Iti56::handle(Deps& deps, core::Authorized<Request> const& request) {
    auto const* details = std::any_cast<Details>(&request.located().details);
    if (!details) return Location{};
    auto const& scope = request.permit().scope_for(details->found.patient).identities;
    std::string const& asked = details->requested.authority;
    bool const may_know_id = asked == deps.settings.regional_authority || sees(scope, asked);
    // A regional id tells nothing by itself: who sees none of the records does not know the person.
    bool const knows =
        std::any_of(details->found.ids.begin(), details->found.ids.end(),
                    [&](auto const& each) { return sees(scope, each.id.authority); });
    if (!may_know_id || !knows) return Location{};
    return Location{details->found.patient, details->requested};
}

int Iti56::withhold(core::Permit const& permit, Response& response) {
    if (response.patient.empty()) return 0;
    auto const& scope = permit.scope_for(response.patient).identities;
    if (scope.everything || !scope.authorities.empty()) return 0;
    response.patient.clear();
    return 1;
}

std::vector<core::AuditDraft> Iti56::audit(Deps&,
                                           core::AuditInput<Request, Response> const& input) {
    if (!input.request) return {};
    core::AuditDraft draft;
    if (input.response && !input.response->patient.empty())
        draft.objects.push_back(domain::audit_patient(input.response->patient));
    draft.objects.push_back(
        core::audit_query(spec(), input.request->message_id, input.request->text));
    return {std::move(draft)};
}

Result<soap::Outgoing> Iti56::encode(Deps& deps, Response&& response, Request const&) {
    std::vector<hl7v3::PatientLocation> locations;
    if (!response.patient.empty()) {
        locations.push_back({"urn:oid:" + deps.settings.home,
                             TRY(domain::PatientId::parse(response.patient)), response.requested});
    }
    soap::Outgoing out;
    out.body.push_back({hl7v3::write_patient_location_response(locations), nullptr, ""});
    return out;
}

/// Never asked for: errors are faults.
soap::Outgoing Iti56::encode_error(Deps&, Error const&, Request const*) {
    soap::Outgoing out;
    out.body.push_back({hl7v3::write_patient_location_response({}), nullptr, ""});
    out.success = false;
    return out;
}

}  // namespace musubi::xcpd
