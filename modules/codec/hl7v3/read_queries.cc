#include "codec/hl7v3/data_types.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/problems.h"
#include "codec/hl7v3/read.h"

#include <charconv>

namespace musubi::hl7v3 {
namespace {

std::optional<int> number_of(xml::Element element) {
    std::string const text = attribute_of(element, "value");
    int value = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

void read_data_sources(xml::Element list, domain::CrossReferenceQuery& query, Problems& problems) {
    for (xml::Element source : children(list, "dataSource")) {
        for (xml::Element value : children(source, "value")) {
            domain::SentAuthority authority = read_authority(value);
            if (authority.empty()) {
                problems.add(Reason::kRequiredFieldMissing, value, "data source without root");
                continue;
            }
            query.domains.push_back(std::move(authority));
        }
    }
}

void read_patient_identifier(xml::Element list, domain::CrossReferenceQuery& query,
                             Problems& problems) {
    auto const parameters = children(list, "patientIdentifier");
    if (parameters.size() > 1) {
        problems.add(Reason::kSegmentSequence, parameters[1], "more than one patient identifier");
    }
    auto const values =
        parameters.empty() ? std::vector<xml::Element>() : children(parameters.front(), "value");
    if (values.empty()) {
        problems.add(Reason::kRequiredFieldMissing, xpath_of(list) + "/patientIdentifier/value",
                     "patient identifier is missing");
        return;
    }
    if (values.size() > 1) {
        problems.add(Reason::kSegmentSequence, values[1], "more than one patient identifier");
    }
    query.id = read_identifier(values.front());
    if (query.id.id.empty() || query.id.authority.empty()) {
        problems.add(Reason::kRequiredFieldMissing, values.front(),
                     "patient identifier without root or extension");
    }
}

}  // namespace

Result<domain::CrossReferenceQuery> read_cross_reference_query(xml::Element payload) {
    if (!payload.is(kHl7, kIdsRequest))
        return Error(Code::kInvalidMessage, "the body is no PRPA_IN201309UV02");
    Problems rejects;
    check_header(read_header(payload), payload, rejects);
    if (!rejects.empty()) return rejects.error(Code::kUnsupported);
    Problems problems;
    domain::CrossReferenceQuery query;
    xml::Element const list =
        child(child(child(payload, "controlActProcess"), "queryByParameter"), "parameterList");
    if (!list) {
        problems.add(Reason::kRequiredFieldMissing, payload, "no parameter list");
        return problems.error(Code::kInvalidContent);
    }
    std::size_t values = 0;
    for (xml::Element parameter : list.children()) values += children(parameter, "value").size();
    if (values > kMaxEntries) return Error(Code::kTooLarge, "too many parameters");
    read_patient_identifier(list, query, problems);
    read_data_sources(list, query, problems);
    if (!problems.empty()) return problems.error(Code::kInvalidContent);
    return query;
}

Result<Continuation> read_continuation(xml::Element payload) {
    bool const named_cancel = payload.is(kHl7, kCancel);
    if (!named_cancel && !payload.is(kHl7, kContinuation))
        return Error(Code::kInvalidMessage, "the body is no QUQI_IN000003UV01");
    Problems rejects;
    check_header(read_header(payload), payload, rejects);
    if (!rejects.empty()) return rejects.error(Code::kUnsupported);
    Continuation out;
    Problems problems;
    out.answered =
        read_instance_id(child(child(child(payload, "acknowledgement"), "targetMessage"), "id"));
    xml::Element const act = child(payload, "controlActProcess");
    xml::Element const query = child(act, "queryContinuation");
    out.query_id = read_instance_id(child(query, "queryId"));
    if (out.query_id.empty()) {
        problems.add(Reason::kRequiredFieldMissing,
                     xpath_of(payload) + "/controlActProcess/queryContinuation/queryId",
                     "query id is missing");
    }
    out.start = number_of(child(query, "startResultNumber"));
    out.quantity = number_of(child(query, "continuationQuantity"));
    std::string const status = attribute_of(child(query, "statusCode"), "code");
    // Plain name and own name are both in use for cancelling (ITI TF-2 3.47.4.4).
    out.cancel = named_cancel || status == "aborted";
    bool const wrong_start = out.start && *out.start < 1;
    bool const wrong_quantity =
        out.quantity && (*out.quantity < 0 || (!out.cancel && *out.quantity == 0));
    if (wrong_start || wrong_quantity) {
        problems.add(Reason::kDataType, query, "not a number of results");
    }
    if (!problems.empty()) return problems.error(Code::kInvalidContent);
    return out;
}

Result<domain::SentIdentifier> read_patient_location_query(xml::Element payload) {
    if (!payload.is(kXcpd, "PatientLocationQueryRequest"))
        return Error(Code::kInvalidMessage, "the body is no PatientLocationQueryRequest");
    xml::Element const value = payload.first_child(kXcpd, "RequestedPatientId");
    domain::SentIdentifier id = read_identifier(value);
    if (id.id.empty() || id.authority.universal_id.empty()) {
        Problems problems;
        problems.add(Reason::kRequiredFieldMissing, xpath_of(payload) + "/RequestedPatientId",
                     "patient identifier without root or extension");
        return problems.error(Code::kInvalidContent);
    }
    return id;
}

}  // namespace musubi::hl7v3
