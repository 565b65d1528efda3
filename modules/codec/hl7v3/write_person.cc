#include "codec/hl7v3/data_types.h"
#include "codec/hl7v3/names.h"
#include "codec/hl7v3/write_parts.h"

#include <algorithm>

namespace musubi::hl7v3 {
namespace {

/// Codes come from feeds of any protocol; v3 takes no white space in them.
bool is_code(std::string_view text) {
    return !text.empty() && text.find_first_of(" \t\r\n") == std::string_view::npos;
}

void write_code(xml::Writer& w, std::string_view name, std::string_view code) {
    if (is_code(code)) leaf(w, name, {{"code", code}});
}

void write_time(xml::Writer& w, std::string_view name, std::string_view time) {
    if (is_time(time)) leaf(w, name, {{"value", time}});
}

void write_flag(xml::Writer& w, std::string_view name, std::string_view flag) {
    if (flag == "Y") leaf(w, name, {{"value", "true"}});
    if (flag == "N") leaf(w, name, {{"value", "false"}});
}

/// EntityNameUse from table 0200; what has no counterpart is not told.
std::string name_use(domain::PersonName const& name) {
    std::string use = name.type_code == "L" ? "L" : "";
    if (name.type_code == "A" || name.type_code == "S" || name.type_code == "N") use = "P";
    if (name.type_code == "T") use = "I";
    std::string_view const script = script_use(name.script);
    if (!use.empty() && !script.empty()) use += ' ';
    use += script;
    return use;
}

void write_part(xml::Writer& w, std::string_view name, std::string_view text) {
    if (!text.empty()) w.element(name, text);
}

void write_name(xml::Writer& w, domain::PersonName const& name) {
    open(w, "name", {{"use", name_use(name)}});
    write_name_parts(w, name);
    w.end();
}

bool is_written(domain::PersonName const& name) { return !is_empty(name); }

void write_names(xml::Writer& w, domain::Demographics const& person) {
    if (std::none_of(person.names.begin(), person.names.end(), is_written)) {
        leaf(w, "name", {{"nullFlavor", "NA"}});
        return;
    }
    for (auto const& name : person.names) {
        if (is_written(name)) write_name(w, name);
    }
}

}  // namespace

std::string_view script_use(domain::Script script) {
    switch (script) {
        case domain::Script::kUntold: return "";
        case domain::Script::kIdeographic: return "IDE";
        case domain::Script::kPhonetic: return "SYL";
        case domain::Script::kAlphabetic: return "ABC";
    }
    return "";
}

void write_name_parts(xml::Writer& w, domain::PersonName const& name) {
    write_part(w, "prefix", name.prefix);
    if (!name.family.empty()) {
        bool const from_birth = name.type_code == "B" || name.type_code == "M";
        open(w, "family", {{"qualifier", from_birth ? "BR" : ""}}).text(name.family).end();
    }
    write_part(w, "given", name.given);
    write_part(w, "given", name.middle);
    write_part(w, "suffix", name.suffix);
}

std::string url_of(domain::Telecom const& telecom) {
    bool const mail = telecom.number.empty();
    std::string_view const text = mail ? telecom.email : telecom.number;
    std::string url = mail ? "mailto:" : telecom.equipment == "FX" ? "fax:" : "tel:";
    std::size_t const empty = url.size();
    constexpr std::string_view kPlain = "-._~+;=@()*,!$&'/:";
    for (char c : text) {
        bool const alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (alphanumeric || kPlain.find(c) != std::string_view::npos) url += c;
    }
    return url.size() == empty ? std::string() : url;
}

namespace {

void write_telecoms(xml::Writer& w, std::vector<domain::Telecom> const& telecoms, bool business) {
    for (auto const& telecom : telecoms) {
        std::string const url = url_of(telecom);
        if (url.empty()) continue;
        std::string_view use = business ? "WP" : "HP";
        if (telecom.equipment == "CP") use = business ? "WP MC" : "MC";
        if (telecom.use_code == "EMR") use = "EC";
        leaf(w, "telecom", {{"value", url}, {"use", use}});
    }
}

void write_sex(xml::Writer& w, std::string_view sex) {
    constexpr std::string_view kName = "administrativeGenderCode";
    if (sex == "M" || sex == "F") {
        leaf(w, kName, {{"code", sex}, {"codeSystem", kGenderCodes}});
    } else if (sex == "O" || sex == "A") {
        leaf(w, kName, {{"code", "UN"}, {"codeSystem", kGenderCodes}});
    } else if (sex == "U") {
        leaf(w, kName, {{"nullFlavor", "UNK"}});
    } else if (sex == "N") {
        leaf(w, kName, {{"nullFlavor", "NA"}});
    }
}

std::string_view address_use(std::string_view type) {
    if (type == "H") return "H";
    if (type == "B" || type == "O") return "WP";
    if (type == "C") return "TMP";
    if (type == "M") return "PST";
    return "";
}

}  // namespace

void write_address_parts(xml::Writer& w, domain::PostalAddress const& address) {
    write_part(w, "streetAddressLine", address.street.empty() ? address.whole : address.street);
    write_part(w, "additionalLocator", address.other);
    write_part(w, "city", address.city);
    write_part(w, "state", address.state);
    write_part(w, "postalCode", address.postal_code);
    write_part(w, "country", address.country);
}

namespace {

void write_address(xml::Writer& w, domain::PostalAddress const& address) {
    open(w, "addr", {{"use", address_use(address.type_code)}});
    write_address_parts(w, address);
    w.end();
}

void write_other_id(xml::Writer& w, std::string_view authority, domain::LocalId const* id) {
    open(w, "asOtherIDs", {{"classCode", "PAT"}});
    if (id != nullptr) {
        leaf(w, "id", {{"root", authority}, {"extension", id->id.id}});
    } else {
        leaf(w, "id", {{"nullFlavor", "NA"}});
    }
    open(w, "scopingOrganization", {{"classCode", "ORG"}, {"determinerCode", "INSTANCE"}});
    leaf(w, "id", {{"root", authority}});
    w.end().end();
}

void write_other_ids(xml::Writer& w, Hit const& hit) {
    for (auto const& id : hit.other_ids) write_other_id(w, id.id.authority, &id);
    for (auto const& domain : hit.missing_domains) write_other_id(w, domain, nullptr);
}

void write_mother(xml::Writer& w, domain::Demographics const& person) {
    auto const& names = person.mothers_maiden_names;
    if (std::none_of(names.begin(), names.end(), is_written)) return;
    open(w, "personalRelationship", {{"classCode", "PRS"}});
    leaf(w, "code", {{"code", "MTH"}, {"codeSystem", kRoleCodes}});
    open(w, "relationshipHolder1", {{"classCode", "PSN"}, {"determinerCode", "INSTANCE"}});
    for (auto const& name : names) {
        if (is_written(name)) write_name(w, name);
    }
    w.end().end();
}

void write_birth_place(xml::Writer& w, std::string_view place) {
    if (place.empty()) return;
    open(w, "birthPlace", {{"classCode", "BIRTHPL"}});
    open(w, "birthplace", {{"classCode", "PLC"}, {"determinerCode", "INSTANCE"}});
    w.element("name", place).end().end();
}

void write_nationality(xml::Writer& w, std::string_view nation) {
    if (!is_code(nation)) return;
    open(w, "asCitizen", {{"classCode", "CIT"}});
    open(w, "politicalNation", {{"classCode", "NAT"}, {"determinerCode", "INSTANCE"}});
    write_code(w, "code", nation);
    w.end().end();
}

void open_person(xml::Writer& w) {
    open(w, "patientPerson", {{"classCode", "PSN"}, {"determinerCode", "INSTANCE"}});
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void write_attributes(xml::Writer& w, domain::Demographics const& person) {
    write_telecoms(w, person.home_phones, false);
    write_telecoms(w, person.business_phones, true);
    write_sex(w, person.sex);
    write_time(w, "birthTime", person.birth_time);
    write_flag(w, "deceasedInd", person.death_indicator);
    write_time(w, "deceasedTime", person.death_time);
    write_flag(w, "multipleBirthInd", person.multiple_birth);
    if (is_number(person.birth_order))
        leaf(w, "multipleBirthOrderNumber", {{"value", person.birth_order}});
    for (auto const& address : person.addresses) write_address(w, address);
    write_code(w, "maritalStatusCode", person.marital_status);
    write_code(w, "religiousAffiliationCode", person.religion);
    write_nationality(w, person.nationality);
}

}  // namespace

void write_ids(xml::Writer& w, std::vector<domain::LocalId> const& ids) {
    for (auto const& id : ids) leaf(w, "id", {{"root", id.id.authority}, {"extension", id.id.id}});
    if (ids.empty()) leaf(w, "id", {{"nullFlavor", "NA"}});
}

void write_provider(xml::Writer& w, std::string_view oid, std::string_view name) {
    if (oid.empty()) return;
    open(w, "providerOrganization", {{"classCode", "ORG"}, {"determinerCode", "INSTANCE"}});
    leaf(w, "id", {{"root", oid}});
    write_part(w, "name", name);
    leaf(w, "contactParty", {{"classCode", "CON"}});
    w.end();
}

void write_person(xml::Writer& w, Hit const& hit) {
    open_person(w);
    if (hit.without_demographics) {
        leaf(w, "name", {{"nullFlavor", "NA"}});
        write_other_ids(w, hit);
        w.end();
        return;
    }
    write_names(w, hit.person);
    write_attributes(w, hit.person);
    write_other_ids(w, hit);
    write_mother(w, hit.person);
    write_birth_place(w, hit.person.birth_place);
    if (is_code(hit.person.language)) {
        w.start("languageCommunication");
        write_code(w, "languageCode", hit.person.language);
        w.end();
    }
    w.end();
}

void write_nameless_person(xml::Writer& w) {
    open_person(w);
    leaf(w, "name", {{"nullFlavor", "NA"}});
    w.end();
}

}  // namespace musubi::hl7v3
