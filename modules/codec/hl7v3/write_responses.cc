#include "codec/hl7v3/names.h"
#include "codec/hl7v3/write_parts.h"

#include <algorithm>

namespace musubi::hl7v3 {
namespace {

/// The acknowledgement of a query: a refusal of its content is AE, as the cases of ITI TF-2 3.45
/// and 3.47 say, also where a message would be rejected.
Ack query_ack(Error const* error, Seal const& seal) {
    if (error == nullptr) return {"AA", {}};
    return {"AE", ack_details(*error, seal.trace)};
}

bool breaks_schema(Error const* error) {
    return error != nullptr && error->code == Code::kInvalidMessage;
}

IssueCode code_of(WantedAttribute attribute) {
    switch (attribute) {
        case WantedAttribute::kGender:
            return {"LivingSubjectAdministrativeGenderRequested", kWantedAttributeCodes};
        case WantedAttribute::kAddress: return {"PatientAddressRequested", kWantedAttributeCodes};
        case WantedAttribute::kTelecom: return {"PatientTelecomRequested", kWantedAttributeCodes};
        case WantedAttribute::kBirthPlaceName:
            return {"LivingSubjectBirthPlaceNameRequested", kWantedAttributeCodes};
        case WantedAttribute::kBirthPlaceAddress:
            return {"LivingSubjectBirthPlaceAddressRequested", kWantedAttributeCodes};
        case WantedAttribute::kMothersMaidenName:
            return {"MothersMaidenNameRequested", kWantedAttributeCodes};
    }
    return {"PatientAddressRequested", kWantedAttributeCodes};
}

IssueCode code_of(CannotAnswer reason) {
    switch (reason) {
        case CannotAnswer::kBusy: return {"ResponderBusy", kCannotAnswerCodes};
        case CannotAnswer::kNotAvailable: return {"AnswerNotAvailable", kCannotAnswerCodes};
        case CannotAnswer::kInternalError: return {"InternalError", kCannotAnswerCodes};
    }
    return {"InternalError", kCannotAnswerCodes};
}

void write_hit(xml::Writer& w, Hit const& hit) {
    open_registration(w);
    write_ids(w, hit.ids);
    leaf(w, "statusCode", {{"code", "active"}});
    write_person(w, hit);
    write_provider(w, hit.provider, hit.provider_name);
    w.start("subjectOf1");
    open(w, "queryMatchObservation", {{"classCode", "OBS"}, {"moodCode", "EVN"}});
    leaf(w, "code", {{"code", "IHE_PDQ"}});
    leaf(w, "value",
         {{"xsi:type", "INT"}, {"value", std::to_string(std::clamp(hit.degree, 0, 100))}});
    w.end().end();
    close_registration(w, {hit.custodian, hit.locator});
}

void write_find_issues(xml::Writer& w, FindAnswer const& answer) {
    if (breaks_schema(answer.error)) {
        write_schema_issue(w);
    } else if (answer.error != nullptr && answer.cannot) {
        write_detected_issue(w, {}, code_of(*answer.cannot));
    } else if (answer.error == nullptr && answer.hits.empty() && !answer.wanted.empty()) {
        std::vector<IssueCode> codes;
        for (WantedAttribute attribute : answer.wanted) codes.push_back(code_of(attribute));
        write_detected_issue(w, codes, std::nullopt);
    }
}

}  // namespace

std::string write_acknowledgement(Header const& request, Seal const& seal, Error const* error,
                                  AckFamily family) {
    xml::Writer w;
    open_answer(w, kAcceptAcknowledgement, request, seal);
    Ack ack{ack_type_code(error, family), {}};
    if (error != nullptr) ack.details = ack_details(*error, seal.trace);
    write_ack(w, request, ack);
    return w.take();
}

std::string write_cross_reference_response(Header const& request, QueryEcho const& echo,
                                           Seal const& seal, CrossReferenceAnswer const& answer) {
    xml::Writer w;
    open_answer(w, kIdsResponse, request, seal);
    write_ack(w, request, query_ack(answer.error, seal));
    open_control_act(w, "PRPA_TE201310UV02");
    bool const found = answer.error == nullptr && !answer.ids.empty();
    if (found) {
        open_registration(w);
        write_ids(w, answer.ids);
        leaf(w, "statusCode", {{"code", "active"}});
        write_nameless_person(w);
        close_registration(w, {answer.custodian});
    }
    if (breaks_schema(answer.error)) write_schema_issue(w);
    std::size_t const count = found ? 1 : 0;
    write_query_end(w, echo,
                    answer.error != nullptr ? query_response_code(*answer.error)
                    : found                 ? "OK"
                                            : "NF",
                    {count, count, 0});
    return w.take();
}

CannotAnswer cannot_answer(Code code) {
    switch (code) {
        case Code::kBusy: return CannotAnswer::kBusy;
        case Code::kInternal: return CannotAnswer::kInternalError;
        case Code::kInvalidMessage:
        case Code::kInvalidContent:
        case Code::kUnsupported:
        case Code::kUnauthenticated:
        case Code::kDenied:
        case Code::kNotFound:
        case Code::kConflict:
        case Code::kTooLarge:
        case Code::kPeerUnavailable:
        case Code::kStorageUnavailable: return CannotAnswer::kNotAvailable;
    }
    return CannotAnswer::kInternalError;
}

std::string write_find_response(Header const& request, QueryEcho const& echo, Seal const& seal,
                                FindAnswer const& answer) {
    xml::Writer w(16384);
    open_answer(w, kFindResponse, request, seal);
    write_ack(w, request, query_ack(answer.error, seal));
    open_control_act(w, "PRPA_TE201306UV02");
    for (Hit const& hit : answer.hits) write_hit(w, hit);
    write_find_issues(w, answer);
    // Beyond the last page there is nobody either, but somebody was found.
    bool const nobody = answer.hits.empty() && answer.wanted.empty() && answer.total == 0;
    std::string_view code = nobody ? "NF" : "OK";
    if (answer.error != nullptr) code = query_response_code(*answer.error);
    write_query_end(
        w, echo, code,
        {std::max(answer.total, answer.hits.size()), answer.hits.size(), answer.remaining});
    return w.take();
}

std::string write_update_notification(Seal const& seal, UpdateNotification const& notification) {
    xml::Writer w;
    open_message(w, {kRevisePatient, "AL", seal.processing_code, seal.self, notification.receiver},
                 seal);
    open_control_act(w, "PRPA_TE201302UV02");
    open_registration(w);
    write_ids(w, notification.ids);
    leaf(w, "statusCode", {{"code", "active"}});
    write_nameless_person(w);
    write_provider(w, notification.provider, {});
    close_registration(w, {notification.custodian});
    return w.take();
}

std::string write_patient_location_response(std::vector<PatientLocation> const& locations) {
    xml::Writer w;
    open(w, "PatientLocationQueryResponse", {{"xmlns", kXcpd}});
    for (auto const& location : locations) {
        w.start("PatientLocationResponse");
        w.element("HomeCommunityId", location.home_community);
        leaf(
            w, "CorrespondingPatientId",
            {{"root", location.corresponding.authority}, {"extension", location.corresponding.id}});
        leaf(w, "RequestedPatientId",
             {{"root", location.requested.authority}, {"extension", location.requested.id}});
        w.end();
    }
    return w.take();
}

}  // namespace musubi::hl7v3
