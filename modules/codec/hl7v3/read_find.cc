#include "codec/hl7v3/data_types.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/problems.h"
#include "codec/hl7v3/read.h"
#include "platform/base/text.h"

#include <algorithm>
#include <charconv>

namespace musubi::hl7v3 {
namespace {

class FindReader {
public:
    FindReader(FindRules rules, FindQuery& to, Problems& problems)
        : rules_(rules), to_(to), problems_(problems) {}

    void read_control(xml::Element query);
    void read_parameters(xml::Element list);

private:
    void read_parameter(std::string_view name, xml::Element value);
    void read_id(xml::Element value);
    void read_name(xml::Element value, std::vector<domain::NameCriterion>& to);
    void read_birth(xml::Element value);
    void read_address_criterion(xml::Element value);
    void read_phone(xml::Element value);
    void check_criteria(xml::Element list);
    void read_degree(xml::Element query);
    std::string date_of(xml::Element bound);
    std::optional<int> number_of(xml::Element element, int least, int most);

    FindRules rules_;
    FindQuery& to_;
    Problems& problems_;
};

std::optional<int> FindReader::number_of(xml::Element element, int least, int most) {
    if (!element || is_null(element)) return std::nullopt;
    std::string const text = attribute_of(element, "value");
    int value = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value < least ||
        value > most) {
        problems_.add(Reason::kDataType, element, "not a number in its range");
        return std::nullopt;
    }
    return value;
}

void FindReader::read_degree(xml::Element query) {
    xml::Element const list = child(query, "matchCriterionList");
    to_.criteria.minimum_degree =
        number_of(child(child(list, "minimumDegreeMatch"), "value"), 0, 100);
    to_.algorithm = trim(child(child(list, "matchAlgorithm"), "value").text());
}

void FindReader::read_control(xml::Element query) {
    to_.query_id = read_instance_id(child(query, "queryId"));
    xml::Element const modality = child(query, "responseModalityCode");
    if (std::string const code = attribute_of(modality, "code"); !code.empty() && code != "R") {
        problems_.add(Reason::kUnsupportedProcessingId, modality, "response modality is not R");
    }
    xml::Element const priority = child(query, "responsePriorityCode");
    std::string const code = attribute_of(priority, "code");
    to_.deferred = rules_ == FindRules::kXcpd && code == "D";
    if (!code.empty() && code != "I" && !to_.deferred) {
        problems_.add(Reason::kUnsupportedProcessingId, priority, "response priority is not I");
    }
    if (rules_ == FindRules::kPdq) {
        to_.initial_quantity = number_of(child(query, "initialQuantity"), 1, 1'000'000);
    }
    read_degree(query);
}

void FindReader::read_id(xml::Element value) {
    domain::IdCriterion criterion{read_identifier(value)};
    if (criterion.id.id.empty()) {
        problems_.add(Reason::kRequiredFieldMissing, value, "identifier without extension");
        return;
    }
    to_.criteria.ids.push_back(std::move(criterion));
}

void FindReader::read_name(xml::Element value, std::vector<domain::NameCriterion>& to) {
    domain::NameCriterion criterion = read_name_criterion(value);
    if (criterion.fuzzy && rules_ == FindRules::kXcpd) {
        problems_.add(Reason::kDataType, value, "use SRCH is not for discovery");
    }
    if (!criterion.family.empty() || !criterion.given.empty() || !criterion.middle.empty())
        to.push_back(std::move(criterion));
}

/// Day precision is what criteria have: hours of birth are rarely known to both sides.
std::string FindReader::date_of(xml::Element bound) {
    std::string time = attribute_of(bound, "value");
    if (time.empty()) return time;
    if (!is_time(time)) {
        problems_.add(Reason::kDataType, bound, "not a point in time");
        return {};
    }
    time = time.substr(0, time.find_first_of(".+-"));
    return time.substr(0, 8);
}

void FindReader::read_birth(xml::Element value) {
    if (to_.criteria.birth) {
        problems_.add(Reason::kSegmentSequence, value, "more than one birth time");
        return;
    }
    domain::DateRange range;
    if (value.attribute("value")) {
        range.low = date_of(value);
        range.high = range.low;
    } else {
        range.low = date_of(child(value, "low"));
        range.high = date_of(child(value, "high"));
        if (range.low.empty() && range.high.empty() && child(value, "center"))
            range.low = range.high = date_of(child(value, "center"));
    }
    if (range.low.empty() && range.high.empty()) {
        problems_.add(Reason::kDataType, value, "birth time without value or bounds");
        return;
    }
    to_.criteria.birth = std::move(range);
}

void FindReader::read_address_criterion(xml::Element value) {
    domain::PostalAddress address = read_address(value);
    // As with names, the kind of address is written by habit.
    address.type_code.clear();
    if (address != domain::PostalAddress()) to_.criteria.addresses.push_back(std::move(address));
}

void FindReader::read_phone(xml::Element value) {
    domain::Telecom telecom = read_telecom(value);
    std::string& number = telecom.number.empty() ? telecom.email : telecom.number;
    if (!number.empty()) to_.criteria.phones.push_back(std::move(number));
}

void FindReader::read_parameter(std::string_view name, xml::Element value) {
    auto& criteria = to_.criteria;
    if (name == "livingSubjectName") {
        read_name(value, criteria.names);
    } else if (name == "mothersMaidenName") {
        read_name(value, criteria.mothers_maiden_names);
    } else if (name == "livingSubjectBirthTime") {
        read_birth(value);
    } else if (name == "livingSubjectId") {
        read_id(value);
    } else if (name == "patientAddress") {
        read_address_criterion(value);
    } else if (name == "patientTelecom") {
        read_phone(value);
    } else if (name == "livingSubjectAdministrativeGender") {
        auto sex = read_sex(value);
        if (!sex) {
            problems_.add(Reason::kDataType, value, "not a code of administrative gender");
        } else if (!criteria.sex.empty() && criteria.sex != *sex) {
            problems_.add(Reason::kSegmentSequence, value, "more than one gender");
        } else {
            criteria.sex = std::move(*sex);
        }
    } else if (name == "otherIDsScopingOrganization") {
        // XCPD has no such parameter; whoever sends it gets what discovery gives.
        if (rules_ == FindRules::kXcpd) return;
        domain::SentAuthority authority = read_authority(value);
        if (authority.empty()) {
            problems_.add(Reason::kRequiredFieldMissing, value, "organization without root");
        } else {
            criteria.domains.push_back(std::move(authority));
        }
    } else if (rules_ == FindRules::kXcpd &&
               (name == "livingSubjectBirthPlaceAddress" || name == "livingSubjectBirthPlaceName" ||
                name == "principalCareProviderId")) {
        if (std::find(to_.ignored.begin(), to_.ignored.end(), name) == to_.ignored.end())
            to_.ignored.emplace_back(name);
    } else {
        // Leaving a condition out would find the wrong people.
        problems_.add(Reason::kSegmentSequence, value.parent(), "parameter is not offered");
    }
}

void FindReader::check_criteria(xml::Element list) {
    auto const& c = to_.criteria;
    bool const by_name = !c.names.empty() || !c.mothers_maiden_names.empty();
    bool const by_person =
        by_name || c.birth || !c.sex.empty() || !c.addresses.empty() || !c.phones.empty();
    to_.by_id_only = !c.ids.empty() && !by_person;
    if (c.ids.empty() && !by_person) {
        problems_.add(Reason::kRequiredFieldMissing, list, "nothing to search by");
    } else if (rules_ == FindRules::kXcpd && c.ids.empty()) {
        if (c.names.empty()) {
            problems_.add(Reason::kRequiredFieldMissing, xpath_of(list) + "/livingSubjectName",
                          "a name is required unless an id is given");
        }
        if (!c.birth) {
            problems_.add(Reason::kRequiredFieldMissing, xpath_of(list) + "/livingSubjectBirthTime",
                          "a birth time is required unless an id is given");
        }
    }
}

void FindReader::read_parameters(xml::Element list) {
    for (xml::Element parameter : list.children()) {
        std::string_view const name = parameter.local_name();
        if (parameter.namespace_uri() != kHl7 || name == "id" || name == "realmCode" ||
            name == "typeId" || name == "templateId") {
            continue;
        }
        for (xml::Element value : children(parameter, "value")) {
            if (!is_null(value) || name == "livingSubjectAdministrativeGender")
                read_parameter(name, value);
        }
    }
    if (problems_.empty()) check_criteria(list);
}

}  // namespace

Result<FindQuery> read_find_query(xml::Element payload, FindRules rules) {
    if (!payload.is(kHl7, kFindRequest))
        return Error(Code::kInvalidMessage, "the body is no PRPA_IN201305UV02");
    Header const header = read_header(payload);
    Problems rejects;
    check_header(header, payload, rejects);
    if (!rejects.empty()) return rejects.error(Code::kUnsupported);

    FindQuery out;
    out.respond_to = header.respond_to;
    out.home_community = header.sender.organization;
    out.author_authority = header.author_authority;
    Problems problems;
    xml::Element const query = child(child(payload, "controlActProcess"), "queryByParameter");
    xml::Element const list = child(query, "parameterList");
    if (!list) {
        problems.add(Reason::kRequiredFieldMissing, payload, "no parameter list");
        return problems.error(Code::kInvalidContent);
    }
    std::size_t values = 0;
    for (xml::Element parameter : list.children())
        values += 1 + children(parameter, "value").size();
    if (values > kMaxEntries) return Error(Code::kTooLarge, "too many criteria");
    FindReader reader(rules, out, problems);
    reader.read_control(query);
    reader.read_parameters(list);
    if (!problems.empty()) return problems.error(Code::kInvalidContent);
    return out;
}

}  // namespace musubi::hl7v3
