#include "codec/hl7v3/data_types.h"

#include "codec/hl7v3/names.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::hl7v3 {
namespace {

void append_word(std::string& to, std::string_view word) {
    if (word.empty()) return;
    if (!to.empty()) to += ' ';
    to += word;
}

/// `use` is a list of words.
bool has_use(xml::Element element, std::string_view wanted) {
    std::string const use = attribute_of(element, "use");
    for (std::string_view word : split(use, ' ')) {
        if (trim(word) == wanted) return true;
    }
    return false;
}

domain::Script script_of(xml::Element name) {
    if (has_use(name, "IDE")) return domain::Script::kIdeographic;
    if (has_use(name, "SYL")) return domain::Script::kPhonetic;
    if (has_use(name, "ABC")) return domain::Script::kAlphabetic;
    return domain::Script::kUntold;
}

/// Table 0200. A pseudonym or stage name is an alias; a name from birth is told by its family name.
std::string type_of(xml::Element name) {
    if (has_use(name, "P") || has_use(name, "A")) return "A";
    if (has_use(name, "I")) return "T";
    for (xml::Element part : children(name, "family")) {
        if (attribute_of(part, "qualifier") == "BR") return "B";
    }
    return has_use(name, "L") ? "L" : "";
}

/// Table 0190.
std::string address_type(xml::Element address) {
    if (has_use(address, "H") || has_use(address, "HP") || has_use(address, "HV")) return "H";
    if (has_use(address, "WP")) return "B";
    if (has_use(address, "TMP")) return "C";
    if (has_use(address, "PST")) return "M";
    return "";
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

xml::Element child(xml::Element of, std::string_view name) { return of.first_child(kHl7, name); }

std::vector<xml::Element> children(xml::Element of, std::string_view name) {
    std::vector<xml::Element> found;
    for (xml::Element each = child(of, name); each; each = each.next_sibling(kHl7, name))
        found.push_back(each);
    return found;
}

std::string attribute_of(xml::Element of, std::string_view name) {
    return std::string(trim(of.attribute(name).value_or("")));
}

bool is_null(xml::Element element) { return element.attribute("nullFlavor").has_value(); }
bool is_masked(xml::Element element) { return attribute_of(element, "nullFlavor") == "MSK"; }

InstanceId read_instance_id(xml::Element element) {
    return {attribute_of(element, "root"), attribute_of(element, "extension")};
}

domain::SentAuthority read_authority(xml::Element element) {
    domain::SentAuthority authority;
    authority.universal_id = attribute_of(element, "root");
    if (authority.universal_id.empty()) {
        authority.namespace_id = attribute_of(element, "assigningAuthorityName");
    } else {
        authority.universal_id_type = "ISO";
    }
    authority.location = xpath_of(element);
    return authority;
}

domain::SentIdentifier read_identifier(xml::Element element) {
    domain::SentIdentifier identifier;
    identifier.id = attribute_of(element, "extension");
    identifier.authority = read_authority(element);
    identifier.location = identifier.authority.location;
    return identifier;
}

domain::PersonName read_name(xml::Element element) {
    domain::PersonName name;
    bool has_parts = false;
    for (xml::Element part : element.children()) {
        if (part.namespace_uri() != kHl7) continue;
        std::string_view const kind = part.local_name();
        std::string_view const text = trim(part.text());
        if (kind == "family") {
            append_word(name.family, text);
        } else if (kind == "given") {
            append_word(name.given.empty() ? name.given : name.middle, text);
        } else if (kind == "prefix") {
            append_word(name.prefix, text);
        } else if (kind == "suffix") {
            append_word(name.suffix, text);
        } else {
            continue;
        }
        has_parts = true;
    }
    // A name in one piece: who matches knows how to part family and given name.
    if (!has_parts) name.family = trim(element.text());
    name.type_code = type_of(element);
    name.script = script_of(element);
    return name;
}

bool is_empty(domain::PersonName const& name) {
    return name.family.empty() && name.given.empty() && name.middle.empty();
}

domain::NameCriterion read_name_criterion(xml::Element element) {
    domain::PersonName name = read_name(element);
    domain::NameCriterion criterion;
    criterion.family = std::move(name.family);
    criterion.given = std::move(name.given);
    criterion.middle = std::move(name.middle);
    criterion.script = name.script;
    // Askers mark every name as legal by habit: a type never narrows.
    criterion.fuzzy = has_use(element, "SRCH");
    return criterion;
}

domain::PostalAddress read_address(xml::Element element) {
    domain::PostalAddress address;
    for (xml::Element part : element.children()) {
        if (part.namespace_uri() != kHl7) continue;
        std::string_view const kind = part.local_name();
        std::string_view const text = trim(part.text());
        if (is_one_of(kind, {"streetAddressLine", "streetName", "streetNameBase", "houseNumber",
                             "houseNumberNumeric", "deliveryAddressLine"})) {
            append_word(address.street, text);
        } else if (is_one_of(kind, {"additionalLocator", "unitID", "unitType", "postBox",
                                    "precinct", "county", "careOf", "buildingNumberSuffix"})) {
            append_word(address.other, text);
        } else if (kind == "city") {
            append_word(address.city, text);
        } else if (kind == "state") {
            append_word(address.state, text);
        } else if (kind == "postalCode") {
            append_word(address.postal_code, text);
        } else if (kind == "country") {
            append_word(address.country, text);
        }
    }
    address.whole = trim(element.text());
    address.type_code = address_type(element);
    return address;
}

bool is_business(xml::Element telecom) { return has_use(telecom, "WP"); }

domain::Telecom read_telecom(xml::Element element) {
    domain::Telecom telecom;
    std::string const value = attribute_of(element, "value");
    auto const colon = value.find(':');
    std::string const scheme =
        to_lower_ascii(colon == std::string::npos ? std::string() : value.substr(0, colon));
    std::string_view const rest =
        colon == std::string::npos ? value : std::string_view(value).substr(colon + 1);
    telecom.use_code = is_business(element) ? "WPN" : has_use(element, "EC") ? "EMR" : "PRN";
    if (scheme == "mailto") {
        telecom.email = rest;
        telecom.equipment = "Internet";
        if (!is_business(element)) telecom.use_code = "NET";
        return telecom;
    }
    telecom.equipment = scheme == "fax" ? "FX" : has_use(element, "MC") ? "CP" : "PH";
    bool const known = scheme == "tel" || scheme == "fax" || scheme == "modem";
    telecom.number = known ? std::string(trim(rest)) : value;
    return telecom;
}

std::optional<std::string> read_sex(xml::Element element) {
    std::string code = attribute_of(element, "code");
    if (code.empty()) {
        std::string const null = attribute_of(element, "nullFlavor");
        if (null == "UNK") return "U";
        if (!null.empty()) return "";
        return std::nullopt;
    }
    if (code == "UN") return "O";
    if (is_one_of(code, {"M", "F", "O", "U", "A", "N"})) return code;
    return std::nullopt;
}

bool is_time(std::string_view text) {
    auto const zone = text.find_first_of("+-");
    if (zone != std::string_view::npos) {
        std::string_view const offset = text.substr(zone + 1);
        if (offset.empty() || offset.size() > 4 || !is_digits(offset)) return false;
        text = text.substr(0, zone);
    }
    auto const point = text.find('.');
    if (point != std::string_view::npos) {
        std::string_view const fraction = text.substr(point + 1);
        if (point != 14 || fraction.empty() || !is_digits(fraction)) return false;
        text = text.substr(0, point);
    }
    return domain::is_dtm(text);
}

}  // namespace musubi::hl7v3
