#include "codec/ebxml/object_reader.h"

#include "codec/ebxml/names.h"
#include "platform/base/text.h"

#include <algorithm>

namespace musubi::ebxml {
namespace {

constexpr std::size_t kMaxShown = 128;

domain::InternationalString read_international(xml::Element element) {
    domain::InternationalString out;
    for (xml::Element text : element.children()) {
        if (!text.is(kRim, "LocalizedString")) continue;
        auto value = attribute_of(text, "value");
        if (!value) continue;
        auto const lang = text.attribute(xml::kXmlNamespace, "lang");
        out.push_back({std::move(*value), std::string(lang.value_or("")),
                       attribute_of(text, "charset").value_or("")});
    }
    return out;
}

bool is_more_than_text(domain::InternationalString const& text) {
    return text.size() > 1 ||
           (text.size() == 1 && !(text.front().lang.empty() && text.front().charset.empty()));
}

}  // namespace

std::optional<std::string> attribute_of(xml::Element element, std::string_view name) {
    auto const value = element.attribute(name);
    if (!value || trim(*value).empty()) return std::nullopt;
    return std::string(trim(*value));
}

std::string normal_id(std::string_view id) {
    id = trim(id);
    return id.size() > 9 && equals_ignore_case(id.substr(0, 9), "urn:uuid:") ? to_lower_ascii(id)
                                                                             : std::string(id);
}

std::string scheme_of(xml::Element element, std::string_view attribute) {
    std::string out;
    for (char c : element.attribute(attribute).value_or("")) {
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') out.push_back(c);
    }
    return to_lower_ascii(out);
}

std::vector<std::string> slot_values(xml::Element slot) {
    std::vector<std::string> values;
    for (xml::Element list : slot.children()) {
        if (!list.is(kRim, "ValueList")) continue;
        for (xml::Element value : list.children()) {
            if (!value.is(kRim, "Value")) continue;
            std::string_view const text = trim(value.text());
            if (!text.empty()) values.emplace_back(text);
        }
    }
    return values;
}

ObjectReader::ObjectReader(xml::Element element, std::string_view kind, std::string id,
                           std::vector<Issue>& issues)
    : element_(element),
      label_(std::string(kind) + " " + id.substr(0, kMaxShown)),
      id_(std::move(id)),
      issues_(issues),
      slots_(read_slots(element)) {}

void ObjectReader::issue(std::string text, Severity severity) {
    issues_.push_back({severity, Reason::kMetadata, label_ + ": " + std::move(text), {}});
}

// ITI TF-3 4.2.3.1: a slot occurs once; one without a value is as good as absent.
std::vector<domain::Slot> ObjectReader::read_slots(xml::Element of) {
    std::vector<domain::Slot> slots;
    std::set<std::string, std::less<>> seen;
    for (xml::Element child : of.children()) {
        if (!child.is(kRim, "Slot")) continue;
        auto name = attribute_of(child, "name");
        if (!name) {
            issue("a slot has no name");
            continue;
        }
        if (!seen.insert(*name).second) {
            issue("slot '" + name->substr(0, kMaxShown) + "' was given twice");
            continue;
        }
        auto values = slot_values(child);
        if (!values.empty()) slots.push_back({std::move(*name), std::move(values)});
    }
    return slots;
}

std::vector<std::string> ObjectReader::take_many(std::string_view name) {
    auto const found = std::find_if(slots_.begin(), slots_.end(),
                                    [&](auto const& slot) { return slot.name == name; });
    if (found == slots_.end()) return {};
    std::vector<std::string> values = std::move(found->values);
    slots_.erase(found);
    return values;
}

std::optional<std::string> ObjectReader::take_one(std::string_view name) {
    auto values = take_many(name);
    if (values.empty()) return std::nullopt;
    if (values.size() > 1) {
        issue(std::string(name) + " has " + std::to_string(values.size()) +
              " values, exactly one is allowed");
    }
    return std::move(values.front());
}

void ObjectReader::read_common(domain::RegistryObject& object) {
    object.id = id_;
    if (auto const lid = attribute_of(element_, "lid")) object.lid = normal_id(*lid);
    object.home = attribute_of(element_, "home");
    object.status = attribute_of(element_, "status");
    object.name = read_international(element_.first_child(kRim, "Name"));
    object.description = read_international(element_.first_child(kRim, "Description"));
    object.version = attribute_of(element_.first_child(kRim, "VersionInfo"), "versionName");
}

// ITI TF-3 4.2.3.1.2: a classification lies in the object that it names.
std::vector<xml::Element> ObjectReader::classifications(std::string_view scheme) {
    std::vector<xml::Element> out;
    asked_for_.push_back(scheme);
    for (xml::Element child : element_.children()) {
        if (!child.is(kRim, "Classification") || scheme_of(child, "classificationScheme") != scheme)
            continue;
        auto const object = attribute_of(child, "classifiedObject");
        if (!object) {
            issue("a classification of scheme " + std::string(scheme) + " has no classifiedObject");
        } else if (normal_id(*object) != id_) {
            issue("a classification of scheme " + std::string(scheme) + " lies here but names '" +
                  object->substr(0, kMaxShown) + "' as its classifiedObject");
        }
        out.push_back(child);
    }
    return out;
}

void ObjectReader::read_codes(std::string_view scheme, std::vector<domain::CodedValue>& to) {
    for (xml::Element child : classifications(scheme)) {
        domain::CodedValue code;
        code.code = attribute_of(child, "nodeRepresentation").value_or("");
        for (domain::Slot const& slot : read_slots(child)) {
            if (slot.name != "codingScheme") continue;
            if (slot.values.size() > 1) {
                issue("code '" + code.code.substr(0, kMaxShown) +
                      "' has several codingScheme values, exactly one is allowed");
            }
            code.scheme = slot.values.front();
        }
        auto names = read_international(child.first_child(kRim, "Name"));
        if (!names.empty()) code.display = names.front().value;
        if (is_more_than_text(names)) code.names = std::move(names);
        to.push_back(std::move(code));
    }
}

void ObjectReader::read_authors(std::string_view scheme, std::vector<domain::Author>& to) {
    for (xml::Element child : classifications(scheme)) {
        if (attribute_of(child, "nodeRepresentation"))
            issue("author has a nodeRepresentation, it must be empty");
        domain::Author author;
        for (domain::Slot& slot : read_slots(child)) {
            if (slot.name == "authorPerson")
                author.persons = std::move(slot.values);
            else if (slot.name == "authorInstitution")
                author.institutions = std::move(slot.values);
            else if (slot.name == "authorRole")
                author.roles = std::move(slot.values);
            else if (slot.name == "authorSpecialty")
                author.specialties = std::move(slot.values);
            else if (slot.name == "authorTelecommunication")
                author.telecommunications = std::move(slot.values);
            else
                author.other_slots.push_back(std::move(slot));
        }
        to.push_back(std::move(author));
    }
}

std::optional<std::string> ObjectReader::read_identifier(std::string_view scheme,
                                                         std::string_view name) {
    std::optional<std::string> value;
    bool found = false;
    asked_for_.push_back(scheme);
    for (xml::Element child : element_.children()) {
        if (!child.is(kRim, "ExternalIdentifier") ||
            scheme_of(child, "identificationScheme") != scheme)
            continue;
        if (found) {
            issue(std::string(name) + " was given twice");
            continue;
        }
        found = true;
        auto const object = attribute_of(child, "registryObject");
        if (!object || normal_id(*object) != id_) {
            issue(std::string(name) + " does not name this object as its registryObject");
        }
        value = attribute_of(child, "value");
    }
    return value;
}

void ObjectReader::dropped(std::string_view what, std::string const& scheme) {
    if (scheme.empty() ||
        std::find(asked_for_.begin(), asked_for_.end(), scheme) != asked_for_.end())
        return;
    issues_.push_back({Severity::kWarning,
                       Reason::kExtraMetadataNotSaved,
                       label_ + ": " + std::string(what) + " of scheme '" +
                           scheme.substr(0, kMaxShown) + "' is not kept",
                       {}});
}

void ObjectReader::tell_what_is_dropped() {
    for (xml::Element child : element_.children()) {
        if (child.is(kRim, "Classification"))
            dropped("a classification", scheme_of(child, "classificationScheme"));
        else if (child.is(kRim, "ExternalIdentifier"))
            dropped("an identifier", scheme_of(child, "identificationScheme"));
    }
}

}  // namespace musubi::ebxml
