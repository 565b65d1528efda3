#include "pix/hl7v2_feed.h"

namespace musubi::pix {

/// Always a request, so that the record names what was meant also when it could not be read.
Result<FeedRequest> Hl7v2Feed::decode(Deps& deps, Wire const& wire, core::DecodeContext const&) {
    auto feed = hl7v2::read_patient_feed(wire.message, deps.rules);
    if (feed) return FeedRequest{*std::move(feed), wire.bytes, "MSH-10"};
    return FeedRequest{hl7v2::outline_of(wire.message), wire.bytes, "MSH-10",
                       std::move(feed).error()};
}

Result<core::Located> Hl7v2Feed::locate(Deps&, Request const& request, domain::Subject const&) {
    if (request.unreadable) return *request.unreadable;
    return core::Located{};
}

core::PolicyQuery Hl7v2Feed::policy_query(Request const&, core::Located const&) { return {}; }

Result<core::PatientChangeOutcome> Hl7v2Feed::handle(Deps& deps,
                                                     core::Authorized<Request> const& request) {
    return apply_feed(deps, *request, request.call());
}

int Hl7v2Feed::withhold(core::Permit const&, Response&) { return 0; }

std::vector<core::AuditDraft> Hl7v2Feed::audit(Deps& deps,
                                               core::AuditInput<Request, Response> const& input) {
    return audit_feed(deps.authorities, input.request, input.response);
}

}  // namespace musubi::pix
