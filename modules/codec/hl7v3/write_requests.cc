#include "codec/hl7v3/initiate.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/write_parts.h"

namespace musubi::hl7v3 {
namespace {

void semantics(xml::Writer& w, std::string_view text) { w.element("semanticsText", text); }

void write_query_head(xml::Writer& w, InstanceId const& query_id) {
    w.start("queryByParameter");
    leaf(w, "queryId", {{"root", query_id.root}, {"extension", query_id.extension}});
    leaf(w, "statusCode", {{"code", "new"}});
}

void write_names(xml::Writer& w, std::string_view parameter, std::string_view meaning,
                 std::vector<domain::NameCriterion> const& names) {
    for (domain::NameCriterion const& name : names) {
        w.start(parameter);
        std::string use(script_use(name.script));
        if (name.fuzzy) use += use.empty() ? "SRCH" : " SRCH";
        domain::PersonName parts;
        parts.family = name.family;
        parts.given = name.given;
        parts.middle = name.middle;
        open(w, "value", {{"use", use}});
        write_name_parts(w, parts);
        w.end();
        semantics(w, meaning);
        w.end();
    }
}

void write_sex(xml::Writer& w, std::string const& sex) {
    if (sex.empty()) return;
    w.start("livingSubjectAdministrativeGender");
    if (sex == "U" || sex == "N") {
        leaf(w, "value", {{"nullFlavor", sex == "U" ? "UNK" : "NA"}});
    } else {
        bool const plain = sex == "M" || sex == "F";
        leaf(w, "value", {{"code", plain ? sex : "UN"}, {"codeSystem", kGenderCodes}});
    }
    semantics(w, "LivingSubject.administrativeGender");
    w.end();
}

void write_birth(xml::Writer& w, std::optional<domain::DateRange> const& birth) {
    if (!birth) return;
    w.start("livingSubjectBirthTime");
    if (birth->low == birth->high) {
        leaf(w, "value", {{"value", birth->low}});
    } else {
        w.start("value");
        if (!birth->low.empty()) leaf(w, "low", {{"value", birth->low}});
        if (!birth->high.empty()) leaf(w, "high", {{"value", birth->high}});
        w.end();
    }
    semantics(w, "LivingSubject.birthTime");
    w.end();
}

void write_addresses(xml::Writer& w, std::vector<domain::PostalAddress> const& addresses) {
    if (addresses.empty()) return;
    w.start("patientAddress");
    for (auto const& address : addresses) {
        w.start("value");
        write_address_parts(w, address);
        w.end();
    }
    semantics(w, "Patient.addr");
    w.end();
}

void write_phones(xml::Writer& w, std::vector<std::string> const& phones) {
    std::vector<std::string> urls;
    for (std::string const& phone : phones) {
        domain::Telecom telecom;
        (phone.find('@') == std::string::npos ? telecom.number : telecom.email) = phone;
        if (auto url = url_of(telecom); !url.empty()) urls.push_back(std::move(url));
    }
    if (urls.empty()) return;
    w.start("patientTelecom");
    for (auto const& url : urls) leaf(w, "value", {{"value", url}});
    semantics(w, "Patient.telecom");
    w.end();
}

/// In the order of the schema.
void write_parameters(xml::Writer& w, domain::DemographicsQuery const& criteria) {
    w.start("parameterList");
    write_sex(w, criteria.sex);
    write_birth(w, criteria.birth);
    for (domain::IdCriterion const& wanted : criteria.ids) {
        w.start("livingSubjectId");
        leaf(w, "value", {{"root", wanted.id.authority.universal_id}, {"extension", wanted.id.id}});
        semantics(w, "LivingSubject.id");
        w.end();
    }
    write_names(w, "livingSubjectName", "LivingSubject.name", criteria.names);
    write_names(w, "mothersMaidenName", "Person.MothersMaidenName", criteria.mothers_maiden_names);
    for (domain::SentAuthority const& domain : criteria.domains) {
        w.start("otherIDsScopingOrganization");
        leaf(w, "value", {{"root", domain.universal_id}});
        semantics(w, "OtherIDs.scopingOrganization.id");
        w.end();
    }
    write_addresses(w, criteria.addresses);
    write_phones(w, criteria.phones);
    w.end();
}

void write_degree(xml::Writer& w, std::optional<int> degree) {
    if (!degree) return;
    w.start("matchCriterionList").start("minimumDegreeMatch");
    leaf(w, "value", {{"xsi:type", "INT"}, {"value", std::to_string(*degree)}});
    semantics(w, "MinimumDegreeMatch");
    w.end().end();
}

}  // namespace

std::string write_find_request(Seal const& seal, FindRequest const& request) {
    xml::Writer w;
    open_message(
        w,
        {kFindRequest, "AL", seal.processing_code, seal.self, request.receiver, request.respond_to},
        seal);
    open_control_act(w, "PRPA_TE201305UV02");
    if (!request.author_authority.empty()) {
        open(w, "authorOrPerformer", {{"typeCode", "AUT"}});
        open(w, "assignedDevice", {{"classCode", "ASSIGNED"}});
        leaf(w, "id", {{"root", request.author_authority}});
        w.end().end();
    }
    write_query_head(w, request.query_id);
    leaf(w, "responseModalityCode", {{"code", "R"}});
    leaf(w, "responsePriorityCode", {{"code", request.respond_to.empty() ? "I" : "D"}});
    if (request.initial_quantity) {
        leaf(w, "initialQuantity", {{"value", std::to_string(*request.initial_quantity)}});
        leaf(w, "initialQuantityCode", {{"code", "RD"}});
    }
    write_degree(w, request.criteria.minimum_degree);
    write_parameters(w, request.criteria);
    return w.take();
}

std::string write_cross_reference_request(Seal const& seal, CrossReferenceRequest const& request) {
    xml::Writer w;
    open_message(w, {kIdsRequest, "AL", seal.processing_code, seal.self, request.receiver}, seal);
    open_control_act(w, "PRPA_TE201309UV02");
    write_query_head(w, request.query_id);
    leaf(w, "responsePriorityCode", {{"code", "I"}});
    w.start("parameterList");
    for (std::string const& domain : request.domains) {
        w.start("dataSource");
        leaf(w, "value", {{"root", domain}});
        semantics(w, "DataSource.id");
        w.end();
    }
    w.start("patientIdentifier");
    leaf(w, "value", {{"root", request.id.authority}, {"extension", request.id.id}});
    semantics(w, "Patient.id");
    return w.take();
}

std::string write_patient_location_query(domain::PatientId const& requested) {
    xml::Writer w;
    open(w, "PatientLocationQueryRequest", {{"xmlns", kXcpd}});
    leaf(w, "RequestedPatientId", {{"root", requested.authority}, {"extension", requested.id}});
    return w.take();
}

}  // namespace musubi::hl7v3
