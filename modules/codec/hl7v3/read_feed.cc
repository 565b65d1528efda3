#include "codec/hl7v3/data_types.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/problems.h"
#include "codec/hl7v3/read.h"
#include "codec/hl7v3/read_parts.h"
#include "platform/base/text.h"

namespace musubi::hl7v3 {
namespace {

struct Kind {
    std::string_view interaction;
    domain::FeedEvent event;
    std::string_view trigger;
};
constexpr Kind kKinds[] = {
    {kAddPatient, domain::FeedEvent::kAdd, "PRPA_TE201301UV02"},
    {kRevisePatient, domain::FeedEvent::kUpdate, "PRPA_TE201302UV02"},
    {kMergePatients, domain::FeedEvent::kMerge, "PRPA_TE201304UV02"},
};

Kind const* kind_of(xml::Element payload) {
    for (Kind const& kind : kKinds) {
        if (payload.is(kHl7, kind.interaction)) return &kind;
    }
    return nullptr;
}

/// `read` makes one value; elements with a nullFlavor give none, so that a list of nulls deletes
/// what is stored. What is masked was not sent.
template <class T, class Read>
domain::Sent<std::vector<T>> read_list(std::vector<xml::Element> const& elements,
                                       Read const& read) {
    domain::Sent<std::vector<T>> list;
    for (xml::Element element : elements) {
        if (is_masked(element)) continue;
        if (!list) list.emplace();
        if (!is_null(element)) list->push_back(read(element));
    }
    return list;
}

domain::Sent<std::string> read_attribute(xml::Element element, std::string_view name) {
    if (!element || is_masked(element)) return std::nullopt;
    return attribute_of(element, name);
}

domain::Sent<std::string> read_flag(xml::Element element) {
    auto value = read_attribute(element, "value");
    if (value) *value = *value == "true" ? "Y" : *value == "false" ? "N" : "";
    return value;
}

domain::Sent<std::string> read_time(xml::Element element, Problems& problems) {
    auto value = read_attribute(element, "value");
    if (value && !value->empty() && !is_time(*value)) {
        problems.add(Reason::kDataType, element, "not a point in time");
    }
    return value;
}

domain::Sent<std::string> read_sex_of(xml::Element element, Problems& problems) {
    if (!element || is_masked(element)) return std::nullopt;
    auto sex = read_sex(element);
    if (!sex) problems.add(Reason::kDataType, element, "not a code of administrative gender");
    return sex;
}

void read_names(xml::Element person, domain::DemographicsChange& to) {
    auto names = read_list<domain::PersonName>(children(person, "name"), read_name);
    if (!names) return;
    to.names.emplace();
    for (domain::PersonName& name : *names) {
        if (is_empty(name)) continue;
        auto& list = name.type_code == "A" ? to.aliases : to.names;
        if (!list) list.emplace();
        list->push_back(std::move(name));
    }
}

void read_telecoms(xml::Element person, domain::DemographicsChange& to) {
    std::vector<xml::Element> home;
    std::vector<xml::Element> business;
    for (xml::Element each : children(person, "telecom"))
        (is_business(each) ? business : home).push_back(each);
    to.home_phones = read_list<domain::Telecom>(home, read_telecom);
    to.business_phones = read_list<domain::Telecom>(business, read_telecom);
}

void read_mother(xml::Element person, domain::DemographicsChange& to) {
    for (xml::Element relation : children(person, "personalRelationship")) {
        if (attribute_of(child(relation, "code"), "code") != "MTH") continue;
        to.mothers_maiden_names = read_list<domain::PersonName>(
            children(child(relation, "relationshipHolder1"), "name"), read_name);
        return;
    }
}

domain::Sent<std::string> read_birth_place(xml::Element person) {
    xml::Element const birth_place = child(person, "birthPlace");
    if (!birth_place) return std::nullopt;
    xml::Element const name = child(child(birth_place, "birthplace"), "name");
    if (name) return std::string(trim(name.text()));
    domain::PostalAddress const address = read_address(child(birth_place, "addr"));
    std::string place = address.whole;
    for (std::string const* part : {&address.state, &address.city, &address.street}) {
        if (part->empty()) continue;
        if (!place.empty()) place += ' ';
        place += *part;
    }
    return place;
}

}  // namespace

void read_person(xml::Element person, domain::DemographicsChange& to, Problems& problems) {
    read_names(person, to);
    read_telecoms(person, to);
    read_mother(person, to);
    to.addresses = read_list<domain::PostalAddress>(children(person, "addr"), read_address);
    to.sex = read_sex_of(child(person, "administrativeGenderCode"), problems);
    to.birth_time = read_time(child(person, "birthTime"), problems);
    to.death_time = read_time(child(person, "deceasedTime"), problems);
    to.death_indicator = read_flag(child(person, "deceasedInd"));
    to.multiple_birth = read_flag(child(person, "multipleBirthInd"));
    to.birth_order = read_attribute(child(person, "multipleBirthOrderNumber"), "value");
    to.marital_status = read_attribute(child(person, "maritalStatusCode"), "code");
    to.religion = read_attribute(child(person, "religiousAffiliationCode"), "code");
    to.nationality =
        read_attribute(child(child(child(person, "asCitizen"), "politicalNation"), "code"), "code");
    to.language =
        read_attribute(child(child(person, "languageCommunication"), "languageCode"), "code");
    to.birth_place = read_birth_place(person);
}

namespace {

std::vector<domain::SentIdentifier> read_ids(xml::Element of, Problems& problems) {
    std::vector<domain::SentIdentifier> ids;
    for (xml::Element element : children(of, "id")) {
        if (is_null(element)) continue;
        domain::SentIdentifier id = read_identifier(element);
        if (id.id.empty()) {
            problems.add(Reason::kRequiredFieldMissing, element, "identifier without extension");
            continue;
        }
        ids.push_back(std::move(id));
    }
    return ids;
}

/// As read_ids, of what need not be in order: no location, no problem.
std::vector<domain::SentIdentifier> ids_as_they_stand(xml::Element of) {
    std::vector<domain::SentIdentifier> ids;
    for (xml::Element each = child(of, "id"); each && ids.size() < kMaxEntries;
         each = each.next_sibling(kHl7, "id")) {
        domain::SentIdentifier id;
        id.id = attribute_of(each, "extension");
        id.authority.universal_id = attribute_of(each, "root");
        if (!id.id.empty()) ids.push_back(std::move(id));
    }
    return ids;
}

/// The only element of its name, or null with a problem told.
xml::Element only(xml::Element of, std::string_view name, Problems& problems) {
    auto const found = children(of, name);
    if (found.size() > 1) {
        problems.add(Reason::kSegmentSequence, found[1], std::string(name) + " repeats");
    }
    if (found.empty()) {
        problems.add(Reason::kRequiredFieldMissing, xpath_of(of) + "/" + std::string(name),
                     std::string(name) + " is missing");
        return {};
    }
    return found.front();
}

void check_status(xml::Element event, std::string_view wanted, Problems& problems) {
    xml::Element const status = child(event, "statusCode");
    std::string const code = attribute_of(status, "code");
    if (!code.empty() && code != wanted) {
        problems.add(Reason::kDataType, status, "status is not " + std::string(wanted));
    }
}

void read_prior(xml::Element event, domain::PatientFeed& feed, Problems& problems) {
    xml::Element const replacement = only(event, "replacementOf", problems);
    if (!replacement) return;
    xml::Element const prior = only(replacement, "priorRegistration", problems);
    if (!prior) return;
    check_status(prior, "obsolete", problems);
    xml::Element const role = child(child(prior, "subject1"), "priorRegisteredRole");
    if (!role) {
        problems.add(Reason::kRequiredFieldMissing, prior, "no prior registered role");
        return;
    }
    // One pair per message: taking one and leaving another would lose a change silently.
    if (only(role, "id", problems)) feed.prior_identifiers = read_ids(role, problems);
    if (feed.prior_identifiers.empty()) {
        problems.add(Reason::kRequiredFieldMissing, xpath_of(role) + "/id",
                     "no prior patient identifier");
    }
}

void read_registration(xml::Element event, domain::PatientFeed& feed, Problems& problems) {
    check_status(event, "active", problems);
    xml::Element const subject = only(event, "subject1", problems);
    xml::Element const patient = subject ? only(subject, "patient", problems) : xml::Element();
    if (!patient) return;
    check_status(patient, "active", problems);
    feed.identifiers = read_ids(patient, problems);
    if (feed.identifiers.empty()) {
        problems.add(Reason::kRequiredFieldMissing, xpath_of(patient) + "/id",
                     "no patient identifier");
    }
    xml::Element const person = only(patient, "patientPerson", problems);
    if (feed.event == domain::FeedEvent::kMerge) {
        read_prior(event, feed, problems);
        return;
    }
    if (xml::Element const replacement = child(event, "replacementOf")) {
        problems.add(Reason::kSegmentSequence, replacement, "only a merge replaces");
    }
    if (person) read_person(person, feed.demographics, problems);
}

bool has_too_many(xml::Element of, int depth) {
    std::size_t count = 0;
    for (xml::Element each : of.children()) {
        if (++count > kMaxEntries || (depth > 0 && has_too_many(each, depth - 1))) return true;
    }
    return false;
}

}  // namespace

Result<domain::PatientFeed> read_patient_feed(xml::Element payload) {
    Kind const* const kind = kind_of(payload);
    if (kind == nullptr)
        return Error(Code::kInvalidMessage, "the body is no patient identity feed");
    Header const header = read_header(payload);
    Problems rejects;
    check_header(header, payload, rejects);
    if (!header.trigger.empty() && header.trigger != kind->trigger) {
        rejects.add(Reason::kUnsupportedEvent, xpath_of(payload) + "/controlActProcess/code",
                    "trigger event is not that of the message");
    }
    if (!rejects.empty()) return rejects.error(Code::kUnsupported);
    // Down to the names of the mother and the ids of the prior registration: each id costs a
    // location.
    if (has_too_many(payload, 8)) return Error(Code::kTooLarge, "too many elements of one kind");

    domain::PatientFeed feed;
    feed.event = kind->event;
    feed.trigger = kind->interaction;
    feed.control_id = header.id.key();
    feed.application = header.sender.device;
    feed.facility = header.sender.organization;
    Problems problems;
    if (header.id.empty()) {
        problems.add(Reason::kRequiredFieldMissing, xpath_of(payload) + "/id",
                     "message id is missing");
    }
    xml::Element const act = only(payload, "controlActProcess", problems);
    xml::Element const subject = act ? only(act, "subject", problems) : xml::Element();
    xml::Element const event =
        subject ? only(subject, "registrationEvent", problems) : xml::Element();
    if (event) read_registration(event, feed, problems);
    if (!problems.empty()) return problems.error(Code::kInvalidContent);
    return feed;
}

domain::PatientFeed outline_of_feed(xml::Element payload) {
    Kind const* const kind = kind_of(payload);
    domain::PatientFeed feed;
    feed.event = kind ? kind->event : domain::FeedEvent::kUpdate;
    feed.control_id = read_header(payload).id.key();
    xml::Element const event =
        child(child(child(payload, "controlActProcess"), "subject"), "registrationEvent");
    feed.identifiers = ids_as_they_stand(child(child(event, "subject1"), "patient"));
    xml::Element const prior = child(child(event, "replacementOf"), "priorRegistration");
    feed.prior_identifiers =
        ids_as_they_stand(child(child(prior, "subject1"), "priorRegisteredRole"));
    return feed;
}

}  // namespace musubi::hl7v3
