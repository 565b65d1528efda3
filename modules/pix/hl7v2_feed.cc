#include "pix/hl7v2_feed.h"

namespace musubi::pix {

Result<FeedRequest> Hl7v2Feed::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    return FeedRequest{TRY(hl7v2::read_patient_feed(wire.message, deps.rules)), wire.bytes,
                       "MSH-10"};
}

Result<core::Located> Hl7v2Feed::locate(Deps&, Request const&, domain::Subject const&) {
    return core::Located{};
}

core::PolicyQuery Hl7v2Feed::policy_query(Request const&, core::Located const&) { return {}; }

Result<core::PatientChangeOutcome> Hl7v2Feed::handle(Deps& deps,
                                                     core::Authorized<Request> const& request) {
    return apply_feed(deps, *request, request.call());
}

int Hl7v2Feed::withhold(core::Permit const&, Response&) { return 0; }

std::vector<core::AuditDraft> Hl7v2Feed::audit(Deps&,
                                               core::AuditInput<Request, Response> const& input) {
    return audit_feed(input.request, input.response);
}

}  // namespace musubi::pix
