#include "binding/http/fhir_endpoint.h"

#include "codec/fhir/form.h"
#include "codec/fhir/message.h"
#include "platform/base/log.h"

namespace musubi::binding {
namespace {

core::HttpReply reply_in(fhir::Form form, fhir::Outgoing answer) {
    if (form == fhir::Form::kXml) answer.body = fhir::to_xml(answer.body);
    core::HttpReply reply;
    reply.status = answer.status;
    if (answer.status == 503) reply.headers.push_back({"Retry-After", "2"});
    reply.content_type = std::string(fhir::media_type(form)) + "; charset=utf-8";
    reply.segments.push_back({std::move(answer.body), nullptr});
    return reply;
}
core::HttpReply json_reply(fhir::Outgoing answer) {
    return reply_in(fhir::Form::kJson, std::move(answer));
}

core::HttpReply refusal(int status, std::string_view code, std::string_view text) {
    return json_reply({status, fhir::operation_outcome(code, text)});
}

}  // namespace

FhirEndpoint::FhirEndpoint(std::string path, core::Definition const& definition,
                           core::Pipeline& pipeline, core::PolicyPort& policy, Clock const& clock,
                           IdSource& ids, FhirSettings settings)
    : path_(std::move(path)),
      definition_(definition),
      pipeline_(pipeline),
      policy_(policy),
      clock_(clock),
      ids_(ids),
      settings_(std::move(settings)) {}

std::optional<core::HttpReply> FhirEndpoint::admit(core::PeerConnection const& peer,
                                                   core::HttpRequestHead const& head) {
    if (auto const member = policy_.member_of(peer.certificate); !member) {
        std::string const trace = ids_.uuid().to_string();
        LogTrace const log_trace(trace);
        static_cast<void>(pipeline_.record_refusal(nullptr, peer, settings_.base_url + path_, trace,
                                                   member.error()));
        return refusal(403, "forbidden", "no member of the region");
    }
    if (head.method != "GET") {
        auto reply = refusal(405, "not-supported", "only GET");
        reply.headers.push_back({"Allow", "GET"});
        return reply;
    }
    if (!fhir::wanted_form(head.query, head.header("Accept")))
        return refusal(406, "not-supported", "application/fhir+json or application/fhir+xml");
    return std::nullopt;
}

core::HttpReply FhirEndpoint::handle(core::PeerConnection const& peer,
                                     core::HttpRequestHead const& head, core::BodyStream&) {
    auto const form =
        fhir::wanted_form(head.query, head.header("Accept")).value_or(fhir::Form::kJson);
    auto member = policy_.member_of(peer.certificate);
    if (!member) return reply_in(form, fhir::error_answer(member.error()));
    auto const subject =
        domain::subject_of(std::move(*member), peer.certificate.subject, peer.remote_address);

    fhir::Incoming const incoming{head.query, settings_.base_url};
    std::string const endpoint = settings_.base_url + path_;
    std::string const trace = ids_.uuid().to_string();
    core::Inbound const inbound{subject,
                                &peer,
                                endpoint,
                                "",
                                "",
                                trace,
                                core::WireRef::of(incoming),
                                clock_.monotonic() + settings_.deadline};
    core::Outbound outbound = pipeline_.run(definition_, inbound);
    if (outbound.fault) return reply_in(form, fhir::error_answer(*outbound.fault));
    return reply_in(form, std::any_cast<fhir::Outgoing&&>(std::move(outbound.reply)));
}

core::HttpReply FhirEndpoint::refuse(int status, Error const& why) {
    auto answer = fhir::error_answer(why);
    answer.status = status;
    return json_reply(std::move(answer));
}

}  // namespace musubi::binding
