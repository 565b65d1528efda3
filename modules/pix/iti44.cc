#include "pix/iti44.h"

#include "codec/hl7v3/actions.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/read.h"
#include "domain/reason.h"
#include "platform/xml/subtree.h"

namespace musubi::pix {
namespace {

std::vector<core::SoapBinding> bindings() {
    struct Operation {
        hl7v3::Actions actions;
        std::string_view manager, registry, element;
    };
    static constexpr Operation kOperations[] = {
        {hl7v3::kAddPatientActions, "PIXManager_PRPA_IN201301UV02",
         "DocumentRegistry_PRPA_IN201301UV02", "{urn:hl7-org:v3}PRPA_IN201301UV02"},
        {hl7v3::kRevisePatientActions, "PIXManager_PRPA_IN201302UV02",
         "DocumentRegistry_PRPA_IN201302UV02", "{urn:hl7-org:v3}PRPA_IN201302UV02"},
        {hl7v3::kMergePatientsActions, "PIXManager_PRPA_IN201304UV02",
         "DocumentRegistry_PRPA_IN201304UV02", "{urn:hl7-org:v3}PRPA_IN201304UV02"},
    };
    std::vector<core::SoapBinding> all;
    for (Operation const& each : kOperations) {
        for (bool const manager : {true, false}) {
            core::SoapBinding binding;
            binding.path = manager ? "/pix/manager" : "/xds/registry";
            binding.action = each.actions.request;
            binding.response_action = each.actions.response;
            binding.operation = manager ? each.manager : each.registry;
            binding.request_element = each.element;
            binding.response_element = "{urn:hl7-org:v3}MCCI_IN000002UV01";
            all.push_back(binding);
        }
    }
    return all;
}

/// The index names places as HL7 v2 does; the sender of this message knows them by its own.
Error at_v3_places(Error error, domain::PatientFeed const& feed) {
    for (Issue& issue : error.issues) {
        bool const prior = issue.location == "MRG^1^1";
        if (!prior && issue.location != "PID^1^3") continue;
        auto const& list = prior ? feed.prior_identifiers : feed.identifiers;
        issue.location = list.empty() ? "" : list.front().location;
    }
    return error;
}

soap::Outgoing outgoing(std::string xml, bool success) {
    soap::Outgoing reply;
    reply.body.push_back({std::move(xml), nullptr, ""});
    reply.success = success;
    return reply;
}

}  // namespace

core::TransactionSpec const& Iti44::spec() {
    static core::TransactionSpec const kSpec{
        .id = "ITI-44",
        .name = "Patient Identity Feed",
        .action = domain::Action::kFeedPatient,
        .changes_data = true,
        .event_id = domain::dcm("110110", "Patient Record"),
        .event_action = 'C',
        .requester_is_source = true,
        .soap = bindings(),
        .hl7v2 = {},
        .malformed = kReasonSchema,
    };
    return kSpec;
}

/// Always a request, so that what is wrong with it is told in an acknowledgement of this message.
Result<V3FeedRequest> Iti44::decode(Deps&, Wire const& wire, core::DecodeContext const&) {
    V3FeedRequest request;
    xml::Element const payload = wire.envelope.payload;
    request.header = hl7v3::read_header(payload);
    request.feed.detail_type = "II";
    request.feed.feed = hl7v3::outline_of_feed(payload);
    auto& unreadable = request.feed.unreadable;
    auto feed = hl7v3::read_patient_feed(payload);
    if (!feed) {
        unreadable = std::move(feed).error();
        // Another message than the action says: nobody else could answer it better.
        if (unreadable->code == Code::kInvalidMessage)
            unreadable = Error(Code::kInvalidContent, kReasonSchema, "another interaction");
        return request;
    }
    // What was signed for, routed and logged as one thing must not be another.
    if (!wire.envelope.action.ends_with(":" + request.header.interaction)) {
        unreadable = Error(Code::kInvalidContent, Reason::kUnsupportedEvent,
                           "action and message do not mean the same");
        return request;
    }
    request.feed.feed = std::move(*feed);
    xml::Writer writer;
    xml::write_subtree(payload, writer);
    request.text = writer.take();
    return request;
}

Result<core::Located> Iti44::locate(Deps&, Request const& request, domain::Subject const&) {
    if (request.feed.unreadable) return *request.feed.unreadable;
    return core::Located{};
}

core::PolicyQuery Iti44::policy_query(Request const&, core::Located const&) { return {}; }

Result<core::PatientChangeOutcome> Iti44::handle(Deps& deps,
                                                 core::Authorized<Request> const& request) {
    FeedRequest feed = request->feed;
    feed.original = as_bytes(request->text);
    auto outcome = apply_feed(deps, feed, request.call());
    if (!outcome) return at_v3_places(std::move(outcome).error(), feed.feed);
    return outcome;
}

int Iti44::withhold(core::Permit const&, Response&) { return 0; }

std::vector<core::AuditDraft> Iti44::audit(Deps& deps,
                                           core::AuditInput<Request, Response> const& input) {
    return audit_feed(deps.authorities, input.request ? &input.request->feed : nullptr,
                      input.response);
}

Result<Iti44::Reply> Iti44::encode(Deps& deps, Response&&, Request const& request) {
    return outgoing(hl7v3::write_acknowledgement(request.header, deps.device.seal()), true);
}

Iti44::Reply Iti44::encode_error(Deps& deps, Error const& error, Request const* request) {
    Error const told = in_v3_words(error);
    return outgoing(hl7v3::write_acknowledgement(request ? request->header : hl7v3::Header{},
                                                 deps.device.seal(), &told),
                    false);
}

}  // namespace musubi::pix
