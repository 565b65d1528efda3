#include "codec/hl7v3/data_types.h"
#include "codec/hl7v3/initiate.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/read_parts.h"
#include "platform/base/text.h"

#include <charconv>

namespace musubi::hl7v3 {
namespace {

template <class T>
std::optional<T> number_in(xml::Element element, T most) {
    std::string const text = attribute_of(element, "value");
    T value{};
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value < 0 || value > most)
        return std::nullopt;
    return value;
}

std::size_t count_in(xml::Element of, std::string_view name) {
    return static_cast<std::size_t>(number_in<int>(child(of, name), 100'000'000).value_or(0));
}

/// What stands around the content of an answer.
Status read_answered(xml::Element payload, std::string_view interaction, Answered& to) {
    if (!payload.is(kHl7, interaction))
        return Error(Code::kInvalidMessage, "the body is no " + std::string(interaction));
    to.header = read_header(payload);
    to.ack = TRY(read_acknowledgement(payload));
    xml::Element const act = child(payload, "controlActProcess");
    xml::Element const query = child(act, "queryAck");
    to.query_id = read_instance_id(child(query, "queryId"));
    to.response_code = attribute_of(child(query, "queryResponseCode"), "code");
    to.total = count_in(query, "resultTotalQuantity");
    to.remaining = count_in(query, "resultRemainingQuantity");
    return {};
}

bool add_id(xml::Element element, std::vector<domain::LocalId>& to) {
    if (is_null(element)) return true;
    domain::SentIdentifier id = read_identifier(element);
    if (id.id.empty() || id.authority.universal_id.empty()) return true;
    if (to.size() == kMaxEntries) return false;
    to.push_back({{std::move(id.id), std::move(id.authority.universal_id)}, ""});
    return true;
}

Status read_ids(xml::Element of, std::vector<domain::LocalId>& to) {
    for (xml::Element id : children(of, "id")) {
        if (!add_id(id, to)) return Error(Code::kTooLarge, "too many ids of one patient");
    }
    return {};
}

Status read_other_ids(xml::Element person, std::vector<domain::LocalId>& to) {
    for (xml::Element other : children(person, "asOtherIDs")) TRY(read_ids(other, to));
    return {};
}

HealthDataLocator locator_of(xml::Element custodian) {
    xml::Element const code = child(custodian, "code");
    if (attribute_of(code, "codeSystem") != kHealthDataLocatorCodes)
        return HealthDataLocator::kUntold;
    return attribute_of(code, "code") == "SupportsHealthDataLocator"
               ? HealthDataLocator::kSupported
               : HealthDataLocator::kNotSupported;
}

Status read_patient(xml::Element event, FoundPatient& to, Problems& problems) {
    xml::Element const patient = child(child(event, "subject1"), "patient");
    TRY(read_ids(patient, to.ids));
    xml::Element const person = child(patient, "patientPerson");
    TRY(read_other_ids(person, to.other_ids));
    domain::DemographicsChange told;
    read_person(person, told, problems);
    told.apply_to(to.person);
    to.provider = attribute_of(child(child(patient, "providerOrganization"), "id"), "root");
    xml::Element const match = child(child(patient, "subjectOf1"), "queryMatchObservation");
    to.degree = number_in<int>(child(match, "value"), 100);
    xml::Element const custodian = child(child(event, "custodian"), "assignedEntity");
    to.custodian = attribute_of(child(custodian, "id"), "root");
    to.locator = locator_of(custodian);
    return {};
}

struct WantedCode {
    std::string_view code;
    WantedAttribute attribute;
};
constexpr WantedCode kWantedCodes[] = {
    {"LivingSubjectAdministrativeGenderRequested", WantedAttribute::kGender},
    {"PatientAddressRequested", WantedAttribute::kAddress},
    {"PatientTelecomRequested", WantedAttribute::kTelecom},
    {"LivingSubjectBirthPlaceNameRequested", WantedAttribute::kBirthPlaceName},
    {"LivingSubjectBirthPlaceAddressRequested", WantedAttribute::kBirthPlaceAddress},
    {"MothersMaidenNameRequested", WantedAttribute::kMothersMaidenName},
};

void read_issue(xml::Element issue, FindResponse& to) {
    for (xml::Element trigger : children(issue, "triggerFor")) {
        xml::Element const code = child(child(trigger, "actOrderRequired"), "code");
        for (WantedCode const& known : kWantedCodes) {
            if (attribute_of(code, "code") == known.code && to.wanted.size() < kMaxEntries)
                to.wanted.push_back(known.attribute);
        }
    }
    for (xml::Element mitigated : children(issue, "mitigatedBy")) {
        xml::Element const code = child(child(mitigated, "detectedIssueManagement"), "code");
        if (attribute_of(code, "codeSystem") != kCannotAnswerCodes) continue;
        std::string const word = attribute_of(code, "code");
        to.cannot = word == "ResponderBusy"        ? CannotAnswer::kBusy
                    : word == "AnswerNotAvailable" ? CannotAnswer::kNotAvailable
                                                   : CannotAnswer::kInternalError;
    }
}

}  // namespace

Result<FindResponse> read_find_response(xml::Element payload) {
    FindResponse out;
    TRY(read_answered(payload, kFindResponse, out));
    xml::Element const act = child(payload, "controlActProcess");
    Problems problems;
    for (xml::Element subject : children(act, "subject")) {
        xml::Element const event = child(subject, "registrationEvent");
        if (!event) continue;
        if (out.patients.size() == kMaxPatients)
            return Error(Code::kTooLarge, "too many patients in one answer");
        FoundPatient patient;
        TRY(read_patient(event, patient, problems));
        if (!patient.ids.empty()) out.patients.push_back(std::move(patient));
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent);
    for (xml::Element reason : children(act, "reasonOf"))
        read_issue(child(reason, "detectedIssueEvent"), out);
    return out;
}

Result<CrossReferenceResponse> read_cross_reference_response(xml::Element payload) {
    CrossReferenceResponse out;
    TRY(read_answered(payload, kIdsResponse, out));
    xml::Element const event =
        child(child(child(payload, "controlActProcess"), "subject"), "registrationEvent");
    xml::Element const patient = child(child(event, "subject1"), "patient");
    TRY(read_ids(patient, out.ids));
    TRY(read_other_ids(child(patient, "patientPerson"), out.ids));
    return out;
}

Result<std::vector<PatientLocation>> read_patient_location_response(xml::Element payload) {
    if (!payload.is(kXcpd, "PatientLocationQueryResponse"))
        return Error(Code::kInvalidMessage, "the body is no PatientLocationQueryResponse");
    std::vector<PatientLocation> out;
    auto const id_of = [](xml::Element element) {
        return domain::PatientId{attribute_of(element, "extension"), attribute_of(element, "root")};
    };
    for (xml::Element each = payload.first_child(kXcpd, "PatientLocationResponse"); each;
         each = each.next_sibling(kXcpd, "PatientLocationResponse")) {
        if (out.size() == kMaxEntries) return Error(Code::kTooLarge, "too many locations");
        PatientLocation location;
        location.home_community = trim(each.first_child(kXcpd, "HomeCommunityId").text());
        location.corresponding = id_of(each.first_child(kXcpd, "CorrespondingPatientId"));
        location.requested = id_of(each.first_child(kXcpd, "RequestedPatientId"));
        if (!location.home_community.empty() && !location.corresponding.id.empty())
            out.push_back(std::move(location));
    }
    return out;
}

}  // namespace musubi::hl7v3
